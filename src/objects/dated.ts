/** Answers with the moment of their request: values that events have changed since then are newer, and stay. */
import type { Call } from "../protocol/call.js";
import type { RequestOptions } from "../util/options.js";
import type { ObjectContext } from "./context.js";

/** An answer, and the moment of its request. */
export interface Dated<T> {
  readonly value: T;
  /** To be passed to `merge`, so that no newer value is overwritten. */
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
