/** Answers of a server without the server. */
import type { Call, WireAnswer } from "chatexchange-ts/protocol";

/** What a call makes of an answer. */
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
