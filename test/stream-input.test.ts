/** What may come in over the stream, and what may happen to those who listen. Time is turned by hand. */
import {
  type ChatEvent,
  type Client,
  type ClientOptions,
  type Clock,
  MessageEdited,
  MessagePosted,
  type StreamState,
  UnknownEvent,
} from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { failureOf, next, type Stage, stage, turning, until } from "./support.js";

interface Ear extends Stage {
  readonly clock: ManualClock;
  readonly chat: Client;
  /** The texts of the posts of room 1 so far. */
  readonly texts: string[];
  readonly events: ChatEvent[];
  readonly states: StreamState[];
  readonly reported: unknown[];
  says(...texts: string[]): void;
  /** Turns the clock until so many posts were heard, and looks that no more come with them. */
  hears(...texts: string[]): Promise<void>;
}

/** A client that listens to room 1 with a clock of its own. */
async function listening(options: ClientOptions = {}, set?: Stage): Promise<Ear> {
  const given = set ?? (await stage());
  const clock = new ManualClock();
  const reported: unknown[] = [];
  const chat = given.client({
    clock,
    random: () => 0.5,
    onError: (error) => void reported.push(error),
    ...options,
  });
  const texts: string[] = [];
  const events: ChatEvent[] = [];
  const states: StreamState[] = [];
  chat.onStateChange((state) => void states.push(state));
  const watch = chat.getRoom(1).watch((event) => {
    events.push(event);
    if (event instanceof MessagePosted) texts.push(event.textContent ?? "");
  });
  await watch.ready;
  return {
    ...given,
    clock,
    chat,
    texts,
    events,
    states,
    reported,
    says(...said) {
      for (const text of said) given.alice.in(1).says(text);
    },
    async hears(...expected) {
      await until(clock, () => texts.length >= expected.length);
      expect(texts).toEqual(expected);
    },
  };
}

/** Lets the network do its part, without time passing, until something has come true. */
async function meanwhile(condition: () => boolean): Promise<void> {
  const started = performance.now();
  while (!condition()) {
    if (performance.now() - started > 3_000) throw new Error("it did not come true");
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Lets the network do its part for a little while. */
async function ticks(count: number): Promise<void> {
  for (let tick = 0; tick < count; tick++) await new Promise((resolve) => setImmediate(resolve));
}

type Raw = Record<string, unknown>;

const post = (id: number | undefined, messageId: number, content: string): Raw => ({
  event_type: 1,
  time_stamp: 1_700_000_000,
  content,
  ...(id === undefined ? {} : { id }),
  user_id: 3,
  user_name: "Somebody",
  room_id: 1,
  room_name: "Sandbox",
  message_id: messageId,
});

const frame = (events: readonly Raw[], t?: number, d?: number): string => JSON.stringify({ r1: { e: events, t, d } });

/** Things that are said while nothing is heard, as the raw events that a frame should have brought. */
function unheard({ server, alice }: Stage, ...texts: string[]): { events: Raw[]; from: number; to: number } {
  const { site } = server;
  const from = site.newestEventId;
  site.faults.silenceSockets();
  const events = texts.map((text) => {
    const { id } = alice.in(1).says(text);
    return post(site.newestEventId, id, text);
  });
  return { events, from, to: site.newestEventId };
}

describe("frames that make no sense", () => {
  test("change neither the state nor the place, and cost next to nothing", async () => {
    const ear = await listening();
    ear.says("before");
    await ear.hears("before");
    const { cursors } = ear.chat;
    ear.requests();
    const nonsense: unknown[] = [[], "r1", 5, true, null, { r1: 5 }, { r1: null }, { r1: [] }, { r1: { e: "no" } }];
    nonsense.push({ r1: { e: {}, t: "12", d: {} } }, { r1: { e: [[], null, 7, "x", { event_type: "1" }] } });
    nonsense.push({ r1: { t: Number.MAX_VALUE.toString(), d: -1, exit: "yes", reset: 1, timeout: [] } });
    nonsense.push({ x1: { e: [post(undefined, 1, "of no room")] } }, { r: {} }, { r1x: {} }, { r99: { exit: true } });
    nonsense.push({ __proto__: null, r1: {}, constructor: { e: [] } });
    for (const value of nonsense) ear.server.site.faults.sendRaw(JSON.stringify(value));
    for (const text of ["", "{", '{"r1":{"e":[', "\u0000", "hello", "NaN", `${"[".repeat(5_000)}`, '{"r1":{}}}'])
      ear.server.site.faults.sendRaw(text);
    ear.says("after");
    await ear.hears("before", "after");
    expect(ear.states).toEqual(["connecting", "live"]);
    // What is damaged is read again over HTTP, and nothing else is asked for.
    const asked = ear.requests();
    expect(asked.filter((line) => line !== "POST /events")).toEqual([]);
    expect(asked.length).toBeLessThanOrEqual(4);
    expect(Number(ear.chat.cursors[1])).toBe(Number(cursors[1]) + 1);
    expect(ear.reported).toEqual([]);
  });

  test("of a message one knows leave what is known in order", async () => {
    const ear = await listening();
    const said = ear.alice.in(1).says("what is known");
    await ear.hears("what is known");
    const message = ear.chat.getMessage(said.id);
    expect(await message.textContent).toBe("what is known");
    const wrong = { content: 7, user_id: {}, message_stars: "many", message_edits: [], time_stamp: "now" };
    for (const event_type of [2, 6, 8, 18, 19, 20])
      ear.server.site.faults.sendRaw(frame([{ ...post(undefined, said.id, ""), event_type, ...wrong }]));
    ear.says("and on");
    await ear.hears("what is known", "and on");
    expect(typeof (await message.content)).toBe("string");
    expect(typeof (await message.stars)).toBe("number");
    expect(ear.events.filter((event) => event instanceof UnknownEvent)).toEqual([]);
  });

  test("of more bytes than any frame has end the socket, not the stream", async () => {
    const ear = await listening();
    ear.says("before");
    await ear.hears("before");
    ear.server.site.faults.sendRaw(frame([post(undefined, 1, "x".repeat(5_000_000))]));
    await until(ear.clock, () => ear.chat.state === "resuming");
    ear.says("meanwhile");
    await ear.hears("before", "meanwhile");
    await until(ear.clock, () => ear.chat.state === "live");
    ear.says("after");
    await ear.hears("before", "meanwhile", "after");
  });

  test("of very many events are told whole and in order", async () => {
    const ear = await listening();
    const texts = Array.from({ length: 10_000 }, (_, n) => `${n}`);
    const { site } = ear.server;
    const start = site.newestEventId;
    const events = texts.map((text, n) => post(start + 1 + n, 1_000_000 + n, text));
    site.faults.sendRaw(frame(events.toReversed(), start + texts.length, texts.length));
    await ear.hears(...texts);
  });
});

describe("events out of order", () => {
  test("inside a frame are put right, without asking the server", async () => {
    const ear = await listening();
    const { events, from, to } = unheard(ear, "one", "two", "three");
    ear.requests();
    const [one, two, three] = events;
    ear.server.site.faults.sendRaw(JSON.stringify({ r1: { e: [three, one, two, one], t: to, d: to - from } }));
    await ear.hears("one", "two", "three");
    expect(ear.requests()).toEqual([]);
  });

  test("across frames are put right, once, by asking once", async () => {
    const ear = await listening();
    const { events, to } = unheard(ear, "one", "two", "three");
    ear.requests();
    for (const [n, event] of events.toReversed().entries()) ear.server.site.faults.sendRaw(frame([event], to - n, 1));
    await ear.hears("one", "two", "three");
    expect(ear.requests()).toEqual(["POST /events"]);
    ear.server.site.faults.silenceSockets(false);
    ear.says("four");
    await ear.hears("one", "two", "three", "four");
  });

  test("that come late and are known are not told again", async () => {
    const ear = await listening();
    const { site } = ear.server;
    const seen: string[] = [];
    for (const text of ["one", "two", "three"]) {
      const { id } = ear.alice.in(1).says(text);
      seen.push(frame([post(site.newestEventId, id, text)], site.newestEventId, 1));
    }
    await ear.hears("one", "two", "three");
    const { cursors } = ear.chat;
    ear.requests();
    for (const text of [...seen, ...seen.toReversed()]) site.faults.sendRaw(text);
    ear.says("four");
    await ear.hears("one", "two", "three", "four");
    expect(Number(ear.chat.cursors[1])).toBe(Number(cursors[1]) + 1);
    expect(ear.requests()).toEqual([]);
  });

  test("delayed by the server are put right", async () => {
    const ear = await listening();
    const texts = Array.from({ length: 12 }, (_, n) => `${n}`);
    for (const text of texts) {
      if (Number(text) % 3 === 0) ear.server.site.faults.delayFrames(1);
      ear.says(text);
    }
    await ear.hears(...texts);
  });

  test("and without ids come as they come, once, and move nothing", async () => {
    const ear = await listening();
    ear.says("before");
    await ear.hears("before");
    const { cursors } = ear.chat;
    const { site } = ear.server;
    site.faults.sendRaw(frame([post(undefined, 41, "nameless one"), post(undefined, 42, "nameless two")]));
    await ear.hears("before", "nameless one", "nameless two");
    expect(ear.events.at(-1)?.id).toBeNull();
    expect(ear.chat.cursors).toEqual(cursors);
    ear.says("after");
    await ear.hears("before", "nameless one", "nameless two", "after");
  });

  test("with ids of long ago are not told, and what comes next is", async () => {
    const ear = await listening();
    ear.says("before");
    await ear.hears("before");
    const { site } = ear.server;
    for (const back of [1, 10, 100, 1_000_000]) {
      const id = site.newestEventId - back;
      site.faults.sendRaw(frame([post(id, 50 + back, `back ${back}`)], id, 1));
    }
    ear.says("after");
    await ear.hears("before", "after");
  });

  /** Goes on talking, a message in 15 s, and turns the clock, until something was heard or so much time has passed. */
  async function talking(ear: Ear, condition: () => boolean, mostMs: number): Promise<string[]> {
    const said: string[] = [];
    const start = ear.clock.now();
    for (let n = 0; !condition() && ear.clock.now() - start < mostMs; n++) {
      said.push(`talk ${n}`);
      ear.says(`talk ${n}`);
      const end = ear.clock.now() + 15_000;
      await until(ear.clock, () => ear.clock.now() >= end || condition());
    }
    return said;
  }

  test("a hole that a first look does not fill is looked at again", async () => {
    // The list over HTTP may lag behind the socket: its first answer does not know of the events yet.
    const ear = await listening();
    const { faults } = ear.server.site;
    faults.loseFrames(1);
    faults.fail("/events", { status: 200, body: "{}" });
    ear.says("lost", "seen");
    const more = await talking(ear, () => ear.texts.includes("seen"), 300_000);
    await ear.hears("lost", "seen", ...more);
    expect(more.length).toBeLessThanOrEqual(4);
  });

  test("a hole that nothing can fill does not make a room with talk in it deaf", async () => {
    const ear = await listening();
    const { site } = ear.server;
    ear.requests();
    site.faults.sendRaw(frame([], site.newestEventId + 5, 1));
    const said = await talking(ear, () => ear.texts.length >= 6, 300_000);
    await ear.hears(...said);
    expect(said.length).toBeLessThanOrEqual(10);
    expect(ear.requests().length).toBeLessThan(20);
  });

  test("an absurd counter is not believed for ever", async () => {
    const ear = await listening();
    ear.server.site.faults.sendRaw(frame([], 9_000_000_000_000_000, 9_000_000_000_000_000));
    const said = await talking(ear, () => ear.texts.length > 0, 300_000);
    await ear.hears(...said);
    expect(said.length).toBeLessThanOrEqual(12);
  });
});

describe("a clock that jumps", () => {
  /** A clock that can be put forward or back without any timer being due for that. */
  class LeapingClock implements Clock {
    readonly manual = new ManualClock();
    leapMs = 0;
    now(): number {
      return this.manual.now() + this.leapMs;
    }
    setTimeout(callback: () => void, delayMs: number): { cancel(): void } {
      return this.manual.setTimeout(callback, delayMs);
    }
  }

  test("forward a day makes no storm of requests, and loses nothing", async () => {
    const ear = await listening();
    ear.says("yesterday");
    await ear.hears("yesterday");
    ear.requests();
    await ear.clock.advance(86_400_000);
    ear.says("today");
    await ear.hears("yesterday", "today");
    await until(ear.clock, () => ear.chat.state === "live");
    expect(ear.requests().length).toBeLessThanOrEqual(6);
    expect(ear.server.site.openSockets).toBeLessThanOrEqual(2);
  });

  test("forward a day while the network is down makes no storm either", async () => {
    const ear = await listening();
    const { faults } = ear.server.site;
    faults.hangUp(/./, 100_000);
    faults.dropSockets();
    await until(ear.clock, () => ear.chat.state === "resuming");
    ear.requests();
    await ear.clock.advance(86_400_000);
    expect(ear.requests().length).toBeLessThanOrEqual(10);
    faults.clear();
    ear.says("there you are");
    await ear.hears("there you are");
  });

  test("forward under way, as when a laptop wakes up, is noticed and made good", async () => {
    const clock = new LeapingClock();
    const ear = await listening({ clock });
    ear.says("before");
    await until(clock.manual, () => ear.texts.length === 1);
    ear.requests();
    ear.server.site.faults.silenceSockets();
    ear.says("asleep");
    clock.leapMs += 86_400_000;
    await until(clock.manual, () => ear.states.includes("stale"));
    ear.server.site.faults.silenceSockets(false);
    await until(clock.manual, () => ear.texts.length === 2 && ear.chat.state === "live");
    expect(ear.texts).toEqual(["before", "asleep"]);
    expect(ear.requests().length).toBeLessThanOrEqual(6);
  });

  test("back by an hour does not put the watchdog to sleep for that long", async () => {
    const clock = new LeapingClock();
    const ear = await listening({ clock });
    ear.says("before");
    await until(clock.manual, () => ear.texts.length === 1);
    clock.leapMs -= 3_600_000;
    const start = clock.manual.now();
    ear.server.site.faults.silenceSockets();
    ear.says("unheard of");
    await until(clock.manual, () => ear.texts.length === 2 || clock.manual.now() - start > 600_000);
    expect(clock.manual.now() - start).toBeLessThanOrEqual(180_000);
    expect(ear.texts).toEqual(["before", "unheard of"]);
  });
});

describe("a room that is taken away", () => {
  const ways: [string, (set: Stage) => void][] = [
    ["by a kick", ({ alice, bot }) => void alice.in(40).kicks(bot)],
    ["by being deleted", ({ server }) => server.site.room(40).delete()],
    ["by becoming private", ({ alice }) => alice.in(40).updates({ access: "private" })],
  ];

  test.each(ways)("%s ends its streams and watches, and no other's", async (_, take) => {
    const set = await stage();
    set.server.site.addRoom({ id: 40, name: "Strict", owners: [set.alice] });
    const ear = await listening({}, set);
    const room = ear.chat.getRoom(40);
    const messages = room.newMessages();
    const heard: string[] = [];
    const watch = room.watch((event) => void heard.push(event.constructor.name));
    await Promise.all([messages.ready, watch.ready]);
    set.alice.in(40).says("enjoy it while it lasts");
    expect(await (await next(messages)).textContent).toBe("enjoy it while it lasts");
    take(set);
    const failure = await turning(ear.clock, failureOf(messages.next()));
    expect((failure as { code: string }).code).toMatch(/^(FORBIDDEN|NOT_FOUND)$/);
    expect(await messages.next()).toEqual({ done: true, value: undefined });
    expect(ear.reported).toHaveLength(1);
    await meanwhile(() => set.server.site.openSockets === 1);
    expect(ear.chat.state).toBe("live");
    ear.requests();
    ear.says("here it is nice");
    await ear.hears("here it is nice");
    expect(ear.requests()).toEqual([]);
    const again = room.newMessages();
    const refusal = (await turning(ear.clock, failureOf(again.next()))) as { code: string };
    expect(refusal.code).toMatch(/^(FORBIDDEN|NOT_FOUND)$/);
    expect(ear.requests().length).toBeLessThanOrEqual(4);
  });

  test("while it is polled for ends, too", async () => {
    const set = await stage();
    set.server.site.addRoom({ id: 40, name: "Strict", owners: [set.alice] });
    const ear = await listening({}, set);
    const messages = ear.chat.getRoom(40).newMessages();
    await messages.ready;
    set.server.site.faults.fail("/ws-auth", { status: 503, times: 1_000 });
    set.server.site.faults.dropSockets();
    await until(ear.clock, () => ear.chat.state === "polling");
    set.alice.in(40).kicks(set.bot);
    expect(await turning(ear.clock, failureOf(messages.next()))).toMatchObject({ code: "FORBIDDEN" });
    ear.says("polled for");
    await ear.hears("polled for");
  });

  test("can be listened to again when a kick is over", async () => {
    const clock = new ManualClock();
    const set = await stage({ clock });
    const room = set.server.site.addRoom({ id: 40, name: "Strict", owners: [set.alice] });
    const ear = await listening({}, set);
    const before = ear.chat.getRoom(40).newMessages();
    await before.ready;
    expect(set.alice.in(room).kicks(set.bot)).toBe(1);
    await failureOf(before.next());
    expect(ear.chat.getRoom(40).isInRoom).toBe(false);
    await clock.advance(61_000);
    const after = ear.chat.getRoom(40).newMessages();
    await after.ready;
    set.alice.in(40).says("welcome back");
    expect(await (await next(after)).textContent).toBe("welcome back");
    expect(ear.chat.getRoom(40).isInRoom).toBe(true);
  });
});

test("who is suspended while sending learns until when, goes on hearing, and can talk afterwards", async () => {
  const ear = await listening();
  const room = ear.chat.getRoom(1);
  await room.sendMessage("still free");
  ear.bot.suspend(3_600);
  const failures = await turning(
    ear.clock,
    Promise.all(["a", "b", "c"].map((text) => failureOf(room.sendMessage(text)))),
  );
  for (const failure of failures) expect(failure).toMatchObject({ code: "SUSPENDED", until: expect.any(String) });
  expect(ear.chat.outbox.pending).toEqual([]);
  ear.says("do you hear?");
  await ear.hears("still free", "do you hear?");
  ear.bot.suspend(0);
  await turning(ear.clock, room.sendMessage("free again"));
  await ear.hears("still free", "do you hear?", "free again");
});

test("nobody is told that the stream is live while there is no socket", async () => {
  const ear = await listening({ stream: { reconnectMs: 20_000 } });
  ear.server.site.faults.dropSockets();
  await meanwhile(() => ear.server.site.openSockets === 0);
  await ticks(20);
  expect(ear.chat.state).not.toBe("live");
});

describe("handlers", () => {
  test("that throw, reject or dawdle hold up nobody, and nobody else's order", async () => {
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

  test("whose failures are reported to an onError that throws itself stop nothing", async () => {
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
    await ticks(40);
    expect(escaped).toEqual([]);
  });

  test("of states that throw stop nothing", async () => {
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

  test("may close their own watch, and open others, in the middle of a frame", async () => {
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

describe("who stops reading", () => {
  const texts = ["a", "b", "c", "d", "e", "f"];

  /** Reads what is left of a stream, as texts. */
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

  test("gets, by the policy fail, what waited and then the reason, and costs no socket any more", async () => {
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

  test("is told that a policy nobody knows is none", async () => {
    const { chat } = await listening();
    expect(() => chat.getRoom(1).newMessages({ overflow: "block" as "fail" })).toThrow(/drop-oldest/);
    expect(() => chat.getRoom(1).newMessages({ limit: 0 })).toThrow(/limit/);
  });
});

describe("closing", () => {
  test("one of two watches leaves the other, and the last closes the socket", async () => {
    const set = await stage();
    const clock = new ManualClock();
    const chat = set.client({ clock });
    const room = chat.getRoom(1);
    const [one, two]: [string[], string[]] = [[], []];
    const note = (list: string[]) => (event: ChatEvent) =>
      void (event instanceof MessagePosted && list.push(event.textContent ?? ""));
    const first = room.watch(note(one));
    const second = room.watch(note(two));
    await Promise.all([first.ready, second.ready]);
    expect(set.server.site.openSockets).toBe(1);
    set.alice.in(1).says("to both");
    await until(clock, () => two.length === 1);
    first.close();
    first.close();
    set.alice.in(1).says("to one");
    await until(clock, () => two.length === 2);
    expect([one, two]).toEqual([["to both"], ["to both", "to one"]]);
    expect(chat.state).toBe("live");
    second[Symbol.dispose]();
    expect(chat.state).toBe("closed");
    await meanwhile(() => set.server.site.openSockets === 0);
    expect(clock.pending).toBe(0);
  });

  test("a watch before it is ready ends it with CLOSED, and nothing is left", async () => {
    const set = await stage();
    const clock = new ManualClock();
    const chat = set.client({ clock });
    await chat.login();
    const heard: ChatEvent[] = [];
    for (let count = 0; count < 60; count += 3) {
      const watch = chat.getRoom(1).watch((event) => void heard.push(event));
      await ticks(count);
      watch.close();
      await watch.ready.catch((error) => expect(error).toMatchObject({ code: "CLOSED" }));
    }
    const before = heard.length;
    set.alice.in(1).says("anybody there?");
    await meanwhile(() => set.server.site.openSockets === 0);
    expect(chat.state).toBe("closed");
    expect(clock.pending).toBe(0);
    expect(heard).toHaveLength(before);
  });

  /** A client that has come as far as the test wants, and then logs out. */
  async function leaving(act: (ear: Ear) => Promise<unknown> | undefined): Promise<void> {
    const ear = await listening({ timeoutMs: 400 });
    await act(ear);
    const virtual = ear.clock.now();
    await ear.chat.logout();
    expect(ear.clock.now()).toBe(virtual);
    expect(ear.chat.state).toBe("closed");
    await meanwhile(() => ear.server.site.openSockets === 0);
    expect(ear.clock.pending).toBe(0);
    ear.server.site.faults.clear();
    ear.server.site.faults.silenceSockets(false);
    ear.requests();
    ear.says("nobody hears this");
    await ear.clock.advance(3_600_000);
    expect(ear.requests()).toEqual([]);
    expect(ear.texts).not.toContain("nobody hears this");
    expect(ear.states.at(-1)).toBe("closed");
  }

  test("by logout while live leaves nothing running", () => leaving(() => undefined));

  test("by logout while a second room is connecting leaves nothing running", () =>
    leaving(async ({ chat, server }) => {
      server.site.addRoom({ id: 2, name: "Slow" });
      server.site.faults.hang("/ws-auth");
      const watch = chat.getRoom(2).watch(() => {});
      watch.ready.catch(() => {});
      await ticks(40);
      expect(chat.state).toBe("connecting");
    }));

  test("by logout while resuming leaves nothing running", () =>
    leaving(async ({ chat, server, clock }) => {
      server.site.faults.hangUp(/ws-auth|events/, 1_000);
      server.site.faults.dropSockets();
      await until(clock, () => chat.state === "resuming");
    }));

  test("by logout in the middle of fetching what was missed leaves nothing running", () =>
    leaving(async ({ chat, server }) => {
      server.site.faults.hang(/^\/events$/);
      server.site.faults.loseFrames(1);
      server.site.user("Alice Liddell").in(1).says("lost");
      server.site.user("Alice Liddell").in(1).says("seen");
      await ticks(40);
      expect(chat.state).toBe("live");
    }));

  test("by logout while polling leaves nothing running", () =>
    leaving(async ({ chat, server, clock }) => {
      server.site.faults.fail("/ws-auth", { status: 503, times: 1_000 });
      server.site.faults.dropSockets();
      await until(clock, () => chat.state === "polling");
    }));

  test("by logout while stale leaves nothing running", () =>
    leaving(async ({ states, server, clock }) => {
      server.site.faults.silenceSockets();
      await until(clock, () => states.includes("stale"));
    }));

  test("by logout while the room itself does not answer leaves nothing running", () =>
    leaving(async ({ server, chat, says }) => {
      server.site.faults.garbleFrames(2);
      server.site.faults.hang(/^\/events$/, 10);
      says("garbled", "and garbled");
      await ticks(40);
      expect(chat.state).toBe("live");
    }));

  test("by logout that waited for the outbox leaves no timer", async () => {
    const ear = await listening();
    const sent = ear.chat.getRoom(1).sendMessage("last words");
    const over = ear.chat.logout();
    await Promise.all([sent, over]);
    expect(ear.clock.pending).toBe(0);
  });

  test("by logout before anything was ready leaves nothing running", async () => {
    const set = await stage();
    for (let count = 0; count < 40; count += 2) {
      const clock = new ManualClock();
      const chat = set.client({ clock, onError: () => {} });
      const watch = chat.getRoom(1).watch(() => {});
      const messages = chat.getRoom(1).newMessages();
      await ticks(count);
      await chat.logout();
      await watch.ready.catch((error) => expect(error.code).toMatch(/^(CLOSED|ABORTED)$/));
      expect((await messages.next().catch(() => ({ done: true }))).done).toBe(true);
      expect(chat.state).toBe("closed");
      expect(clock.pending).toBe(0);
    }
    await meanwhile(() => set.server.site.openSockets === 0);
  });

  test("after the login has expired does not log in again in order to leave", async () => {
    const ear = await listening();
    ear.server.site.faults.expireSessions();
    ear.requests();
    await ear.chat.logout();
    expect(ear.requests().filter((line) => line.endsWith("/users/login"))).toEqual([]);
  });

  test("keeps where listening had got to", async () => {
    const ear = await listening();
    ear.says("remember this");
    await ear.hears("remember this");
    const { cursors } = ear.chat;
    await ear.chat.logout();
    expect(ear.chat.cursors).toEqual(cursors);
  });
});

test("edits and deletions of what came before are told in the order of the server", async () => {
  const ear = await listening();
  const kinds: string[] = [];
  const watch = ear.chat.getRoom(1).watch((event) => void kinds.push(`${event.constructor.name} ${event.content}`));
  await watch.ready;
  onTestFinished(() => watch.close());
  const said = ear.alice.in(1).says("frist");
  ear.server.site.faults.loseFrames(1);
  ear.alice.in(1).edits(said.id, "fisrt");
  ear.alice.in(1).edits(said.id, "first");
  ear.alice.in(1).deletes(said.id);
  await until(ear.clock, () => kinds.some((kind) => kind.startsWith("MessageDeleted")));
  expect(kinds.filter((kind) => kind.startsWith("Message"))).toEqual([
    "MessagePosted frist",
    "MessageEdited fisrt",
    "MessageEdited first",
    "MessageDeleted null",
  ]);
  expect(ear.events.find((event) => event instanceof MessageEdited)?.receivedAt).toBe(ear.clock.now());
});
