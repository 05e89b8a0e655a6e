/** Helpers for the tests of command patterns. */
import { ManualClock } from "chatexchange-ts/testing";
import fc from "fast-check";
import { type ArgumentEnvironment, type ArgumentTypes, parsePattern, readArguments } from "../src/bot/pattern/index.js";
import { Client } from "../src/index.js";

/** Any UTF-16 code unit, so that lone surrogates are among them. */
export const codeUnit: fc.Arbitrary<string> = fc.nat(0xffff).map((code) => String.fromCharCode(code));

/** A client that makes no request. */
export const client: Client = new Client("stackoverflow.com");
/** The time of {@link env}. */
const NOW: number = Date.UTC(2026, 1, 28, 15, 30);

/** A command of user 5 in room 1 that replies to message 7. Looking up a name fails, so that none is by mistake. */
export const env: ArgumentEnvironment = {
  clock: new ManualClock(NOW),
  client,
  room: client.getRoom(1),
  user: client.getUser(5),
  repliedTo: client.getMessage(7),
  people: () => Promise.reject(new Error("no name should be looked up")),
};

/** The arguments that a text gives, or the reason why it is refused. */
export async function read(
  pattern: string,
  text: string,
  more: Partial<ArgumentEnvironment> = {},
  types: ArgumentTypes = {},
): Promise<Readonly<Record<string, unknown>> | string> {
  const result = await readArguments(parsePattern<string, ArgumentTypes>(pattern, types), text, { ...env, ...more });
  return result.ok ? result.args : result.reason;
}
