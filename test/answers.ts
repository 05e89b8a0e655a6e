/** Responses of a server, without a server. */
import type { Call, WireAnswer } from "chatexchange-ts/protocol";

/** Reads a response as this call does. */
export function readAnswer<T>(call: Call<T>, body: string, more: Partial<WireAnswer> = {}): T {
  return call.read({
    status: 200,
    url: `https://chat.stackoverflow.com${call.request.path}`,
    headers: {},
    host: "chat.stackoverflow.com",
    body,
    ...more,
  });
}
