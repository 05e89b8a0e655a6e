/** Reading from pages only: the server refuses its JSON lists, so the client uses transcripts and the stars tab. */
import type { Message, Room } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { failureOf, type Stage, stage } from "./support.js";

async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}

const texts = (messages: readonly Message[]): Promise<string[]> =>
  Promise.all(messages.map((message) => message.textContent));
const lists = (requests: readonly string[]): number => requests.filter((line) => line.includes("/events")).length;

/** Three days of talk, the second one split into hours, on a server without lists. */
async function talk(status = 404): Promise<Stage & { readonly room: Room; readonly said: readonly SaidThen[] }> {
  const clock = new ManualClock(Date.UTC(2024, 1, 8, 9));
  const set = await stage({ clock, transcriptPageSize: 3, editWindowMs: 1e12 });
  const said: SaidThen[] = [];
  for (const [day, times] of [2, 7, 2].entries()) {
    for (let n = 0; n < times; n++) {
      const { id, timeStamp } = set.alice.in(1).says(`day ${day}, ${n}`);
      said.push({ id, timeStamp });
      await clock.advance(40 * 60_000);
    }
    await clock.advance(86_400_000 - times * 40 * 60_000);
  }
  set.server.site.faults.fail(/^\/chats\/\d+\/events/, { status, times: 1_000 });
  return { ...set, said, room: set.anonymous().getRoom(1) };
}

interface SaidThen {
  readonly id: number;
  readonly timeStamp: number;
}

describe("history without lists", () => {
  test.each([404, 403])("walks days and hour pages back to the first message (status %i)", async (status) => {
    const { room, said, requests } = await talk(status);
    requests();
    const messages = await collect(room.history());
    expect(messages.map(({ id }) => id)).toEqual(said.map(({ id }) => id).reverse());
    expect(lists(requests())).toBe(1);
    expect((await texts(messages)).slice(0, 3)).toEqual(["day 2, 1", "day 2, 0", "day 1, 6"]);
    for (const message of messages) {
      const { timeStamp = 0, timeSpan = -1 } = message.peek;
      const then = said.find(({ id }) => id === message.id)?.timeStamp ?? 0;
      expect([timeStamp <= then, then <= timeStamp + timeSpan, await message.timeStamp]).toEqual([
        true,
        true,
        timeStamp,
      ]);
    }
    expect(messages.some((message) => message.peek.timeSpan === 59)).toBe(true);
    expect(requests()).toEqual([]);
  });

  test("starts at a message or a time, stops at one or at a limit, and skips messages of other users", async () => {
    const { room, said, bot, server } = await talk();
    const all = said.map(({ id }) => id);
    const ids = async (options: Parameters<Room["history"]>[0]): Promise<number[]> =>
      (await collect(room.history(options))).map(({ id }) => id);
    const [third = 0, seventh = 0] = [all[3], all[7]];
    expect(await ids({ before: seventh, after: third })).toEqual(all.slice(4, 7).reverse());
    expect(await ids({ before: seventh, limit: 2 })).toEqual(all.slice(5, 7).reverse());
    expect(await ids({ before: new Date(Date.UTC(2024, 1, 9, 0)) })).toEqual(all.slice(0, 2).reverse());
    expect(await ids({ after: new Date(Date.UTC(2024, 1, 10, 0)) })).toEqual(all.slice(9).reverse());
    expect(await ids({ user: bot.id })).toEqual([]);
    const gone = all[4] ?? 0;
    server.site.user("Alice Liddell").in(1).deletes(gone);
    const [deleted] = await collect(room.history({ before: gone + 1, limit: 1 }));
    expect([deleted?.id, deleted?.peek.deleted, deleted?.peek.content]).toEqual([gone, true, null]);
  });

  test("is still NOT_FOUND when the room does not exist", async () => {
    const { anonymous } = await talk();
    expect(await failureOf(collect(anonymous().getRoom(999).history()))).toMatchObject({ code: "NOT_FOUND" });
  });

  test("yields the transcript of a day and of a range, after one request for a list", async () => {
    const { room, said, requests } = await talk();
    requests();
    expect((await collect(room.transcript("2024-02-09"))).map(({ id }) => id)).toEqual(
      said.slice(2, 9).map(({ id }) => id),
    );
    expect(lists(requests())).toBe(1);
    expect(await collect(room.transcript({ from: "2024-02-01", to: "2024-02-28" }))).toHaveLength(said.length);
  });

  test("a message gets its values from its page, and its time to the minute only as the last resort", async () => {
    const { anonymous, said } = await talk();
    const [, second] = said;
    const message = anonymous().getMessage(second?.id ?? 0);
    expect([await message.textContent, (await message.owner)?.peek.name, await message.stars]).toEqual([
      "day 0, 1",
      "Alice Liddell",
      0,
    ]);
    const time = await message.timeStamp;
    expect(time).toBe((second?.timeStamp ?? 0) - ((second?.timeStamp ?? 0) % 60));
    expect(message.peek.timeSpan).toBeGreaterThanOrEqual(59);
  });
});

test("a cached time to the second is kept when a page shows the message", async () => {
  const { server, alice, anonymous } = await stage();
  const { id, timeStamp } = alice.in(1).says("hello");
  const chat = anonymous();
  const message = chat.getMessage(id);
  await message.room;
  expect([await message.timeStamp, message.peek.timeSpan]).toEqual([timeStamp, 0]);
  server.site.faults.fail(/^\/chats\/\d+\/events/, { status: 404, times: 100 });
  await collect(chat.getRoom(1).history());
  expect([message.peek.timeStamp, message.peek.timeSpan]).toEqual([timeStamp, 0]);
});

test("reading a transcript fills the values of its room", async () => {
  const { server, alice, anonymous, requests } = await stage();
  const made = server.site.addRoom({ id: 9, name: "Den & Co", description: "where we meet", tags: ["java", "c++"] });
  const said = alice.in(made).says("hello");
  const chat = anonymous();
  await chat.getMessage(said.id).room;
  const room = chat.getRoom(9);
  requests();
  expect([await room.name, await room.description, await room.tags]).toEqual([
    "Den & Co",
    "where we meet",
    ["java", "c++"],
  ]);
  expect(room.peek).toMatchObject({ currentUserCount: 0, recentMessageCount: 1 });
  expect(requests()).toEqual([]);
});

describe("starred messages from the stars tab", () => {
  async function starry(count: number) {
    const clock = new ManualClock(Date.UTC(2024, 1, 9, 9, 30));
    const set = await stage({ clock, starsPerDay: 1_000 });
    const mod = set.server.site.addUser({ name: "Mod", isModerator: true }).in(1);
    const ids: number[] = [];
    for (let n = 0; n < count; n++) {
      const { id } = set.alice.in(1).says(`**star** ${n}`);
      mod.stars(id);
      ids.push(id);
    }
    mod.pins(ids[0] ?? 0);
    const [pinned = 0, ...others] = ids;
    return { ...set, clock, order: [pinned, ...others.reverse()] };
  }

  test("are fetched page by page during the loop, pinned first, with full texts and times to the minute", async () => {
    const { anonymous, order, requests, server } = await starry(120);
    const room = anonymous().getRoom(1);
    requests();
    const some = await collect(room.starredMessages({ limit: 60 }));
    expect(requests().filter((line) => line === "GET /rooms/info/1")).toHaveLength(2);
    expect(some.map(({ id }) => id)).toEqual(order.slice(0, 60));
    const [first] = some;
    const time = server.site.message(order[0] ?? 0)?.timeStamp ?? 0;
    expect(first?.peek).toMatchObject({
      pinned: true,
      stars: 1,
      content: "<b>star</b> 0",
      timeStamp: time - (time % 60),
      timeSpan: 59,
    });
    expect((await collect(room.starredMessages())).map(({ id }) => id)).toEqual(order);
  });

  test("can be limited to one's own stars, or to stars on one's messages", async () => {
    const { client, order, bot, server } = await starry(3);
    const own = bot.in(1).says("mine").id;
    server.site.user("Alice Liddell").in(1).stars(own);
    bot.in(1).stars(order[1] ?? 0);
    const room = client().getRoom(1);
    const ids = async (filter: "yours" | "on-yours") =>
      (await collect(room.starredMessages({ filter }))).map(({ id }) => id);
    expect(await ids("yours")).toEqual([order[1]]);
    expect(await ids("on-yours")).toEqual([own]);
  });

  test.each([404, 403])("take the place of the list where that answers %i", async (status) => {
    const { anonymous, order, server, requests } = await starry(55);
    server.site.faults.fail(/^\/chats\/stars/, { status, times: 100 });
    const room = anonymous().getRoom(1);
    expect((await room.starred()).map(({ id }) => id)).toEqual(order);
    expect((await room.starred({ count: 3 })).map(({ id }) => id)).toEqual(order.slice(0, 3));
    requests();
    expect((await room.pinned()).map(({ id }) => id)).toEqual(order.slice(0, 1));
    expect(requests().filter((line) => line === "GET /rooms/info/1")).toHaveLength(1);
  });
});
