/** Callbacks that throw, reject or return an invalid value: each failure is reported, and stops nothing else. */
import { runInNewContext } from "node:vm";
import { type Client, type ClientOptions, isChatError, MessagePosted } from "chatexchange-ts";
import { ManualClock, setStage } from "chatexchange-ts/testing";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { meanwhile, quiet, type Stage, stage, turning } from "./support.js";

/** A failing callback. */
type Bad = () => unknown;

const hostile = new Proxy(
  {},
  {
    get() {
      throw new Error("a hostile object");
    },
    has: () => true,
  },
);

/** The kinds of failing callbacks, with the failure of each. */
const ways: readonly (readonly [name: string, bad: Bad])[] = [
  ["throws an error", () => thrown(new Error("thrown"))],
  ["throws null", () => thrown(null)],
  ["throws undefined", () => thrown(undefined)],
  ["throws a text", () => thrown("thrown")],
  ["throws an object that cannot be read", () => thrown(hostile)],
  ["rejects", async () => thrown(new Error("rejected"))],
  ["rejects with null", async () => thrown(null)],
  ["rejects later", () => new Promise((_, reject) => setImmediate(() => reject(new Error("rejected later"))))],
  ["gives a promise of another realm, which rejects", () => runInNewContext("Promise.reject(new Error('far away'))")],
  ["gives a thenable that rejects", () => thenable((_, reject) => reject(new Error("a thenable")))],
  ["gives a thenable that throws", () => thenable(() => thrown(new Error("a thenable that throws")))],
  ["gives a thenable that fails twice", () => thenable((_, reject) => [1, 2].map(() => reject(new Error("twice"))))],
  ["gives an object whose then cannot be read", () => hostile],
];

/** An object whose every access throws. */
function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function thrown(value: unknown): never {
  throw value;
}

function thenable(then: (resolve: (value: unknown) => void, reject: (reason: unknown) => void) => unknown): object {
  return { then };
}

/** Collects uncaught exceptions and unhandled rejections, which would end the process. */
function escapes(): unknown[] {
  const escaped: unknown[] = [];
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    const others = process.listeners(event as "uncaughtException");
    process.removeAllListeners(event);
    process.on(event, (error: unknown) => void escaped.push(error));
    onTestFinished(() => {
      process.removeAllListeners(event);
      for (const other of others) process.on(event, other);
    });
  }
  return escaped;
}

/** Lines on stderr that this package writes. */
function stderr(): string[] {
  const lines: string[] = [];
  const spy = vi.spyOn(console, "error").mockImplementation((...parts) => void lines.push(String(parts[0])));
  onTestFinished(() => spy.mockRestore());
  return lines;
}

afterEach(() => vi.restoreAllMocks());

/** A typical session: the client logs in, listens, gets a message, and sends one. */
async function live(chat: Client, { alice, server }: Stage): Promise<void> {
  const heard: string[] = [];
  const watch = chat.getRoom(1).watch((event) => void (event instanceof MessagePosted && heard.push("one")));
  await watch.ready;
  alice.in(1).says("hello");
  await meanwhile(() => heard.length === 1);
  await chat.getRoom(1).sendMessage("hello yourself");
  expect(server.site.room(1).messages.map(({ source }) => source)).toEqual(["hello", "hello yourself"]);
  await quiet();
}

describe.each(ways)("a function that %s", (_, bad) => {
  /** Once: a function that is called often fails often. */
  const once = (): Bad => {
    let isDone = false;
    return () => {
      if (isDone) return undefined;
      isDone = true;
      return bad();
    };
  };

  test.each<readonly [name: string, arrange: (chat: Client, fails: Bad) => unknown]>([
    ["client.watch", (chat, fails) => chat.watch((event) => (event instanceof MessagePosted ? fails() : undefined))],
    ["room.watch", (chat, fails) => chat.getRoom(1).watch((event) => event instanceof MessagePosted && fails())],
    ["onStateChange", (chat, fails) => chat.onStateChange(fails)],
  ])("in %s is reported once", async (_name, arrange) => {
    const escaped = escapes();
    const set = await stage();
    const reported: unknown[] = [];
    const chat = set.client({ onError: (error) => void reported.push(error) });
    arrange(chat, once());
    await live(chat, set);
    await meanwhile(() => reported.length > 0);
    await quiet();
    expect([reported.length, escaped]).toEqual([1, []]);
  });

  test.each(["debug", "info", "warn", "error"] as const)("in logger.%s is reported at most once", async (level) => {
    const escaped = escapes();
    const set = await stage();
    const reported: unknown[] = [];
    const chat = set.client({ logger: { [level]: bad }, onError: (error) => void reported.push(error) });
    set.server.site.faults.sendRaw("not a frame");
    await live(chat, set);
    set.server.site.faults.sendRaw("not a frame");
    await quiet();
    expect(reported.length).toBeLessThanOrEqual(1);
    expect(escaped).toEqual([]);
  });

  test("in onError is reported on stderr, and not to onError again", async () => {
    const escaped = escapes();
    const lines = stderr();
    const set = await stage();
    let calls = 0;
    const chat = set.client({
      logger: {},
      onError() {
        calls += 1;
        return bad();
      },
    });
    void chat.getRoom(1).sendMessage("x".repeat(600));
    await meanwhile(() => lines.length > 0);
    await live(chat, set);
    expect([calls, lines, escaped]).toEqual([1, ["stackexchange.com: onError itself failed:"], []]);
  });

  test("in onEvent of a local server is reported on stderr, and the server continues", async () => {
    const escaped = escapes();
    const lines = stderr();
    const set = await stage();
    set.server.site.onEvent(once());
    await live(set.client(), set);
    expect([lines, escaped]).toEqual([["stackexchange.com: a listener of onEvent failed:"], []]);
  });
});

describe("a source of time or chance", () => {
  const wrong: readonly (readonly [name: string, bad: Bad])[] = [
    ["throws", () => thrown(new Error("no"))],
    ["gives a text", () => "1"],
    ["gives nothing", () => undefined],
    ["gives no number", () => Number.NaN],
    ["rejects", async () => thrown(new Error("no"))],
    ["gives a promise of another realm, which rejects", () => runInNewContext("Promise.reject(new Error('far away'))")],
    ["gives what cannot be looked at", () => revoked()],
  ];
  test.each(
    wrong.flatMap(([how, bad]) => [
      [`random that ${how}`, { random: bad as () => number }] as const,
      [`clock.now that ${how}`, { clock: { ...clockLike(), now: bad as () => number } }] as const,
      [
        `clock.setTimeout that ${how}`,
        { clock: { ...clockLike(), setTimeout: bad as () => { cancel(): void } } },
      ] as const,
    ]),
  )("%s is reported once, and the client continues", async (_, options) => {
    const escaped = escapes();
    const set = await stage();
    const reported: unknown[] = [];
    const clock = new ManualClock();
    const chat = set.client({ clock, ...options, onError: (error) => void reported.push(error) });
    await live(chat, set);
    // A read that is tried again waits for a time that chance decides.
    set.server.site.faults.fail("/rooms/thumbs/1", { status: 503, times: 1 });
    if ("random" in options) await turning(clock, chat.getRoom(1).name);
    expect([reported.length, escaped]).toEqual([1, []]);
  });

  function clockLike(): { now(): number; setTimeout(callback: () => void, ms: number): { cancel(): void } } {
    return {
      now: () => Date.now(),
      setTimeout(callback, ms) {
        const timer = setTimeout(callback, ms);
        return { cancel: () => clearTimeout(timer) };
      },
    };
  }
});

describe("a resolver", () => {
  test.each<readonly [string, Bad, RegExp]>([
    ["that throws an error", () => thrown(new RangeError("no such place")), /^RangeError: no such place$/],
    ["that throws null", () => thrown(null), /^null$/],
    ["that throws a text", () => thrown("no such place"), /^no such place$/],
    ["that is async", async () => ({ hostname: "127.0.0.1", port: 1 }), /synchronously, or undefined.*a promise/],
    ["that is async and rejects", async () => thrown(new Error("no")), /synchronously, or undefined.*a promise/],
    ["that gives a text", () => "127.0.0.1:80", /synchronously, or undefined.*"127\.0\.0\.1:80"/],
    ["that gives no port", () => ({ hostname: "127.0.0.1" }), /synchronously, or undefined.*the port undefined/],
    [
      "that gives a port of text",
      () => ({ hostname: "127.0.0.1", port: "80" }),
      /synchronously, or undefined.*the port (the string )?"80"/,
    ],
  ])("%s fails the request that called it, at once", async (_, bad, failure) => {
    const escaped = escapes();
    const { anonymous } = await stage();
    const resolve = bad as NonNullable<ClientOptions["resolve"]>;
    const chat = anonymous({ resolve });
    await expect(chat.getRoom(1).name).rejects.toSatisfy((error) => failure.test(String(error)));
    await expect(chat.getRoom(1).newMessages().ready).rejects.toSatisfy((error) => failure.test(String(error)));
    await quiet();
    expect(escaped).toEqual([]);
  });
});

describe("a function given to a local server", () => {
  test.each([
    ["random", { latencyMs: [0, 1], random: () => thrown(new Error("no")) }],
    ["clock", { clock: { now: () => thrown(new Error("no")), setTimeout: () => thrown(new Error("no")) } }],
    ["throttlePauseMs", { throttle: true, throttlePauseMs: () => thrown(new Error("no")) }],
  ] as const)("that fails as %s is told on stderr once, and a default stands in", async (_, options) => {
    const escaped = escapes();
    const lines = stderr();
    const set = await stage(options as Parameters<typeof stage>[0]);
    set.alice.in(1).says("one");
    set.alice.in(1).says("two");
    const chat = set.client();
    await chat.getRoom(1).sendMessage("three");
    // The throttle is asked about the second message, however late that is sent.
    const stop = new AbortController();
    const fourth = chat.getRoom(1).sendMessage("four", { signal: stop.signal });
    const settled = Promise.allSettled([fourth]);
    await meanwhile(() => lines.length > 0);
    stop.abort();
    await settled;
    expect(lines).toEqual(["a function given to ChatServer.start failed:"]);
    expect(escaped).toEqual([]);
  });
});

describe("a condition of a stage", () => {
  test.each(ways.filter(([name]) => !name.includes("twice")))("that %s fails the wait with that", async (_, bad) => {
    const escaped = escapes();
    await using set = await setStage();
    const outcome = await set.until(bad as () => Promise<true>).then(
      () => "it did not fail",
      (error: unknown) => ({ error }),
    );
    expect(typeof outcome).toBe("object");
    expect(typeof outcome === "object" && isChatError(outcome.error, "TIMED_OUT")).toBe(false);
    expect(escaped).toEqual([]);
  });

  test("may be a promise of another realm", async () => {
    await using set = await setStage();
    let looks = 0;
    expect(await set.until(() => runInNewContext(`Promise.resolve(${++looks > 2 && "'far away'"})`))).toBe("far away");
    expect(looks).toBe(3);
    expect(await set.until(runInNewContext("Promise.resolve('far away')"))).toBe("far away");
  });
});
