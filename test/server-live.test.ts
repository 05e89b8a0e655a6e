/** Live events of the local server: frames key for key as recorded, cursors, polling, presence. */
import { describe, expect, test } from "vitest";
import { ManualClock } from "../src/util/manual-clock.js";
import { Browser, Socket, withBot } from "./server-support.js";

/** The recorded samples' keys in their order (samliew 1, 2, 3, 4, 6, 8, 10, 15, 18; protocol.md §4.1). */
const posted = [
  "event_type",
  "time_stamp",
  "content",
  "id",
  "user_id",
  "user_name",
  "room_id",
  "room_name",
  "message_id",
];
const keys: Readonly<Record<number, readonly string[]>> = {
  1: posted,
  2: [...posted, "message_edits"],
  3: ["event_type", "time_stamp", "id", "user_id", "target_user_id", "user_name", "room_id", "room_name"],
  4: ["event_type", "time_stamp", "id", "user_id", "target_user_id", "user_name", "room_id", "room_name"],
  6: ["event_type", "time_stamp", "content", "id", "room_id", "room_name", "message_id", "message_stars"],
  8: [
    "event_type",
    "time_stamp",
    "content",
    "id",
    "user_id",
    "target_user_id",
    "user_name",
    "room_id",
    "room_name",
    "message_id",
    "parent_id",
  ],
  10: ["event_type", "time_stamp", "id", "user_id", "user_name", "room_id", "room_name", "message_id", "message_edits"],
  15: ["event_type", "time_stamp", "content", "id", "user_id", "target_user_id", "user_name", "room_id", "room_name"],
  18: [
    "event_type",
    "time_stamp",
    "content",
    "id",
    "user_id",
    "target_user_id",
    "user_name",
    "room_id",
    "room_name",
    "message_id",
    "parent_id",
    "show_parent",
  ],
};

describe("frames", () => {
  test("have the recorded keys in the recorded order", async () => {
    const { server, bot } = await withBot({ clock: new ManualClock() });
    await using _ = server;
    const socket = await bot.open(1, 99999999999);
    const own = (await socket.frame()).r1?.e?.[0] ?? {};
    expect(Object.keys(own)).toEqual(keys[3]);
    const alice = server.site.user("Alice");
    const { site } = server;
    site.addUser({ name: "Mod", isModerator: true }).in(1).setsAccess(alice, "owner");
    alice.in(1).enters();
    const message = alice.in(1).says("test");
    site.user("Bob").in(1).stars(alice.in(1).says("a star").id);
    alice.in(1).edits(message.id, "test5");
    alice.in(1).deletes(message.id);
    alice.in(1).leaves();
    for (const type of [15, 3, 1, 1, 6, 2, 10, 4]) {
      const frame = await socket.frame();
      const event = frame.r1?.e?.[0] ?? {};
      expect(event.event_type).toBe(type);
      expect(Object.keys(event)).toEqual(keys[type]);
      expect(frame.r1).toMatchObject({ t: event.id, d: 1 });
      expect(Object.keys(frame.r1 ?? {})).toEqual(["e", "t", "d"]);
    }
  });

  test("escape what JSON in a page must not hold", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const socket = await bot.open(1, 99999999999);
    await socket.text();
    server.site.user("Alice").in(1).says('**it\'s** <b> & "so"');
    const text = await socket.text();
    expect(text).toContain("\\u003cb\\u003eit\\u0026#39;s\\u003c/b\\u003e");
    expect(text).not.toMatch(/[<>&']/);
  });

  test("carry a ping first, under every room key of its target", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    server.site.addRoom({ id: 139, name: "Another" });
    await bot.get("/rooms/139");
    const socket = await bot.open(1, 99999999999);
    await socket.text();
    const { id: said } = await bot.json<{ id: number }>("/chats/1/messages/new", { text: "I am here" });
    await socket.text();
    const alice = server.site.user("Alice");
    alice.in(1).says("Test2", { replyTo: said });
    const frame = await socket.frame();
    expect(Object.keys(frame)).toEqual(["r1", "r139"]);
    const [reply, message] = frame.r1?.e ?? [];
    expect(Object.keys(reply ?? {})).toEqual(keys[18]);
    expect([reply?.event_type, message?.event_type]).toEqual([18, 1]);
    expect(message).toMatchObject({ id: Number(reply?.id) + 1, parent_id: said, show_parent: true });
    expect(frame.r139?.e).toEqual([reply]);
    expect(frame.r1).toMatchObject({ t: message?.id, d: 2 });
    alice.in(1).says("@bot hi");
    const [mention, second] = (await socket.frame()).r1?.e ?? [];
    expect(Object.keys(mention ?? {})).toEqual(keys[8]);
    expect(mention).toMatchObject({ event_type: 8, parent_id: said });
    expect(second).toMatchObject({ event_type: 1, parent_id: said });
    expect(second).not.toHaveProperty("show_parent");
  });

  test("of an edit that pings carry the ping once; the time is that of the post", async () => {
    const clock = new ManualClock();
    const { server, bot } = await withBot({ clock });
    await using _ = server;
    const socket = await bot.open(1, 99999999999);
    await socket.text();
    const alice = server.site.user("Alice").in(1);
    const message = alice.says("hello");
    await socket.text();
    await clock.advance(10_000);
    alice.edits(message.id, "hello @Bot");
    const events = (await socket.frame()).r1?.e ?? [];
    expect(events.map((event) => event.event_type)).toEqual([8, 2]);
    expect(events[1]?.time_stamp).toBe(message.timeStamp);
    alice.edits(message.id, "hello again @Bot");
    expect((await socket.frame()).r1?.e?.map((event) => event.event_type)).toEqual([2]);
  });
});

describe("sockets", () => {
  test("begin with the events after the cursor", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const alice = server.site.user("Alice").in(1);
    alice.says("before");
    const { time } = await bot.json<{ time: number }>("/chats/1/events", { msgCount: 1 });
    alice.says("one");
    alice.says("two");
    const first = await (await bot.open(1, time)).frame();
    expect(first.r1?.e?.map((event) => event.content ?? event.event_type)).toEqual(["one", "two", 3]);
    expect(first.r1).toMatchObject({ t: time + 3, d: 3 });
    const fromNow = await (await bot.open(1, Math.floor(Date.now() / 1000))).text();
    expect(fromNow).toBe('{"r1":{}}');
    const all = await (await bot.open(1)).frame();
    expect(all.r1?.e).toHaveLength(4);
  });

  test("get at most the backlog, and d is the distance that it covers", async () => {
    const { server, bot } = await withBot({ backlogLimit: 3 });
    await using _ = server;
    await bot.get("/rooms/1");
    const cursor = server.site.newestEventId;
    const alice = server.site.user("Alice").in(1);
    for (let n = 0; n < 10; n++) alice.says(`message ${n}`);
    const { r1 } = await (await bot.open(1, cursor)).frame();
    expect(r1?.e).toHaveLength(3);
    expect(r1).toMatchObject({ t: cursor + 10, d: 3 });
  });

  test("tick while idle, with the newest event id of the host", async () => {
    const clock = new ManualClock();
    const { server, bot } = await withBot({ clock });
    await using _ = server;
    server.site.addRoom({ id: 2, name: "Elsewhere" });
    const socket = await bot.open(1, 99999999999);
    const { t = 0 } = (await socket.frame()).r1 ?? {};
    await clock.advance(20_000);
    expect(await socket.text()).toBe('{"r1":{}}');
    server.site.user("Alice").in(2).says("you don't hear me");
    await clock.advance(20_000);
    expect(await socket.frame()).toEqual({ r1: { t: t + 1, d: 1 } });
  });

  test("need the Origin of a chat page and a valid token", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const { url } = await bot.json<{ url: string }>("/ws-auth", { roomid: 1 });
    expect(url).toMatch(new RegExp(`^${server.url.replace("http", "ws")}/events/1/[0-9a-f]{32}$`));
    await expect(new Socket(`${url}?l=0`).opened).rejects.toThrow("403");
    await expect(new Socket(url, "https://evil.example").opened).rejects.toThrow("403");
    await expect(new Socket(url.replace("/events/1/", "/events/2/"), server.url).opened).rejects.toThrow("404");
    for (const origin of ["http://chat.stackexchange.com", "https://chat.stackexchange.com", server.url]) {
      await new Socket(url, origin).opened;
    }
    const live = await bot.post("/ws-auth", { roomid: 1 }, "chat.stackexchange.com");
    expect(live.text).toMatch(/^\{"url":"wss:\/\/chat\.sockets\.stackexchange\.com\/events\/1\/[0-9a-f]{32}"\}$/);
  });

  test("can be dropped, silenced and fed invalid frames", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const { faults } = server.site;
    const socket = await bot.open(1, 99999999999);
    await socket.text();
    faults.sendRaw("{nonsense");
    expect(await socket.text()).toBe("{nonsense");
    faults.silenceSockets();
    server.site.user("Alice").in(1).says("unheard");
    faults.silenceSockets(false);
    expect((await socket.frame()).r1?.e?.[0]?.content).toBe("unheard");
    faults.dropSockets();
    expect(await socket.closed).toBe(1001);
  });
});

describe("presence", () => {
  test("begins with the page or a socket, once, and ends after the grace", async () => {
    const clock = new ManualClock();
    const { server, bot } = await withBot({ clock, presenceGraceMs: 60_000 });
    await using _ = server;
    const start = server.site.newestEventId;
    await bot.get("/rooms/1");
    await bot.get("/rooms/1");
    const socket = await bot.open(1, start);
    expect((await socket.frame()).r1?.e?.map((event) => event.event_type)).toEqual([3]);
    await clock.advance(120_000);
    expect(server.site.room(1).present).toHaveLength(1);
    const watcher = await new Browser(server.site).visit();
    const watching = await watcher.open(1, server.site.newestEventId);
    await watching.text();
    socket.close();
    await socket.closed;
    while (server.site.openSockets > 1) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(59_000);
    expect(server.site.room(1).present).toHaveLength(1);
    await clock.advance(2_000);
    expect(server.site.room(1).present).toHaveLength(0);
  });

  test("ends with a quiet leave, whose body is empty", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    await bot.get("/rooms/1");
    expect(await bot.post("/chats/leave/all", { quiet: "true" })).toMatchObject({ status: 200, text: "" });
    expect(server.site.room(1).present).toEqual([]);
    expect((await bot.post("/chats/leave/1")).status).toBe(302);
  });
});

describe("polling", () => {
  test("answers like a frame, from the cursor of each room", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    server.site.addRoom({ id: 2, name: "Elsewhere" });
    const { time } = await bot.json<{ time: number }>("/chats/1/events");
    expect(await bot.json("/events", { r1: time, r2: time })).toMatchObject({ r1: {}, r2: {} });
    server.site.user("Alice").in(1).says("news");
    const answer = await bot.json<Record<string, { e?: { content: string }[]; t: number; d: number }>>("/events", {
      r1: time,
      r2: time,
    });
    expect(answer.r1?.e?.[0]?.content).toBe("news");
    expect(answer.r2).toEqual({ t: time + 1, d: 1 });
    expect(await bot.json("/events", { r77: 1 })).toMatchObject({ r77: { exit: true } });
  });

  test("sends a reset when the event log no longer reaches back to the cursor", async () => {
    const { server, bot } = await withBot({ maxEvents: 10 });
    await using _ = server;
    const cursor = server.site.newestEventId;
    for (let n = 0; n < 40; n++) server.site.user("Alice").in(1).says(`${n}`);
    expect(await bot.json("/events", { r1: cursor })).toMatchObject({ r1: { reset: true } });
  });
});
