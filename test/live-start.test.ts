/** The start of listening: messages before it is ready, callbacks in order, many rooms at once. On a manual clock. */
import { type ChatEvent, MessagePosted, StreamGap } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { listening } from "./stream-ear.js";
import { meanwhile, type Stage, stage, until } from "./support.js";

const textOf = (event: ChatEvent): string | undefined =>
  event instanceof MessagePosted ? (event.textContent ?? "") : undefined;

describe("a message posted between the call and the start", () => {
  test("is delivered when the first lists fail", async () => {
    const clock = new ManualClock(Date.now());
    const set = await stage({ clock });
    const { faults } = set.server.site;
    const chat = set.client({ clock, random: () => 0.5, onError: () => {} });
    await chat.login();
    set.alice.in(1).says("long before");
    await clock.advance(10_000);
    faults.fail(/^\/chats\/1\/events/, { status: 503, times: 3 });
    const heard: string[] = [];
    const watch = chat.getRoom(1).watch((event) => {
      const text = event instanceof StreamGap ? "gap" : textOf(event);
      if (text !== undefined) heard.push(text);
    });
    const failures = (): number => set.server.requests.filter(({ status }) => status === 503).length;
    await until(clock, () => failures() === 2, 500);
    set.alice.in(1).says("!!/alive");
    await until(clock, () => chat.state === "live", 500);
    await watch.ready;
    set.alice.in(1).says("and now");
    await until(clock, () => heard.includes("and now"));
    expect(heard).toEqual(["!!/alive", "and now"]);
  });

  test("is delivered to each of many rooms", async () => {
    const clock = new ManualClock(Date.now());
    const set = await stage({ clock });
    const { faults } = set.server.site;
    for (const id of [2, 3, 4]) set.server.site.addRoom({ id, name: `Room ${id}` });
    const chat = set.client({ clock, random: () => 0.5, onError: () => {} });
    await chat.login();
    faults.fail(/^\/chats\/\d+\/events/, { status: 503, times: 3 });
    const heard: string[] = [];
    for (const id of [1, 2, 3, 4]) {
      chat.getRoom(id).watch((event) => {
        const text = textOf(event);
        if (text !== undefined) heard.push(`${id}: ${text}`);
      });
    }
    await until(clock, () => set.server.requests.some(({ status }) => status === 503), 500);
    for (const id of [1, 2, 3, 4]) set.alice.in(id).says("early");
    await until(clock, () => chat.state === "live" && heard.length === 4, 500);
    expect(heard.toSorted()).toEqual(["1: early", "2: early", "3: early", "4: early"]);
  });

  test("is announced as a gap when the list does not hold all messages", async () => {
    const clock = new ManualClock(Date.now());
    const set = await stage({ clock });
    set.server.site.faults.fail(/^\/chats\/1\/events/, { status: 503, times: 1 });
    const chat = set.client({ clock, random: () => 0.5, onError: () => {} });
    const heard: ChatEvent[] = [];
    chat.getRoom(1).watch((event) => void heard.push(event));
    await until(clock, () => set.server.requests.some(({ status }) => status === 503), 100);
    for (let n = 0; n < 150; n++) set.alice.in(1).says(`flood ${n}`);
    await until(clock, () => chat.state === "live", 500);
    const gaps = heard.filter((event) => event instanceof StreamGap);
    expect(gaps.map(({ kind }) => kind)).toEqual(["before-start"]);
    const texts = heard.flatMap((event) => textOf(event) ?? []);
    expect(texts).toEqual(Array.from({ length: 100 }, (_, n) => `flood ${n + 50}`));
  });

  test("does not bring back messages from before the call", async () => {
    const set = await stage();
    set.alice.in(1).says("before");
    const ear = await listening({}, set);
    ear.says("after");
    await ear.hears("after");
  });
});

describe("async callbacks", () => {
  /** A watch whose handler records its start and end, and waits until the test releases it. */
  async function slowWatch(
    concurrency?: number,
  ): Promise<{ ear: Awaited<ReturnType<typeof listening>>; log: string[]; doors: Map<string, () => void> }> {
    const ear = await listening();
    const log: string[] = [];
    const doors = new Map<string, () => void>();
    const watch = ear.chat.getRoom(1).watch(
      async (event) => {
        const text = textOf(event);
        if (text === undefined) return;
        log.push(`+${text}`);
        await new Promise<void>((open) => doors.set(text, open));
        log.push(`-${text}`);
      },
      concurrency === undefined ? {} : { concurrency },
    );
    await watch.ready;
    return { ear, log, doors };
  }

  test("run one after the other by default, in the order of the events", async () => {
    const { ear, log, doors } = await slowWatch();
    ear.says("a", "b", "c");
    await ear.hears("a", "b", "c");
    for (const text of ["a", "b", "c"]) {
      await meanwhile(() => doors.has(text));
      doors.get(text)?.();
    }
    await meanwhile(() => log.length === 6);
    expect(log).toEqual(["+a", "-a", "+b", "-b", "+c", "-c"]);
  });

  test("run as many at a time as the option concurrency allows", async () => {
    const { ear, log, doors } = await slowWatch(2);
    ear.says("a", "b", "c");
    await ear.hears("a", "b", "c");
    expect(log).toEqual(["+a", "+b"]);
    doors.get("b")?.();
    await meanwhile(() => doors.has("c"));
    expect(log).toEqual(["+a", "+b", "-b", "+c"]);
  });

  test("of client.watch run in order for each room, and no room waits for another", async () => {
    const set = await stage();
    set.server.site.addRoom({ id: 2, name: "Other" });
    const ear = await listening({}, set);
    await ear.chat.getRoom(2).watch(() => {}).ready;
    const log: string[] = [];
    ear.chat.watch(async (event) => {
      const text = textOf(event);
      if (text === undefined) return;
      log.push(`${event.room?.id} ${text}`);
      if (event.room?.id === 1) await new Promise(() => {});
    });
    ear.says("a", "b");
    for (const text of ["c", "d"]) set.alice.in(2).says(text);
    // Each room has its own socket, and either may be slower.
    await meanwhile(() => log.includes("2 d") && log.includes("1 a"));
    expect(log.toSorted()).toEqual(["1 a", "2 c", "2 d"]);
  });

  test("end their watch under the policy fail when they are too slow, and closed rejects with the reason", async () => {
    const ear = await listening();
    const watch = ear.chat.getRoom(1).watch(() => new Promise(() => {}), { limit: 2, overflow: "fail" });
    await watch.ready;
    ear.says("a", "b", "c", "d");
    await ear.hears("a", "b", "c", "d");
    await expect(watch.closed).rejects.toMatchObject({ code: "BAD_ARGUMENT" });
    expect(ear.reported.map(String)).toEqual([expect.stringMatching(/more than 2 events of room 1/)]);
  });

  test("cannot be given unknown options", async () => {
    const { chat } = await listening();
    const watch = (options: object): unknown => chat.getRoom(1).watch(() => {}, options);
    expect(() => watch({ concurency: 2 })).toThrow(/concurrency/);
    expect(() => watch({ concurrency: 0 })).toThrow(/concurrency/);
    expect(() => watch({ ack: "never" })).toThrow(/ack/);
    expect(() => chat.watch(() => {}, { limit: 0 })).toThrow(/limit/);
  });
});

describe("many rooms", () => {
  const count = 40;
  const ids = Array.from({ length: count }, (_, n) => 100 + n);

  function rooms(set: Stage): void {
    for (const id of ids) set.server.site.addRoom({ id, name: `Room ${id}` });
  }

  test("are ready with at most 2 requests a room and 5 more, and all of them deliver", async () => {
    const set = await stage();
    rooms(set);
    const chat = set.client();
    const heard: string[] = [];
    const watches = ids.map((id) =>
      chat.getRoom(id).watch((event) => {
        const text = textOf(event);
        if (text !== undefined) heard.push(`${id}: ${text}`);
      }),
    );
    await Promise.all(watches.map(({ ready }) => ready));
    expect(set.requests().length).toBeLessThanOrEqual(2 * count + 5);
    for (const id of ids) {
      expect(chat.getRoom(id).isInRoom).toBe(true);
      set.alice.in(id).says("hello");
    }
    await meanwhile(() => heard.length === count);
    expect(new Set(heard).size).toBe(count);
  });

  test("fetch all missed events with one request when they reconnect together", async () => {
    const set = await stage();
    rooms(set);
    const clock = new ManualClock();
    const chat = set.client({ clock, random: () => 0.5, onError: () => {} });
    const heard: string[] = [];
    for (const id of ids) chat.getRoom(id).watch((event) => void heard.push(textOf(event) ?? ""));
    await until(clock, () => chat.state === "live", 100);
    set.requests();
    set.server.site.faults.dropSockets();
    await until(clock, () => chat.state === "resuming", 100);
    for (const id of ids) set.alice.in(id).says("missed");
    await until(clock, () => heard.filter((text) => text === "missed").length === count, 1_000);
    await until(clock, () => chat.state === "live", 1_000);
    const asked = set.requests().filter((line) => line === "POST /events").length;
    expect(asked).toBe(1);
  });

  test("are not affected by a room that does not exist", async () => {
    const set = await stage();
    rooms(set);
    const chat = set.client({ onError: () => {} });
    const none = chat.getRoom(99_999_999).watch(() => {});
    const watches = ids.map((id) => chat.getRoom(id).watch(() => {}));
    await expect(none.ready).rejects.toMatchObject({ code: "NOT_FOUND" });
    await Promise.all(watches.map(({ ready }) => ready));
  });
});
