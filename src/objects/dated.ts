/** Answers with the moment of their request: what events told since then is newer, and stays. */
import type { Call } from "../protocol/call.js";
import type { RequestOptions } from "../util/options.js";
import type { ObjectContext } from "./context.js";

/** An answer, and when it was asked for. */
export interface Dated<T> {
  readonly value: T;
  /** To be handed on to `merge`, so that nothing newer is overwritten. */
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
