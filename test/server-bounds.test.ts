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

describe("an answer of polling", () => {
  test("contains each room once, however its number is written", async () => {
    const { server, bot, from } = await talkative();
    await using _ = server;
    const once = (await bot.post("/events", { r1: from })).text;
    const many = (await bot.post("/events", { r1: from, r01: from, r001: from, h1: from, h01: from })).text;
    expect(many.match(/"r0*1":/g)).toEqual(['"r1":']);
    expect(many.length).toBe(once.length);
  });

  test("is bounded, and loses nothing for a reader that asks again from its t", async () => {
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

test("a socket's backlog is bounded in bytes, and its d tells how far back it reaches", async () => {
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

test("a post full of different names costs about as much as one without, in a room full of people", async () => {
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

test("one message pings at most maxPings people, those named in full and those seen last first, edits included", async () => {
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

test("a name counts as it is now", async () => {
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
