/** Limits of the local server: one request, one post or one backlog has a bounded cost. */
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { ChatServer } from "../src/server/index.js";
import { type Browser, listen, withBot } from "./server-support.js";

type Answer = Record<string, { e?: { id: number; content?: string }[]; t?: number; d?: number }>;

const maxPollBytes = 4_096;

async function talkative(): Promise<{ server: ChatServer; bot: Browser; texts: string[]; from: number }> {
  const { server, bot } = await withBot({ maxPollBytes });
  const alice = server.site.user("Alice").in(1);
  const from = server.site.newestEventId;
  const texts = Array.from({ length: 60 }, (_, n) => `message number ${n}`);
  for (const text of texts) alice.says(text);
  return { server, bot, texts, from };
}

describe("a poll response", () => {
  test("contains each room once, however its id is spelled", async () => {
    const { server, bot, from } = await talkative();
    await using _ = server;
    const once = (await bot.post("/events", { r1: from })).text;
    const many = (await bot.post("/events", { r1: from, r01: from, r001: from, h1: from, h01: from })).text;
    expect(many.match(/"r0*1":/g)).toEqual(['"r1":']);
    expect(many.length).toBe(once.length);
  });

  test("is bounded, and a reader that polls again from its t loses no event", async () => {
    const { server, bot, texts, from } = await talkative();
    await using _ = server;
    const heard: (string | undefined)[] = [];
    let cursor = from;
    let answers = 0;
    while (cursor < server.site.newestEventId) {
      const { text } = await bot.post("/events", { r1: cursor });
      expect(text.length).toBeLessThan(maxPollBytes + 100);
      const { e = [], t = 0, d } = (JSON.parse(text) as Answer).r1 ?? {};
      heard.push(...e.map(({ content }) => content));
      expect(d).toBe(t - cursor);
      cursor = t;
      answers++;
    }
    expect(heard.filter((content) => content?.startsWith("message"))).toEqual(texts);
    expect(answers).toBeGreaterThan(2);
  });

  test("shares its bound among its rooms: a room that does not fit gets its own cursor back", async () => {
    const { server, bot, from } = await talkative();
    await using _ = server;
    server.site.addRoom({ id: 2, name: "Other" });
    server.site.user("Alice").in(2).says("elsewhere");
    const { text } = await bot.post("/events", { r1: from, r2: from });
    expect(text.length).toBeLessThan(maxPollBytes + 200);
    const { r1, r2 } = JSON.parse(text) as Answer;
    expect(r1?.t).toBeLessThan(server.site.newestEventId);
    expect(r2).toEqual({ t: from, d: 0 });
    const later = await bot.json<Answer>("/events", { r1: server.site.newestEventId - 1, r2: from });
    expect(later.r2?.e?.map(({ content }) => content)).toContain("elsewhere");
  });

  test("gives a single event that is larger than the bound", async () => {
    const { server, bot } = await withBot({ maxPollBytes: 10 });
    await using _ = server;
    const from = server.site.newestEventId;
    server.site.user("Alice").in(1).says("large enough");
    server.site.user("Alice").in(1).says("and another");
    const { r1 } = await bot.json<Answer>("/events", { r1: from });
    expect(r1).toMatchObject({ e: [{ id: from + 1 }], t: from + 1, d: 1 });
  });
});

test("a socket's backlog is bounded in bytes, and d is the distance that it covers", async () => {
  const { server, bot } = await withBot({ maxSocketBuffer: 4_096 });
  await using _ = server;
  const from = server.site.newestEventId;
  const alice = server.site.user("Alice").in(1);
  for (let n = 0; n < 60; n++) alice.says(`message number ${n}`);
  const socket = await bot.open(1, from);
  const text = await socket.text();
  expect(text.length).toBeLessThan(4_200);
  const { e = [], t = 0, d = 0 } = (JSON.parse(text) as Answer).r1 ?? {};
  expect(t).toBe(server.site.newestEventId);
  expect(t - d).toBe((e[0]?.id ?? 0) - 1);
  expect(t - d).toBeGreaterThan(from);
});

test("a post full of different names takes about as long as one without, in a room full of users", async () => {
  const { server, bot } = await withBot({ duplicateWindowMs: 0 });
  await using _ = server;
  for (let n = 0; n < 2_000; n++)
    server.site
      .addUser({ name: `Person Number ${n}` })
      .in(1)
      .enters();
  const words = (mark: string): string => `x\n${Array.from({ length: 60_000 }, (_, n) => `${mark}z${n}z`).join(" ")}`;
  const cost = async (text: string): Promise<number> => {
    const before = process.cpuUsage();
    expect((await bot.post("/chats/1/messages/new", { text })).status).toBe(200);
    return process.cpuUsage(before).user;
  };
  await cost(words("a"));
  const plain = await cost(words("a"));
  expect(await cost(words("@"))).toBeLessThan(5 * Math.max(plain, 50_000));
});

test("a name of any length and case pings every user whose name begins with it, once", async () => {
  await using server = await ChatServer.start({ sites: ["stackexchange.com"] });
  const { site } = server;
  const said = (text: string): readonly number[] => site.user("Alice").in(1).says(text).pinged;
  for (const name of ["José Álvarez", "Jo", "Bob Baker"]) site.user(name).in(1).enters();
  const [jose, bob] = [site.user("José Álvarez").id, site.user("Bob Baker").id];
  expect(said("@jos and @JOSEalv, @bobbaker!")).toEqual([jose, bob]);
  expect(said("@jo @bobbakers @joseph @obbaker")).toEqual([]);
});

test("a message pings at most maxPings users, full names and recently seen users first, edits included", async () => {
  const clock = new ManualClock();
  await using server = await ChatServer.start({ sites: ["stackexchange.com"], maxPings: 3, clock });
  const { site } = server;
  const people: number[] = [];
  for (const name of ["Person", ...Array.from({ length: 20 }, (_, n) => `Person ${n}`)]) {
    const person = site.addUser({ name });
    person.in(1).enters();
    people.push(person.id);
    await clock.advance(1_000);
  }
  const alice = site.user("Alice").in(1);
  const message = alice.says("@person, all of you");
  expect(message.pinged).toEqual([people[0], people[20], people[19]]);
  expect(alice.edits(message, "@person1 and @person2").pinged).toEqual(message.pinged);
  const pings = site.events({ roomId: 1 }).filter(({ type }) => type === 8);
  expect(pings).toHaveLength(3);
});

test("a mention matches the current name of a user", async () => {
  await using server = await ChatServer.start({ sites: ["stackexchange.com"] });
  const { site } = server;
  const bob = site.user("Bob");
  bob.in(1).enters();
  bob.rename("Robert");
  expect(site.user("Alice").in(1).says("@bob and @rob").pinged).toEqual([bob.id]);
  bob.rename("Bobby");
  expect(site.user("Alice").in(1).says("@robert").pinged).toEqual([]);
});

test("three thousand held events come in one frame, with idle ticks in the meantime", async () => {
  const clock = new ManualClock();
  const { server, bot } = await withBot({ clock });
  await using _ = server;
  const socket = await listen(bot, 1);
  const from = server.site.newestEventId;
  const { faults } = server.site;
  faults.holdFrames();
  const alice = server.site.user("Alice").in(1);
  alice.enters();
  for (let n = 1; n < 3_000; n++) alice.says(`message number ${n}`);
  await clock.advance(20_000);
  expect(await socket.text()).toBe('{"r1":{}}');
  faults.holdFrames(false);
  const text = await socket.text();
  const { e = [], t, d } = (JSON.parse(text) as Answer).r1 ?? {};
  expect(e.map(({ id }) => id)).toEqual(Array.from({ length: 3_000 }, (_, n) => from + 1 + n));
  expect([t, d]).toEqual([from + 3_000, 3_000]);
  expect(text.length).toBeGreaterThan(500_000);
  alice.says("one more");
  expect((await socket.frame()).r1).toMatchObject({ e: [{ id: from + 3_001 }], d: 1 });
});

test("a list of messages is bounded in bytes, and the next list continues after it", async () => {
  const { server, bot } = await withBot({ maxPollBytes });
  await using _ = server;
  const alice = server.site.user("Alice").in(1);
  const said = Array.from({ length: 60 }, (_, n) => alice.says(`message number ${n}`).id);
  const heard: number[] = [];
  let answers = 0;
  for (let before = said[59] ?? 0; before > 0; answers++) {
    const form = { mode: "Messages", msgCount: 500, before: before + 1 };
    const { events } = await bot.json<{ events: { message_id: number }[] }>("/chats/1/events", form);
    expect(JSON.stringify(events).length).toBeLessThan(maxPollBytes + 100);
    heard.unshift(...events.map(({ message_id }) => message_id));
    before = (events[0]?.message_id ?? 0) - 1;
    if (events.length === 0) break;
  }
  expect(heard).toEqual(said);
  expect(answers).toBeGreaterThan(2);
  const form = { mode: "Messages", msgCount: 500, after: said[0] ?? 0 };
  const { events } = await bot.json<{ events: { message_id: number }[] }>("/chats/1/events", form);
  expect(events[0]?.message_id).toBe(said[0]);
});

describe("names and texts that are too long", () => {
  const textLimits = { message: 2_000, roomName: 20, roomDescription: 50, tags: 3, tag: 5, title: 10, about: 30 };
  const room = { name: "Tea", description: "leaves", tags: "tea", defaultAccess: "read-write" };

  test.each([
    ["/rooms/save", { ...room, name: "n".repeat(21) }, "The name of a room has at most 20 characters; this one has 21"],
    ["/rooms/save", { ...room, description: "d".repeat(51) }, "The description of a room has at most 50 characters"],
    ["/rooms/save", { ...room, tags: "a b c d" }, "A room has at most 3 tags; these are 4"],
    ["/rooms/save", { ...room, tags: "abcdef" }, "A tag has at most 5 characters; this one has 6"],
    ["/rooms/save", { ...room, name: "n".repeat(21), roomId: 9 }, "The name of a room has at most 20 characters"],
    ["/rooms/pairoff", { withUserId: 301, name: "n".repeat(21) }, "The name of a room has at most 20 characters"],
    ["/users/usermessage/300", { message: "m".repeat(31) }, "A profile has at most 30 characters; this one has 31"],
    [
      "/conversation/new",
      { roomId: 1, firstMessageId: 44_402_000, lastMessageId: 44_402_000, title: "t".repeat(11) },
      "The title of a conversation has at most 10 characters; this one has 11",
    ],
    ["/chats/1/messages/new", { text: `a\n${"b".repeat(2_000)}` }, "The message is too long"],
  ])("%s refuses %j", async (path, form, sentence) => {
    const { server, bot } = await withBot({ textLimits });
    await using _ = server;
    server.site.addUser({ name: "Ben", id: 301 });
    server.site.addRoom({ id: 9, name: "Nine", owners: [300] });
    server.site.user("Alice").in(1).says("hello");
    const { status, text, headers } = await bot.post(path, form);
    expect(status).toBe(400);
    expect(headers.chat).toBe("error");
    expect(text).toContain(sentence);
  });

  test("a long history keeps the first state of a message and the last ones", async () => {
    await using server = await ChatServer.start({ sites: ["stackexchange.com"], textLimits: { revisions: 12 } });
    const alice = server.site.user("Alice").in(1);
    const message = alice.says("first");
    const sources = (): readonly (string | null)[] =>
      (server.site.message(message.id) ?? message).revisions.map(({ source }) => source);
    for (let n = 1; n < 12; n++) alice.edits(message, `edit ${n}`);
    expect(sources()).toHaveLength(12);
    alice.edits(message, "edit 12");
    expect(sources()).toEqual(["first", "edit 11", "edit 12"]);
    for (let n = 13; n <= 20; n++) alice.edits(message, `edit ${n}`);
    expect(sources()).toEqual(["first", ...Array.from({ length: 10 }, (_, n) => `edit ${n + 11}`)]);
    expect((server.site.message(message.id) ?? message).edits).toBe(20);
  });

  test("the oldest long messages are evicted when a site has too many; short ones stay", async () => {
    await using server = await ChatServer.start({ sites: ["stackexchange.com"], maxLongText: 50_000 });
    const alice = server.site.user("Alice").in(1);
    const short = alice.says("short");
    const long = Array.from({ length: 20 }, (_, n) => alice.says(`${n}\n${"x".repeat(9_990)}`).id);
    const kept = server.site.room(1).messages.map(({ id }) => id);
    expect(kept[0]).toBe(short.id);
    expect(kept.slice(1)).toEqual(long.slice(-kept.length + 1));
    expect(kept.length).toBeGreaterThan(4);
    expect(kept.length).toBeLessThan(7);
    expect(server.site.message(long[0] ?? 0)).toBeUndefined();
  });
});
