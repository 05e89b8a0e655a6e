/** Small values that every bot needs: room owners, pinned messages, a user's messages, and mentions. */
import {
  AccessLevelChanged,
  Client,
  isOnebox,
  MessagePosted,
  mentions,
  message,
  moveNotice,
  systemClock,
  type User,
  UserEntered,
} from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { failureOf, next, stage, turning } from "./support.js";

describe("a room", () => {
  test("checks whether a user owns it, by user or id, and fetches again after a change of access", async () => {
    const { server, client, alice, bot, requests } = await stage();
    server.site.addRoom({ id: 8, name: "Club", owners: [alice] });
    const chat = client();
    const room = chat.getRoom(8);
    const events = room.newEvents(AccessLevelChanged);
    await events.ready;
    requests();
    expect([await room.isOwner(chat.getUser(alice.id)), await room.isOwner(bot.id)]).toEqual([true, false]);
    expect(requests()).toEqual(["GET /rooms/info/8"]);
    alice.in(8).setsAccess(bot, "owner");
    await next(events);
    expect(await room.isOwner(bot.id)).toBe(true);
    expect(await failureOf(room.isOwner(0))).toMatchObject({ code: "BAD_ARGUMENT" });
  });

  test("lists exactly the pinned messages", async () => {
    const { server, client, alice } = await stage();
    server.site.addRoom({ id: 8, name: "Club", owners: [alice] });
    const [first, second, third] = ["a", "b", "c"].map((text) => alice.in(8).says(text).id) as [number, number, number];
    const reader = server.site.user("Reader");
    reader.in(8).stars(first);
    alice.in(8).pins(second);
    alice.in(8).pins(third);
    const room = client().getRoom(8);
    expect((await room.pinned()).map(({ id }) => id).sort()).toEqual([second, third]);
    alice.in(8).pins(third);
    expect((await room.pinned()).map(({ id }) => id)).toEqual([second]);
    expect(await failureOf(room.pinned({ count: 1 } as object))).toMatchObject({ code: "BAD_ARGUMENT" });
  });

  test("yields the history of one user, newest first, without messages of others", async () => {
    const { server, client, alice, requests } = await stage();
    const bob = server.site.user("Bob");
    for (let n = 0; n < 700; n++) (n % 100 === 0 ? alice : bob).in(1).says(`message ${n}`);
    const chat = client();
    await chat.login();
    requests();
    const texts = async (user: User | number, limit?: number): Promise<string[]> => {
      const found: string[] = [];
      for await (const past of chat.getRoom(1).history({ user, ...(limit === undefined ? {} : { limit }) }))
        found.push(await past.textContent);
      return found;
    };
    expect(await texts(chat.getUser(alice.id))).toEqual([600, 500, 400, 300, 200, 100, 0].map((n) => `message ${n}`));
    expect(await texts(alice.id, 2)).toEqual(["message 600", "message 500"]);
    expect(requests().filter((line) => line === "POST /chats/1/events").length).toBeLessThanOrEqual(5);
    expect(await failureOf(texts(alice.id, 1.5))).toMatchObject({
      code: "BAD_ARGUMENT",
      message: "limit must be a whole number of at least 0, not 1.5",
    });
    expect(await failureOf(texts("Alice" as never))).toMatchObject({ code: "BAD_ARGUMENT" });
  });
});

test("lastSeen and lastMessage cover all rooms of the site", async () => {
  const clock = new ManualClock(Date.UTC(2024, 1, 29));
  const { server, client, alice, anonymous } = await stage({ clock });
  const other = server.site.addRoom({ id: 8, name: "Club" });
  alice.in(1).enters();
  alice.in(1).says("an hour ago in room 1");
  alice.in(1).leaves();
  await clock.advance(3_600_000);
  alice.in(other).enters();
  alice.in(other).says("just now in room 8");
  alice.in(other).leaves();
  for (const chat of [client({ clock }), anonymous({ clock })]) {
    const user = chat.getUser(alice.id);
    expect(await turning(clock, user.name)).toBe("Alice Liddell");
    const times = await turning(clock, Promise.all([user.lastSeen, user.lastMessage]));
    for (const seconds of times) expect(seconds).toBeLessThan(120);
  }
});

test("an event has the name of its user without a request", async () => {
  const { client, alice, requests } = await stage();
  const events = client().getRoom(1).newEvents(UserEntered, MessagePosted);
  await events.ready;
  requests();
  alice.in(1).enters();
  alice.in(1).says("hello");
  let event = await next(events);
  while (event.user?.id !== alice.id) event = await next(events);
  expect([event.userName, (await next(events)).userName]).toEqual(["Alice Liddell", "Alice Liddell"]);
  expect(requests()).toEqual([]);
});

describe("mentions", () => {
  test.each([
    ["@Alice hi", true],
    ["hi @alice", true],
    ["hi @ali", true],
    ["@AliceLiddell, hi", true],
    ["@ALÍCE!", true],
    ["(@alice)", true],
    ["@alice_", true],
    ["@al hi", false],
    ["@alicia", false],
    ["@AliceLiddellX", false],
    ["alice", false],
    ["mail alice@alice.example", false],
    ["@ alice", false],
    ["@\u2060alice", false],
    ["", false],
    [null, false],
  ])("in %j of Alice Liddell: %s", (text, expected) => {
    expect(mentions(text, "Alice Liddell")).toBe(expected);
  });

  test("match the users whom the server notifies", async () => {
    const { server, client, bot, alice } = await stage();
    const chat = client();
    const watch = chat.getRoom(1).watch(() => {});
    await watch.ready;
    const names = ["Bot", "Dr. No", "Renée Zoë", "x-ray", "日本語さん"];
    const people = names.map((name) => (name === bot.name ? bot : server.site.user(name)));
    for (const person of people) person.in(1).enters();
    const texts = [
      "@bot",
      "@Botany",
      "@drno",
      "@dr.no",
      "@Dr. No",
      "@renee",
      "@Renée",
      "@reneezoe",
      "@x-ray",
      "@xra",
      "@日本語",
      "@日本",
      "@bo",
    ];
    for (const text of texts) {
      const said = alice.in(1).says(`${text} hi`);
      const pinged = people.filter((person) => person.pings.includes(said.id));
      expect({ text, names: names.filter((name) => mentions(`${text} hi`, name)) }).toEqual({
        text,
        names: pinged.map(({ name }) => name),
      });
    }
  });
});

test("the kind of a message is derived from its content: a preview, or the notice of moved messages", async () => {
  const { server, client, alice } = await stage();
  const target = server.site.addRoom({ id: 8, name: "Trash & more", owners: [alice] });
  const source = server.site.addRoom({ id: 9, name: "Source", owners: [alice] });
  const picture = alice.in(9).says("https://example.com/a.png");
  const doomed = ["x", "y"].map((text) => alice.in(9).says(text).id);
  alice.in(source).moves(doomed, target);
  const chat = client();
  const contents: string[] = [];
  for await (const past of chat.getRoom(9).history()) contents.push((await past.content) ?? "");
  expect(contents.map((html) => moveNotice(html)).filter(Boolean)).toEqual([
    { direction: "out", count: 2, roomId: 8, roomName: "Trash & more" },
  ]);
  expect(contents.filter(isOnebox)).toHaveLength(1);
  expect(isOnebox((await chat.getMessage(picture.id).content) ?? "")).toBe(true);
});

test("a message that is only a link gets an invisible character only if it could become a preview", async () => {
  expect(message().link("the docs", "https://example.com/docs").toString()).toBe(
    "[the docs](https://example.com/docs)",
  );
  expect(message().link("a cat", "https://example.com/cat.png").toString()).toMatch(/^\u2060\[a cat\]/);
  const { client, alice } = await stage();
  for (const address of ["https://example.com/docs", "https://example.com/cat.png"]) {
    const said = alice.in(1).says(message().link("shown", address).toString());
    expect(await client().getMessage(said.id).content).toContain(">shown</a>");
  }
});

test("a client accepts the system clock, and a clock that wraps it", async () => {
  const before = Date.now();
  expect(systemClock.now()).toBeGreaterThanOrEqual(before);
  const { server } = await stage();
  const late = { ...systemClock, now: () => systemClock.now() + 86_400_000 };
  await using chat = new Client(server.site, { clock: late });
  expect(await chat.getRoom(1).name).toBe("Sandbox");
});
