/** Generated history: the same for the same seed, ascending in time, without events, and complete for a client. */
import { describe, expect, test } from "vitest";
import { ChatServer, type NewHistory, type ServerMessage } from "../src/server/index.js";
import { ManualClock } from "../src/util/manual-clock.js";
import { Browser } from "./server-support.js";
import { stage } from "./support.js";

const day = 86_400;

async function told(history: NewHistory): Promise<readonly ServerMessage[]> {
  await using server = await ChatServer.start({ sites: ["stackexchange.com"], clock: new ManualClock() });
  server.site.addHistory(history);
  return server.site.room(1).messages;
}

const isAscending = (values: readonly number[]): boolean =>
  values.every((value, index) => index === 0 || value >= (values[index - 1] ?? 0));

describe("a history", () => {
  test("has the requested number of messages in the days before now, ascending in id and time", async () => {
    const clock = new ManualClock(Date.UTC(2024, 1, 15, 12));
    await using server = await ChatServer.start({ clock });
    const { from, until, firstId, lastId, people } = server.site.addHistory({ messages: 20_000, days: 30 });
    const { messages } = server.site.room(1);
    expect(messages).toHaveLength(20_000);
    expect([from, until]).toEqual([clock.now() / 1000 - 30 * day, clock.now() / 1000]);
    expect([messages[0]?.id, messages.at(-1)?.id]).toEqual([firstId, lastId]);
    const times = messages.map(({ timeStamp }) => timeStamp);
    expect(isAscending(times)).toBe(true);
    expect(isAscending(messages.map(({ id }) => id))).toBe(true);
    expect(Math.min(...times)).toBeGreaterThanOrEqual(from);
    expect(Math.max(...times)).toBeLessThan(until);
    expect(people).toHaveLength(12);
    expect(new Set(people.map(({ name }) => name)).size).toBe(12);
    const byHour = Array.from({ length: 24 }, () => 0);
    for (const time of times) byHour[Math.floor(time / 3600) % 24] = (byHour[Math.floor(time / 3600) % 24] ?? 0) + 1;
    expect(byHour[15]).toBeGreaterThan(3 * (byHour[4] ?? 0));
  });

  test("is the same for the same seed, and different for another seed", async () => {
    const one = await told({ messages: 300, seed: 5 });
    expect(await told({ messages: 300, seed: 5 })).toEqual(one);
    expect((await told({ messages: 300, seed: 6 })).map(({ source }) => source)).not.toEqual(
      one.map(({ source }) => source),
    );
  });

  test("has every kind of message", async () => {
    const messages = await told({ messages: 5_000, people: ["Ann", "Ben", "Cid"] });
    const share = (is: (message: ServerMessage) => boolean): number => messages.filter(is).length / messages.length;
    const kinds: Record<string, (message: ServerMessage) => boolean> = {
      replies: ({ parentId, source }) => source.startsWith(`:${parentId} `),
      mentions: ({ source, pinged }) => source.startsWith("@") && pinged.length === 1,
      edited: ({ edits, revisions }) => edits === 1 && revisions.some(({ label }) => label === "edited"),
      deleted: ({ deleted, content, revisions }) => deleted && content === null && revisions.at(-1)?.source === null,
      starred: ({ stars }) => stars > 0,
      links: ({ content }) => content?.includes("<a href=") ?? false,
      code: ({ content }) => content?.includes("<code>") ?? false,
      "several lines": ({ source }) => source.includes("\n"),
      tags: ({ content }) => content?.includes('class="ob-post-tag"') ?? false,
      "fixed width": ({ content }) => content?.startsWith("<pre class='full'>") ?? false,
    };
    for (const [name, is] of Object.entries(kinds)) expect([name, share(is)]).toEqual([name, expect.any(Number)]);
    for (const [name, is] of Object.entries(kinds)) expect(share(is), name).toBeGreaterThan(0.005);
    expect(new Set(messages.map(({ source }) => source)).size).toBeGreaterThan(2_000);
  });

  test("emits no events, and everything after it has higher ids", async () => {
    await using server = await ChatServer.start({ sites: ["stackexchange.com"], clock: new ManualClock() });
    const { site } = server;
    const before = site.newestEventId;
    const { lastId } = site.addHistory({ messages: 100 });
    expect(site.newestEventId).toBe(before);
    expect(site.user("Alice").in(1).says("hello").id).toBeGreaterThan(lastId);
    expect(site.room(1).messages.map(({ id }) => id)).toEqual(
      site
        .room(1)
        .messages.map(({ id }) => id)
        .sort(),
    );
  });

  test("can be added before or after the existing messages, but not in between", async () => {
    const clock = new ManualClock();
    await using server = await ChatServer.start({ sites: ["stackexchange.com"], clock });
    const { site } = server;
    const two = site.addRoom({ name: "Two" });
    const first = site.user("Alice").in(1).says("first");
    await clock.advance(10 * day * 1000);
    const before = site.addHistory({ room: two, messages: 50 });
    expect(before.until).toBe(first.timeStamp);
    expect(before.lastId).toBeLessThan(first.id);
    const oldest = two.messages[0]?.timeStamp;
    const earlier = site.addHistory({ room: "Two", messages: 50, seed: 2 });
    expect([earlier.until, earlier.lastId]).toEqual([oldest, before.firstId - 1]);
    const after = site.addHistory({ messages: 50, days: 9, until: clock.now() / 1000 });
    expect(after.firstId).toBe(first.id + 1);
    const all = site.rooms.flatMap(({ messages }) => messages).sort((a, b) => a.id - b.id);
    expect(all).toHaveLength(151);
    expect(isAscending(all.map(({ timeStamp }) => timeStamp))).toBe(true);
    expect(() => site.addHistory({ until: first.timeStamp + day, days: 2 })).toThrow(/before or after all messages/);
  });

  test("can be edited, deleted and starred like any other messages", async () => {
    await using server = await ChatServer.start({ sites: ["stackexchange.com"], clock: new ManualClock() });
    const { site } = server;
    site.addHistory({ messages: 200 });
    const mod = site.addUser({ name: "Mod", isModerator: true }).in(1);
    const plain = site.room(1).messages.find(({ edits, deleted, stars }) => !edits && !deleted && !stars);
    if (!plain) throw new Error("a history without a plain message");
    mod.edits(plain, "**new**");
    mod.stars(plain);
    mod.pins(plain);
    mod.deletes(plain);
    const { source, stars, pins, revisions } = site.message(plain.id) ?? plain;
    expect({ source: source.replace(/^:\d+ /, ""), stars, pins }).toEqual({ source: "**new**", stars: 1, pins: 1 });
    expect(revisions.map(({ label, source }) => [label, source])).toEqual([
      ["said", plain.source],
      ["edited", "**new**"],
      ["deleted", null],
    ]);
    expect(revisions[0]?.content).toBe(plain.content);
  });

  test("is refused with the valid values when an option is invalid", async () => {
    await using server = await ChatServer.start({ sites: ["stackexchange.com"], maxMessagesPerRoom: 100 });
    const { site } = server;
    expect(() => site.addHistory({ messages: 101 })).toThrow(
      /holds at most 100 messages.*raise the option maxMessagesPerRoom/,
    );
    expect(() => site.addHistory({ perDay: 5 } as NewHistory)).toThrow(/addHistory has no option "perDay"/);
    expect(() => site.addHistory({ days: 0.5 })).toThrow(/days must be a whole number from 1/);
    expect(() => site.addHistory({ people: 1 })).toThrow(/people must be a whole number from 2 to 160/);
    expect(() => site.addHistory({ people: ["Ann"] })).toThrow(/at least two users/);
    expect(() => site.addHistory({ room: 99 })).toThrow(/no room 99/);
    expect(site.users).toEqual([]);
  });
});

test("a client reads a generated history exactly", async () => {
  const set = await stage({ clock: new ManualClock() });
  set.server.site.addHistory({ messages: 300, days: 2 });
  const truth = set.server.site.room(1).messages;
  const read = [];
  for await (const message of set.anonymous().getRoom(1).history()) read.push(message);
  expect(read.map(({ id }) => id).reverse()).toEqual(truth.map(({ id }) => id));
  const facts = await Promise.all(read.map(async (message) => [await message.content, await message.stars]));
  expect(facts.reverse()).toEqual(truth.map(({ content, stars }) => [content, stars]));
});

test("the pages show a history: day, message, room, search", async () => {
  const clock = new ManualClock(Date.UTC(2024, 0, 20));
  await using server = await ChatServer.start({ sites: ["stackexchange.com"], clock });
  server.site.addHistory({ messages: 400, days: 2, people: ["Ann", "Ben"] });
  const browser = new Browser(server.site);
  const kept = server.site.room(1).messages.filter(({ deleted }) => !deleted);
  const day = (await browser.get("/transcript/1/2024/1/19")).text;
  expect(day).toContain(`id="message-${kept.at(-1)?.id}"`);
  expect((await browser.get("/rooms/info/1?tab=general&users=frequent")).text).toContain("Ann");
  expect((await browser.get("/search?q=bisect")).text).toContain("bisect");
});
