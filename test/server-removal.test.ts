/** Kicks, lost access and rooms in timeout, on sockets and in polling (protocol.md §3.5, §5.7). */
import { describe, expect, test } from "vitest";
import { ChatServer } from "../src/server/index.js";
import { ManualClock } from "../src/util/manual-clock.js";
import { Browser, listen, Socket } from "./server-support.js";

const noPermission = "The room does not exist, or you do not have permission";
const exit = '{"r5":{"exit":true}}';

interface Scene {
  readonly server: ChatServer;
  readonly clock: ManualClock;
  readonly owner: Browser;
  readonly bot: Browser;
  readonly botId: number;
}

/** Room 5 with its owner, room 6 beside it, and the bot. */
async function scene(options: Parameters<typeof ChatServer.start>[0] = {}): Promise<Scene> {
  const clock = new ManualClock();
  const server = await ChatServer.start({ sites: ["stackexchange.com"], clock, ...options });
  const { site } = server;
  const botId = site.addUser({ name: "Bot", email: "bot@example.com" }).id;
  const { id } = site.addUser({ name: "Owner", email: "owner@example.com" });
  site.addRoom({ id: 5, name: "Five", owners: [id] });
  site.addRoom({ id: 6, name: "Six" });
  const bot = await new Browser(site).logIn("bot@example.com");
  return { server, clock, bot, botId, owner: await new Browser(site).logIn("owner@example.com") };
}

async function types(socket: Socket): Promise<unknown[]> {
  const frame = await socket.frame();
  return Object.values(frame).flatMap((room) => (room.e ?? []).map((event) => event.event_type));
}

describe("a kick", () => {
  test("closes the user's sockets of that room and sends the event to their other sockets", async () => {
    const { server, owner, bot, botId } = await scene();
    await using _ = server;
    const five = await listen(bot, 5);
    const six = await listen(bot, 6);
    const watching = await listen(owner, 5);
    // The bot's arrival in room 6, and the owner's in room 5 on both sockets.
    for (const socket of [five, five, six]) expect(await types(socket)).toEqual([3]);
    expect((await owner.post("/rooms/kickmute/5", { userId: botId })).text).toBe(
      '{"message":"The user has been kicked and cannot return for 1 minute."}',
    );
    expect(await types(five)).toEqual([4]);
    expect(await five.text()).toBe(exit);
    expect(await five.closed).toBe(1000);
    expect(await types(six)).toEqual([4]);
    expect(await six.text()).toBe('{"r6":{},"r5":{"exit":true}}');
    expect(await types(watching)).toEqual([4]);
    expect(server.site.room(5).present).not.toContain(botId);
    server.site.user("Owner").in(5).says("he is gone");
    server.site.user("Owner").in(6).says("hello");
    expect(await types(six)).toEqual([1]);
  });

  test("locks the user out for 1, 5 and 30 minutes, except for reading", async () => {
    const { server, clock, owner, bot, botId } = await scene();
    await using _ = server;
    for (const [minutes, wait] of [
      [1, "1 minute"],
      [5, "5 minutes"],
      [30, "30 minutes"],
      [30, "30 minutes"],
    ] as const) {
      expect((await owner.post("/rooms/kickmute/5", { userID: botId })).text).toContain(`for ${wait}."`);
      for (const [path, form] of [
        ["/ws-auth", { roomid: 5 }],
        ["/chats/5/events", {}],
        ["/chats/5/messages/new", { text: "let me in" }],
      ] as const) {
        expect(await bot.post(path, form)).toMatchObject({ status: 404, text: noPermission });
      }
      expect(await bot.json("/events", { r5: 1 })).toMatchObject({ r5: { exit: true } });
      const page = await bot.get("/rooms/5");
      expect([page.status, page.text.includes(noPermission)]).toEqual([404, true]);
      expect((await bot.get("/transcript/5")).status).toBe(200);
      await clock.advance(minutes * 60_000 - 1000);
      expect((await bot.get("/rooms/5")).status).toBe(404);
      await clock.advance(1000);
      expect((await bot.get("/rooms/5")).status).toBe(200);
    }
    await clock.advance(86_400_000);
    expect((await owner.post("/rooms/kickmute/5", { userId: botId })).text).toContain("for 1 minute.");
    expect((await owner.post("/rooms/kickmute/5", { userId: server.site.user("Owner").id })).status).toBe(409);
  });

  test("invalidates unused socket URLs", async () => {
    const { server, owner, bot, botId } = await scene();
    await using _ = server;
    const { url } = await bot.json<{ url: string }>("/ws-auth", { roomid: 5 });
    await owner.post("/rooms/kickmute/5", { userId: botId });
    await expect(new Socket(`${url}?l=0`, server.site.chatOrigin).opened).rejects.toThrow("404");
  });

  test("is not lost on a socket that was silent at the time", async () => {
    const { server, owner, bot, botId } = await scene();
    await using _ = server;
    const five = await listen(bot, 5);
    server.site.faults.silenceSockets();
    await owner.post("/rooms/kickmute/5", { userId: botId });
    server.site.user("Owner").in(5).says("he does not hear this");
    server.site.faults.silenceSockets(false);
    expect(await five.text()).toBe(exit);
    expect(await five.closed).toBe(1000);
  });
});

describe("the loss of access", () => {
  test("to a private room ends the channel", async () => {
    const { server, owner, bot, botId } = await scene();
    await using _ = server;
    await owner.post("/rooms/setuseraccess/5", { aclUserId: botId, userAccess: "read-write" });
    await owner.post("/rooms/save", { roomId: 5, defaultAccess: "request" });
    const five = await listen(bot, 5);
    await owner.post("/rooms/setuseraccess/5", { aclUserId: botId, userAccess: "remove" });
    expect(await types(five)).toEqual([15]);
    expect(await types(five)).toEqual([4]);
    expect(await five.text()).toBe(exit);
    expect((await bot.post("/ws-auth", { roomid: 5 })).status).toBe(404);
    await owner.post("/rooms/setuseraccess/5", { aclUserId: botId, userAccess: "read-write" });
    expect((await bot.post("/ws-auth", { roomid: 5 })).status).toBe(200);
  });

  test("follows when a room becomes private or deleted, for anonymous readers as well", async () => {
    const { server, owner, bot } = await scene();
    await using _ = server;
    const visitor = await new Browser(server.site).visit();
    const watching = await listen(visitor, 5);
    const five = await listen(bot, 5);
    await watching.text();
    await owner.post("/rooms/save", { roomId: 5, defaultAccess: "request", name: "Secret plans" });
    // The room's new name follows, for users who may still read it.
    expect(await types(five)).toEqual([4]);
    expect(await five.text()).toBe(exit);
    expect(await types(watching)).toEqual([4]);
    expect(await watching.text()).toBe(exit);
    const six = await listen(visitor, 6);
    server.site.room(6).delete();
    expect(await six.text()).toBe('{"r6":{"exit":true}}');
    expect((await bot.get("/rooms/6")).status).toBe(404);
    expect(await bot.json("/events", { r6: 1 })).toMatchObject({ r6: { exit: true } });
  });
});

describe("a timeout", () => {
  test("shows on sockets when it starts and in polling while it lasts", async () => {
    const { server, clock, owner, bot } = await scene();
    await using _ = server;
    const five = await listen(bot, 5);
    const six = await listen(bot, 6);
    await types(five);
    const cursor = server.site.newestEventId;
    expect((await owner.post("/rooms/timeout/5", { duration: 60, reason: "calm down" })).text).toBe("timeout applied");
    expect(await five.text()).toBe('{"r5":{"timeout":60}}');
    expect(await six.text()).toBe('{"r6":{},"r5":{"timeout":60}}');
    await clock.advance(20_000);
    expect(await bot.json("/events", { r5: cursor })).toMatchObject({ r5: { timeout: 40 } });
    expect(await bot.json("/chats/5/events")).toMatchObject({ timeout: 40 });
    expect((await bot.post("/chats/5/messages/new", { text: "x" })).text).toBe(
      "The room is in timeout, ending in 40 seconds",
    );
    const later = await owner.open(5, cursor);
    expect((await later.frame()).r5).toMatchObject({ timeout: 40 });
    await clock.advance(40_000);
    expect((await bot.post("/events", { r5: server.site.newestEventId })).text).toMatch(/^\{"r5":\{\},"sync":\d+\}$/);
    expect((await owner.post("/rooms/timeout/5", { duration: 4 })).status).toBe(400);
    expect((await bot.post("/rooms/timeout/5", { duration: 60 })).status).toBe(409);
  });
});

test("a socket with a cursor from before the event log gets a reset", async () => {
  const { server, bot } = await scene({ maxEvents: 10 });
  await using _ = server;
  const cursor = server.site.newestEventId;
  for (let n = 0; n < 40; n++) server.site.user("Owner").in(5).says(`${n}`);
  expect((await (await bot.open(5, cursor)).frame()).r5).toMatchObject({ reset: true });
  expect((await (await bot.open(5, server.site.newestEventId)).frame()).r5).not.toHaveProperty("reset");
  expect((await (await bot.open(5)).frame()).r5).not.toHaveProperty("reset");
});
