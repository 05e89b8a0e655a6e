/** Consumers of a stream: failing and slow handlers, and readers that stop reading. The clock is advanced by hand. */
import { type ChatEvent, MessagePosted } from "chatexchange-ts";
import { describe, expect, onTestFinished, test } from "vitest";
import { frame, listening, unheard } from "./stream-ear.js";
import { failureOf, meanwhile, next, quiet, stage, until } from "./support.js";

describe("handlers", () => {
  test("do not delay or reorder other handlers when they throw, reject or are slow", async () => {
    const ear = await listening();
    const room = ear.chat.getRoom(1);
    const slow: string[] = [];
    const order: string[] = [];
    const doors: (() => void)[] = [];
    const only =
      (handle: (text: string) => unknown) =>
      (event: ChatEvent): unknown =>
        event instanceof MessagePosted ? handle(event.textContent ?? "") : undefined;
    const watches = [
      room.watch(
        only((text) => {
          throw new Error(`thrown at ${text}`);
        }),
      ),
      room.watch(only(async (text) => Promise.reject(new Error(`rejected at ${text}`)))),
      room.watch(
        only(async (text) => {
          order.push(text);
          await new Promise<void>((resolve) => doors.push(resolve));
          slow.push(text);
        }),
        { concurrency: 3 },
      ),
    ];
    const messages = room.newMessages();
    await Promise.all([...watches.map(({ ready }) => ready), messages.ready]);
    ear.says("a", "b", "c");
    await ear.hears("a", "b", "c");
    const read = [await next(messages), await next(messages), await next(messages)];
    expect(await Promise.all(read.map(({ textContent }) => textContent))).toEqual(["a", "b", "c"]);
    expect([order, slow]).toEqual([["a", "b", "c"], []]);
    for (const open of doors) open();
    await meanwhile(() => slow.length === 3);
    expect(slow).toEqual(["a", "b", "c"]);
    await meanwhile(() => ear.reported.length === 6);
    expect(ear.reported.map(String).sort()).toEqual(
      ["thrown", "rejected"].flatMap((how) => ["a", "b", "c"].map((text) => `Error: ${how} at ${text}`)).sort(),
    );
  });

  test("may add and close listeners during delivery: a new listener gets the next event, a closed one gets none", async () => {
    const ear = await listening();
    const room = ear.chat.getRoom(1);
    const heard: string[] = [];
    const hear =
      (name: string, then: (text: string) => void = () => {}) =>
      (event: ChatEvent): void => {
        if (!(event instanceof MessagePosted)) return;
        heard.push(`${name} ${event.textContent}`);
        then(event.textContent ?? "");
      };
    const first = room.watch(
      hear("first", (text) => {
        if (text !== "a") return;
        ear.chat.watch(hear("begun"));
        room.watch(hear("begun in the room"));
        closed.close();
        everywhere.close();
      }),
    );
    const closed = room.watch(hear("closed"));
    const everywhere = ear.chat.watch(hear("everywhere"));
    await Promise.all([first.ready, closed.ready]);
    ear.says("a", "b");
    await ear.hears("a", "b");
    expect(heard).toEqual(["first a", "first b", "begun in the room b", "begun b"]);
  });

  test("stop nothing when they fail and onError throws", async () => {
    const escaped: unknown[] = [];
    const others = process.listeners("uncaughtException");
    process.removeAllListeners("uncaughtException");
    process.on("uncaughtException", (error) => void escaped.push(error));
    onTestFinished(() => {
      process.removeAllListeners("uncaughtException");
      for (const other of others) process.on("uncaughtException", other);
    });
    const ear = await listening({
      onError(error) {
        throw new Error(`no use for ${error}`);
      },
    });
    const watch = ear.chat.getRoom(1).watch((event) => {
      if (event instanceof MessagePosted) throw new Error("a mistake");
    });
    await watch.ready;
    ear.says("a", "b");
    await ear.hears("a", "b");
    await quiet();
    expect(escaped).toEqual([]);
  });

  test("of state changes stop nothing when they throw", async () => {
    const ear = await listening();
    const off = ear.chat.onStateChange((state) => {
      throw new Error(`no ${state}`);
    });
    ear.server.site.faults.dropSockets();
    ear.says("in between");
    await ear.hears("in between");
    await until(ear.clock, () => ear.chat.state === "live");
    expect(ear.reported.map(String)).toEqual(["Error: no resuming", "Error: no live"]);
    off();
  });

  test("may close their own watch and open others while a frame is delivered", async () => {
    const ear = await listening();
    const room = ear.chat.getRoom(1);
    const first: string[] = [];
    const second: string[] = [];
    const watch = room.watch((event) => {
      if (!(event instanceof MessagePosted)) return;
      first.push(event.textContent ?? "");
      watch.close();
      room.watch((later) => void (later instanceof MessagePosted && second.push(later.textContent ?? "")));
    });
    await watch.ready;
    const { events, from, to } = unheard(ear, "a", "b", "c");
    ear.server.site.faults.sendRaw(frame(events, to, to - from));
    await ear.hears("a", "b", "c");
    expect(first).toEqual(["a"]);
    expect(second.slice(-2)).toEqual(["b", "c"]);
  });
});

describe("a reader that stops reading", () => {
  const texts = ["a", "b", "c", "d", "e", "f"];

  /** Reads the rest of a stream, as texts. */
  async function readAll(messages: AsyncIterable<{ textContent: Promise<string> }>): Promise<string[]> {
    const read: string[] = [];
    for await (const message of messages) read.push(await message.textContent);
    return read;
  }

  test.each([
    ["drop-oldest", ["d", "e", "f"]],
    ["drop-newest", ["a", "b", "c"]],
  ] as const)("loses by the policy %s what was agreed, counted, while others read all", async (overflow, kept) => {
    const ear = await listening();
    const stop = new AbortController();
    const messages = ear.chat.getRoom(1).newMessages({ limit: 3, overflow, signal: stop.signal });
    await messages.ready;
    ear.says(...texts);
    await ear.hears(...texts);
    expect(messages.dropped).toBe(3);
    stop.abort();
    expect(await readAll(messages)).toEqual(kept);
  });

  test("gets the queued events and then the reason under the policy fail, and needs no socket anymore", async () => {
    const set = await stage();
    set.server.site.addRoom({ id: 2, name: "Other" });
    const ear = await listening({}, set);
    const messages = ear.chat.getRoom(2).newMessages({ limit: 3, overflow: "fail" });
    await messages.ready;
    for (const text of texts) set.alice.in(2).says(text);
    await meanwhile(() => set.server.site.openSockets === 1);
    const read: string[] = [];
    for (let n = 0; n < 3; n++) read.push(await (await next(messages)).textContent);
    expect(read).toEqual(["a", "b", "c"]);
    expect(String(await failureOf(messages.next()))).toMatch(/more than 3 events of room 2/);
    expect(await messages.next()).toEqual({ done: true, value: undefined });
    ear.says("over here");
    await ear.hears("over here");
  });

  test("gets an error for an unknown policy", async () => {
    const { chat } = await listening();
    expect(() => chat.getRoom(1).newMessages({ overflow: "block" as "fail" })).toThrow(/drop-oldest/);
    expect(() => chat.getRoom(1).newMessages({ limit: 0 })).toThrow(/limit/);
  });
});
