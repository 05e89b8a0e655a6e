/** Dates answers with the moment of their request, so that they never overwrite values that a later event changed. */
import type { Call } from "../protocol/call.js";
import type { RequestOptions } from "../util/options.js";
import type { ObjectContext } from "./context.js";

/** An answer, and the moment of its request. */
export interface Dated<T> {
  readonly value: T;
  /** Pass this to `merge`, so that newer values are kept. */
  readonly asOf: number;
}

/** Makes a call and dates its answer. */
export async function dated<T>(
  { session, identity }: Pick<ObjectContext, "session" | "identity">,
  call: Call<T>,
  options: RequestOptions = {},
): Promise<Dated<T>> {
  const asOf = identity.moment;
  return { value: await session.call(call, options), asOf };
}
