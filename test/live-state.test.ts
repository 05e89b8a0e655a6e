/** Listening with a state: events that a closing listener releases, and events that a restart delivers again. */
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { type ChatEvent, type Client, MessagePosted, type Room, StreamGap } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { meanwhile, type Stage, stage } from "./support.js";
import { temporaryFolder } from "./temporary.js";

interface Bot extends Stage {
  readonly chat: Client;
  readonly room: Room;
  says(...texts: string[]): void;
  /** The events that a bot gets when it starts with the present state, as after a kill. */
  toldAgain(): Promise<string[]>;
}

const textOf = (event: ChatEvent): string | undefined =>
  event instanceof MessagePosted ? (event.textContent ?? "") : undefined;

async function bot(): Promise<Bot> {
  const set = await stage();
  const stateFile = join(temporaryFolder(), "state");
  const chat = set.client({ stateFile, onError: () => {} });
  await chat.resume();
  let copies = 0;
  return {
    ...set,
    chat,
    room: chat.getRoom(1),
    says(...texts) {
      for (const text of texts) set.alice.in(1).says(text);
    },
    async toldAgain() {
      copies += 1;
      const copy = `${stateFile}-${copies}`;
      await cp(stateFile, copy);
      const clock = new ManualClock();
      const later = set.client({ stateFile: copy, clock, onError: () => {} });
      await later.resume();
      const heard: string[] = [];
      await later.getRoom(1).watch((event) => {
        const text = textOf(event);
        if (text !== undefined) heard.push(text);
      }).ready;
      const end = `the end ${copies}`;
      set.alice.in(1).says(end);
      await meanwhile(() => heard.includes(end));
      await later.logout({ drain: false });
      return heard.filter((text) => !text.startsWith("the end"));
    },
  };
}

/** Texts that a watch of the room has handled. */
async function handling(room: Room): Promise<string[]> {
  const handled: string[] = [];
  await room.watch((event) => {
    const text = textOf(event);
    if (text !== undefined) handled.push(text);
  }).ready;
  return handled;
}

const many = Array.from({ length: 30 }, (_, n) => `m${n}`);

describe("a closed listener does not hold back the cursor", () => {
  test("a restart delivers nothing again after a break with waiting values beside a watch", async () => {
    const set = await bot();
    const handled = await handling(set.room);
    const messages = set.room.newMessages();
    await messages.ready;
    set.says("one", "two", "three");
    await meanwhile(() => handled.length === 3);
    for await (const _ of messages) break;
    set.says(...many);
    await meanwhile(() => handled.length === 33);
    expect(await set.toldAgain()).toEqual([]);
  });

  test("a restart delivers nothing again after an overflow that ends a stream beside a watch", async () => {
    const set = await bot();
    const handled = await handling(set.room);
    const messages = set.room.newMessages({ limit: 2, overflow: "fail" });
    await messages.ready;
    set.says(...many);
    await meanwhile(() => handled.length === 30);
    expect(await set.toldAgain()).toEqual([]);
  });

  test("two loops on one stream hold one value each, and a restart delivers at most those two again", async () => {
    const set = await bot();
    const messages = set.room.newMessages();
    await messages.ready;
    const read: string[] = [];
    const loop = async (): Promise<void> => {
      for await (const message of messages) read.push(await message.textContent);
    };
    const loops = [loop(), loop()];
    set.says(...many);
    await meanwhile(() => read.length === 30);
    expect((await set.toldAgain()).length).toBeLessThanOrEqual(2);
    await set.chat.logout();
    await Promise.all(loops);
  });

  test("the last listener of a room leaves unread events unacknowledged, and the next listener resumes there", async () => {
    const set = await bot();
    const first = set.room.newMessages();
    await first.ready;
    set.says("read", "waiting one", "waiting two");
    for await (const message of first) {
      expect(await message.textContent).toBe("read");
      await meanwhile(() => set.chat.cursors[1] === set.server.site.newestEventId);
      break;
    }
    set.says("while nobody listens");
    expect(await set.toldAgain()).toEqual(["waiting one", "waiting two", "while nobody listens"]);
    const next = await handling(set.room);
    await meanwhile(() => next.length >= 4);
    expect(next.slice(0, 3)).toEqual(["waiting one", "waiting two", "while nobody listens"]);
    expect(await set.toldAgain()).toEqual([]);
  });

  test("an event whose handler closes its own watch is done, and a new watch does not get it again", async () => {
    const set = await bot();
    const heard: string[] = [];
    const watch = set.room.watch(async (event) => {
      const text = textOf(event);
      if (text !== undefined) heard.push(text);
      if (text !== "!!again") return;
      watch.close();
      await again();
    });
    const again = async (): Promise<void> => {
      await set.room.watch((event) => {
        const text = textOf(event);
        if (text !== undefined) heard.push(`again: ${text}`);
      }).ready;
    };
    await watch.ready;
    set.says("!!again", "two");
    await meanwhile(() => heard.includes("again: two"));
    expect(heard).toEqual(["!!again", "again: two"]);
    expect(await set.toldAgain()).toEqual([]);
  });
});

describe("events done beyond an open one", () => {
  test("are not delivered again after a kill, while the open one is", async () => {
    const set = await bot();
    const handled: string[] = [];
    const doors: (() => void)[] = [];
    await set.room.watch(
      async (event) => {
        const text = textOf(event);
        if (text === "slow") await new Promise<void>((open) => doors.push(open));
        if (text !== undefined) handled.push(text);
      },
      { concurrency: 5 },
    ).ready;
    set.says("before", "slow", ...many);
    await meanwhile(() => handled.length === 31);
    expect(await set.toldAgain()).toEqual(["slow"]);
    for (const open of doors) open();
    await meanwhile(() => handled.includes("slow"));
    expect(await set.toldAgain()).toEqual([]);
  });

  test("stay open under ack manual until done() is called, regardless of later events", async () => {
    const set = await bot();
    const open = new Map<string, ChatEvent>();
    await set.room.watch(
      (event) => {
        const text = textOf(event);
        if (text === undefined) event.done();
        else open.set(text, event);
      },
      { ack: "manual" },
    ).ready;
    set.says("one", "two", "three");
    await meanwhile(() => open.size === 3);
    open.get("three")?.done();
    open.get("one")?.done();
    open.get("one")?.done();
    expect(await set.toldAgain()).toEqual(["two"]);
    open.get("two")?.done();
    expect(await set.toldAgain()).toEqual([]);
  });

  test("let a handler under ack manual wait for a later event of the same room", async () => {
    const set = await bot();
    const answers: string[] = [];
    let answer: (text: string) => void = () => {};
    await set.room.watch(
      async (event) => {
        const text = textOf(event);
        if (text === "!!ask") {
          const said = new Promise<string>((resolve) => {
            answer = resolve;
          });
          answers.push(await said);
        } else if (text !== undefined) answer(text);
        event.done();
      },
      { ack: "manual" },
    ).ready;
    set.says("!!ask", "yes");
    await meanwhile(() => answers.length === 1);
    expect(answers).toEqual(["yes"]);
    expect(await set.toldAgain()).toEqual([]);
  });
});

describe("values that an overflow policy drops under a state", () => {
  test.each([
    ["drop-oldest", ["gap", "m28", "m29"]],
    ["drop-newest", ["m0", "m1", "gap"]],
  ] as const)("are announced to the reader as a StreamGap under %s, and count as done", async (overflow, expected) => {
    const set = await bot();
    const events = set.room.listen([MessagePosted, StreamGap], { limit: 2, overflow });
    await events.ready;
    const before = set.server.site.newestEventId;
    set.says(...many);
    await meanwhile(() => events.dropped === 28);
    const read: string[] = [];
    for await (const event of events) {
      if (event instanceof StreamGap) {
        expect(event.reason).toMatch(/too slow/);
        const [from, to] = overflow === "drop-oldest" ? [1, 28] : [3, 30];
        expect([event.from - before, event.to - before]).toEqual([from, to]);
      }
      read.push(textOf(event) ?? "gap");
      if (read.length === 3) break;
    }
    expect(read).toEqual(expected);
    expect(await set.toldAgain()).toEqual([]);
  });

  test("are announced to a slow watch as a StreamGap", async () => {
    const set = await bot();
    const heard: string[] = [];
    const doors: (() => void)[] = [];
    const watch = set.room.watch(
      async (event) => {
        heard.push(event instanceof StreamGap ? event.kind : (textOf(event) ?? event.constructor.name));
        if (textOf(event) === "m0") await new Promise<void>((open) => doors.push(open));
      },
      { limit: 2 },
    );
    await watch.ready;
    const all = await handling(set.room);
    const [first = "", ...rest] = many;
    // The others are posted while the first is being handled: before that, the account's own arrival could take its place.
    set.says(first);
    await meanwhile(() => doors.length === 1);
    set.says(...rest);
    await meanwhile(() => all.length === 30);
    for (const open of doors) open();
    await meanwhile(() => heard.includes("m29"));
    expect(heard.slice(heard.indexOf("m0"))).toEqual(["m0", "overflow", "m28", "m29"]);
    expect(await set.toldAgain()).toEqual([]);
  });
});

test("an event whose handler is still running at logout is delivered again, and a handled one is not", async () => {
  const set = await bot();
  const heard: string[] = [];
  await set.room.watch(async (event) => {
    const text = textOf(event);
    if (text === undefined) return;
    heard.push(text);
    if (text === "stuck") await new Promise(() => {});
  }).ready;
  set.says("handled", "stuck", "behind it");
  await meanwhile(() => heard.includes("stuck"));
  await meanwhile(() => set.chat.cursors[1] === set.server.site.newestEventId);
  await set.chat.logout();
  expect(heard).toEqual(["handled", "stuck"]);
  expect(await set.toldAgain()).toEqual(["stuck", "behind it"]);
});
