/** Invalid arguments and options: refused at the call; the error names the option, its valid values, and the actual value. */
import { Client, type ClientOptions, isChatError } from "chatexchange-ts";
import { ChatServer } from "chatexchange-ts/server";
import { ManualClock, setStage } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { failureOf, stage, turning } from "./support.js";

/** The refusal of a call, thrown or rejected: code and message. */
async function refusal(call: () => unknown): Promise<string> {
  const error = await failureOf((async () => call())());
  return isChatError(error) ? `${error.code}: ${error.message}` : `not ours: ${String(error)}`;
}

const many = (name: string, values: readonly unknown[], said: RegExp): (readonly [string, unknown, RegExp])[] =>
  values.map((value) => [name, value, said] as const);

describe("an option of a client", () => {
  const noFunction = [5, "x", null, {}, [], true];
  const noText = [5, null, {}, [], true, "", "  "];
  test.each([
    ...many("email", noText, /^BAD_ARGUMENT: email must be a non-empty string, not /),
    ...many("password", [5, null, {}, [], true, ""], /^BAD_ARGUMENT: password must be a non-empty string$/),
    ...many("cookies", [5, true, null], /^BAD_ARGUMENT: cookies must be a line such as /),
    ...many("sessionFile", noText, /^BAD_ARGUMENT: sessionFile must be a non-empty string, not /),
    ...many("stateFile", noText, /^BAD_ARGUMENT: stateFile must be a non-empty string, not /),
    ...many("userAgent", noText, /^BAD_ARGUMENT: userAgent must be a non-empty string, not /),
    ...many(
      "userAgent",
      ["a\nb", "a\r\nX: y", "a\0b", "бот"],
      /^BAD_ARGUMENT: userAgent must be one line of Latin-1 text/,
    ),
    ...many("logger", [5, "x", null, true], /^BAD_ARGUMENT: logger must be an object with log methods/),
    ...many("logger", [{ warn: 5 }, { warn: "x" }], /^BAD_ARGUMENT: logger.warn must be a function, not /),
    ...many("onError", noFunction, /^BAD_ARGUMENT: onError must be a function, not /),
    ...many("resolve", noFunction, /^BAD_ARGUMENT: resolve must be a function, not /),
    ...many("random", noFunction, /^BAD_ARGUMENT: random must be a function, not /),
    ...many("clock", [5, {}, null, { now() {} }, () => 5], /^BAD_ARGUMENT: clock must have now\(\) and setTimeout\(\)/),
    ...many(
      "signal",
      [5, {}, null, { aborted: false }, new EventTarget()],
      /^BAD_ARGUMENT: signal must be an AbortSignal/,
    ),
    ...many(
      "timeoutMs",
      [0, -1, 1.5, "5", null, Number.NaN],
      /^BAD_ARGUMENT: timeoutMs must be a whole number of at least 1/,
    ),
    ...many("keyTtlMs", [-1, 1.5, "5", null], /^BAD_ARGUMENT: keyTtlMs must be a whole number of at least 0, not /),
    ...many("replyForm", [5, "x", null], /^BAD_ARGUMENT: replyForm must be "prefix" or "parentId", not /),
    ...many("outbox", [5, "x", null, []], /^BAD_ARGUMENT: the option outbox takes an object of options, not /),
    ...many("outbox", [{ maxTries: 0 }], /^BAD_ARGUMENT: outbox.maxTries must be a whole number of at least 1, not 0$/),
    ...many(
      "outbox",
      [{ marginMs: "5" }],
      /^BAD_ARGUMENT: outbox.marginMs must be a whole number .* not the string "5"$/,
    ),
    ...many(
      "outbox",
      [{ patienceMs: -1 }],
      /^BAD_ARGUMENT: outbox.patienceMs must be a whole number of at least 0, not -1$/,
    ),
    ...many("reads", [5, "x", null, []], /^BAD_ARGUMENT: the option reads takes an object of options, not /),
    ...many("reads", [{ tries: 0 }], /^BAD_ARGUMENT: reads.tries must be a whole number of at least 1, not 0$/),
    ...many("stream", [5, "x", null, []], /^BAD_ARGUMENT: the option stream takes an object of options, not /),
    ...many("stream", [{ onStateChange: 1 }], /^BAD_ARGUMENT: the option stream has no option "onStateChange"; its /),
    ...many(
      "stream",
      [{ idleMs: 0 }, { idleMs: "5" }],
      /^BAD_ARGUMENT: stream.idleMs must be a whole number of at least 1/,
    ),
    ...many(
      "stream",
      [{ pollMs: 0 }, { pollMs: null }],
      /^BAD_ARGUMENT: stream.pollMs must be a whole number of at least 1/,
    ),
    ...many(
      "stream",
      [{ auditMs: Number.NaN }],
      /^BAD_ARGUMENT: stream.auditMs must be a whole number of at least 0, not NaN$/,
    ),
    ...many(
      "stream",
      [{ cursors: 5 }, { cursors: [1] }],
      /^BAD_ARGUMENT: stream.cursors must be an object from room ids/,
    ),
    ...many("stream", [{ cursors: { x: 1 } }], /^BAD_ARGUMENT: a room id must be a whole number above 0, not NaN$/),
    ...many("stream", [{ cursors: { 1: "5" } }], /^BAD_ARGUMENT: stream.cursors\[1\] must be .* not the string "5"$/),
  ])("%s: %j is refused in the constructor", async (name, value, said) => {
    const given = name === "email" ? { password: "x" } : name === "password" ? { email: "x" } : {};
    const options = { ...given, [name]: value } as ClientOptions;
    expect(await refusal(() => new Client("stackexchange.com", options))).toMatch(said);
  });

  test("may be undefined, and a logger may lack methods", async () => {
    const { server } = await stage();
    const lines: string[] = [];
    await using chat = new Client(server.site, {
      logger: { warn: (line: string) => void lines.push(line) },
      onError: undefined,
      signal: undefined,
      clock: undefined,
    } as unknown as ClientOptions);
    expect(await chat.getRoom(1).name).toBe("Sandbox");
  });
});

test("may be an endless patience, and a send that is still waiting reports that", async () => {
  const set = await stage();
  const clock = new ManualClock();
  const lines: string[] = [];
  const chat = set.client({
    clock,
    outbox: { patienceMs: Number.POSITIVE_INFINITY },
    reads: { patienceMs: Number.POSITIVE_INFINITY },
    stream: { giveUpMs: Number.POSITIVE_INFINITY },
    logger: { warn: (line) => void lines.push(line) },
  });
  await chat.login();
  set.server.site.faults.hangUp("/chats/1/messages/new", 2);
  await turning(clock, chat.getRoom(1).sendMessage("at last"));
  expect(lines.filter((line) => line.includes("cannot reach"))).toEqual([
    expect.stringMatching(/; retrying until it works$/),
  ]);
  expect(() => set.client({ outbox: { marginMs: Number.POSITIVE_INFINITY } })).toThrow(/outbox\.marginMs/);
});

/** An object whose every access throws. */
function revoked(): never {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy as never;
}

describe("an argument", () => {
  test.each<readonly [string, (chat: Client) => unknown, RegExp]>([
    ["getRoom", (chat) => chat.getRoom("1" as never), /a room id must be a whole number above 0, not the string "1"$/],
    ["getRoom", (chat) => chat.getRoom(revoked()), /a room id must be a whole number above 0, not an object$/],
    ["getRoom", (chat) => chat.getRoom({ toString: () => ({}) } as never), /a room id must be .* not an object$/],
    [
      "getRoom",
      (chat) => chat.getRoom(Symbol("x") as never),
      /a room id must be a whole number above 0, not Symbol\(x\)$/,
    ],
    ["getRoom", (chat) => chat.getRoom(1.5), /a room id must be a whole number above 0, not 1.5$/],
    ["getUser", (chat) => chat.getUser(null as never), /a user id must be a whole number other than 0, not null$/],
    [
      "getMessage",
      (chat) => chat.getMessage({} as never),
      /a message id must be a whole number above 0, not an object$/,
    ],
    [
      "history",
      (chat) => chat.getRoom(1).history({ limit: 1.5 }).next(),
      /limit must be a whole number of at least 0, not 1.5$/,
    ],
    [
      "history",
      (chat) =>
        chat
          .getRoom(1)
          .history({ limit: "5" as never })
          .next(),
      /limit must be .* not the string "5"$/,
    ],
    [
      "starred",
      (chat) => chat.getRoom(1).starred({ count: 1.5 }),
      /count must be a whole number of at least 0, not 1.5$/,
    ],
    [
      "timeout",
      (chat) => chat.getRoom(1).timeout(5.5, "calm"),
      /the seconds of a timeout must be a whole number of at least 5/,
    ],
    [
      "logout",
      (chat) => chat.logout({ timeoutMs: "5" as never }),
      /timeoutMs must be a whole number .* not the string "5"$/,
    ],
    ["logout", (chat) => chat.logout({ drain: "no" as never }), /drain must be true or false, not the string "no"$/],
    ["send", (chat) => chat.getRoom(1).sendMessage("x", { signal: {} as never }), /signal must be an AbortSignal/],
    [
      "send",
      (chat) => chat.getRoom(1).sendMessage("x", { replyTo: "5" as never }),
      /message id .* not the string "5"$/,
    ],
    [
      "send",
      (chat) => chat.getRoom(1).sendMessage("x", { deadlineMs: 0.5 }),
      /deadlineMs must be a whole number of at least 1/,
    ],
    ["listen", (chat) => chat.getRoom(1).listen([], { signal: 5 as never }), /signal must be an AbortSignal/],
    ["watch", (chat) => chat.watch(5 as never), /watch takes a callback/],
    ["onStateChange", (chat) => chat.onStateChange({} as never), /onStateChange takes a callback function/],
  ])("%s: an invalid value is refused with the valid values", async (_, call, said) => {
    const { client } = await stage();
    expect(await refusal(() => call(client()))).toMatch(said);
  });
});

describe("an option of a local server or a stage", () => {
  test.each<readonly [string, () => unknown, RegExp]>([
    ["clock", () => ChatServer.start({ clock: {} as never }), /clock must have now\(\) and setTimeout\(\)/],
    ["random", () => ChatServer.start({ random: 1 as never }), /random must be a function, not 1$/],
    [
      "throttlePauseMs",
      () => ChatServer.start({ throttlePauseMs: "x" as never }),
      /throttlePauseMs must be a function/,
    ],
    ["null", () => ChatServer.start(null as never), /ChatServer.start takes an object of options, not null$/],
    ["null", () => setStage(null as never), /setStage takes an object of options, not null$/],
    ["clock", () => setStage({ clock: {} as never }), /clock must have now\(\) and setTimeout\(\)/],
    ["room", () => setStage({ room: 5 as never }), /room must be a name or an object such as \{ name \}, not 5$/],
    ["bot", () => setStage({ bot: 5 as never }), /bot must be a name or an object such as \{ name \}, not 5$/],
    ["people", () => setStage({ people: "Alice" as never }), /people must be a list of names, not "Alice"$/],
    ["people", () => setStage({ people: [5] as never }), /people must be a list of names, not a list with 5$/],
    ["server", () => setStage({ server: 5 as never }), /the option server takes an object of options, not 5$/],
  ])("%s: an invalid value is refused with the valid values", async (_, call, said) => {
    expect(await refusal(call)).toMatch(said);
  });
});
