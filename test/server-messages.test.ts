/** Messages on the local server: lists, posting, editing, deleting, stars, refusals word for word, and pages. */
import { describe, expect, test } from "vitest";
import { ChatServer, requiredPauseMs } from "../src/server/index.js";
import { ManualClock } from "../src/util/manual-clock.js";
import { Browser, withBot } from "./server-support.js";

describe("the list of messages", () => {
  test("has only the recorded keys, ascending, deleted ones without content", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const alice = server.site.user("Alice").in(1);
    const first = alice.says("first");
    const reply = server.site.user("Bob").in(1).says("re", { replyTo: first.id });
    server.site.user("Bob").in(1).edits(reply.id, "re: first");
    const gone = alice.says("gone");
    alice.deletes(gone.id);
    server.site.user("Bob").in(1).stars(alice.says("starred").id);
    const { text } = await bot.post("/chats/1/events", { since: 0, mode: "mEssages", msgCount: 100 });
    const answer = JSON.parse(text) as { events: object[]; time: number };
    expect(Object.keys(answer)).toEqual(["events", "time", "sync", "ms"]);
    const common = ["event_type", "time_stamp", "content", "user_id", "user_name", "room_id", "message_id"];
    expect(answer.events.map(Object.keys)).toEqual([
      common,
      [...common, "parent_id", "message_edits", "show_parent"],
      common.filter((key) => key !== "content"),
      [...common, "message_stars"],
    ]);
    expect(answer.time).toBe(server.site.newestEventId);
  });

  test("treats before as exclusive and after as inclusive, and reads parameters from the query", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const alice = server.site.user("Alice").in(1);
    const ids = [1, 2, 3, 4].map((n) => alice.says(`m${n}`).id);
    const list = async (query: string): Promise<number[]> => {
      const answer = await bot.json<{ events: { message_id: number }[] }>(`/chats/1/events?mode=Messages&${query}`);
      return answer.events.map((event) => event.message_id);
    };
    expect(await list(`before=${ids[2]}&msgCount=10`)).toEqual(ids.slice(0, 2));
    expect(await list(`after=${ids[2]}`)).toEqual(ids.slice(2));
    expect(await list("msgCount=1")).toEqual(ids.slice(3));
    expect(await list(`before=${(ids[1] ?? 0) + 1}&msgCount=1`)).toEqual([ids[1]]);
    expect(await list("msgCount=0")).toEqual([]);
  });
});

describe("posting", () => {
  test("returns id and time, and null for a duplicate of the last message", async () => {
    const clock = new ManualClock();
    const { server, bot } = await withBot({ clock });
    await using _ = server;
    const said = await bot.post("/chats/1/messages/new", { text: "hello" });
    expect(said.text).toMatch(new RegExp(`^\\{"id":\\d+,"time":${clock.now() / 1000}\\}$`));
    expect((await bot.post("/chats/1/messages/new", { text: "hello" })).text).toBe('{"id":null,"time":null}');
    await clock.advance(61_000);
    expect((await bot.post("/chats/1/messages/new", { text: "hello" })).text).not.toContain("null");
  });

  test("recognizes replies by prefix and by form field, and keeps the source as typed", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const parent = server.site.user("Alice").in(1).says("ask");
    const { id } = await bot.json<{ id: number }>("/chats/1/messages/new", { text: `:${parent.id} **yes**` });
    expect((await bot.get(`/message/${id}`)).text).toBe("<b>yes</b>");
    expect((await bot.get(`/message/${id}?plain=true`)).text).toBe(`:${parent.id} **yes**`);
    await bot.post("/chats/1/messages/new", { text: "    code", parentId: parent.id });
    expect(server.site.room(1).messages.at(-1)).toMatchObject({
      parentId: parent.id,
      content: "<pre class='full'>code</pre>",
    });
    expect(server.site.user("Alice").pings).toHaveLength(2);
  });

  test("puts @Author before replies only when asked to", async () => {
    await using server = await ChatServer.start({ sites: ["stackoverflow.com"], replyPrefixInContent: true });
    const parent = server.site.user("Bob Baker").in(1).says("ask");
    expect(server.site.user("Alice").in(1).says("yes", { replyTo: parent.id }).content).toBe("@BobBaker yes");
  });

  test("is refused with the live sites' sentences", async () => {
    const clock = new ManualClock(Date.UTC(2024, 0, 1));
    const { server, bot } = await withBot({ clock });
    await using _ = server;
    const { site } = server;
    const say = async (text: string, room = 1): Promise<[number, string, unknown]> => {
      const answer = await bot.post(`/chats/${room}/messages/new`, { text });
      return [answer.status, answer.text, answer.headers.chat];
    };
    const noPermission = "The room does not exist, or you do not have permission";
    site.addRoom({ id: 3, name: "Gallery", access: "gallery" });
    site.addRoom({ id: 4, name: "Private", access: "private" });
    expect(await say("x", 3)).toEqual([404, noPermission, "error"]);
    expect(await say("x", 4)).toEqual([404, noPermission, "error"]);
    expect((await bot.post("/chats/99/messages/new", { text: "x" })).text).toContain("<!DOCTYPE html>");
    expect(await say("x".repeat(501))).toEqual([400, "The message is too long", "error"]);
    expect((await say(`${"x".repeat(501)}\ny`))[0]).toBe(200);
    expect((await say("  "))[0]).toBe(400);
    site.room(1).timeout(58);
    expect(await say("x")).toEqual([404, "The room is in timeout, ending in 58 seconds", "error"]);
    site.room(1).timeout(0);
    site.room(1).freeze();
    expect(await say("x")).toEqual([404, "The room has been frozen; new messages cannot be added", "error"]);
    site.user("Bot").suspend(18_000);
    expect(await say("x")).toEqual([404, "Your account is blocked, ending in 5 hours", "error"]);
    site.user("Bot").suspend(275 * 86_400 + 5820);
    expect(await say("x")).toEqual([404, "Your account is blocked, ending on Oct 2 at 1:37", "error"]);
  });

  test("is throttled on the curve when throttling is on, and the streak expires", async () => {
    const clock = new ManualClock();
    const { server, bot } = await withBot({ clock, throttle: true });
    await using _ = server;
    const say = (text: string): ReturnType<Browser["post"]> => bot.post("/chats/1/messages/new", { text });
    expect((await say("a")).status).toBe(200);
    const early = await say("b");
    expect(early).toMatchObject({ status: 409, text: "You can perform this action again in 4 seconds." });
    await clock.advance(requiredPauseMs(2) - 500);
    expect((await say("b")).text).toBe("You can perform this action again in 1 second.");
    await clock.advance(501);
    expect((await say("b")).status).toBe(200);
    expect(requiredPauseMs(3)).toBeGreaterThan(requiredPauseMs(2));
    expect(requiredPauseMs(100_000)).toBe(20_000);
  });
});

describe("editing and deleting", () => {
  test("work within the edit window and its grace period, and are refused later", async () => {
    const clock = new ManualClock();
    const { server, bot } = await withBot({ clock });
    await using _ = server;
    const { id } = await bot.json<{ id: number }>("/chats/1/messages/new", { text: "one" });
    await clock.advance(149_000);
    expect((await bot.post(`/messages/${id}`, { text: "two" })).text).toBe('"ok"');
    await clock.advance(2_000);
    const late = await bot.post(`/messages/${id}`, { text: "three" });
    expect(late).toMatchObject({ status: 200, text: '"It is too late to edit this message"' });
    expect((await bot.post(`/messages/${id}/delete`)).text).toBe('"It is too late to delete this message"');
  });

  test("are refused with the live sites' sentences", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const other = server.site.user("Alice").in(1).says("mine");
    expect((await bot.post(`/messages/${other.id}`, { text: "x" })).text).toBe('"You can only edit your own messages"');
    expect((await bot.post(`/messages/${other.id}/delete`)).text).toBe('"You can only delete your own messages"');
    const { id } = await bot.json<{ id: number }>("/chats/1/messages/new", { text: "one" });
    expect((await bot.post(`/messages/${id}/delete`)).text).toBe('"ok"');
    expect((await bot.post(`/messages/${id}/delete`)).text).toBe('"This message has already been deleted."');
    expect((await bot.post(`/messages/${id}`, { text: "x" })).text).toBe(
      '"This message has already been deleted and cannot be edited"',
    );
    const unknown = await bot.post("/messages/12345/delete");
    expect(unknown.status).toBe(302);
    expect(unknown.headers.location).toBe("/error?aspxerrorpath=/messages/12345/delete");
    expect((await bot.get(`/message/${id}`)).status).toBe(404);
  });

  test("an edit without its parent stops being a reply", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const parent = server.site.user("Alice").in(1).says("ask");
    const form = { text: "yes", parentId: parent.id };
    const { id } = await bot.json<{ id: number }>("/chats/1/messages/new", form);
    await bot.post(`/messages/${id}`, { ...form, text: "yes!" });
    expect(server.site.room(1).messages.at(-1)?.parentId).toBe(parent.id);
    await bot.post(`/messages/${id}`, { text: "no" });
    expect(server.site.room(1).messages.at(-1)).toMatchObject({ parentId: null, edits: 2, content: "no" });
  });
});

describe("stars and pins", () => {
  test("toggle, are limited per day, and are refused for one's own messages", async () => {
    const { server, bot } = await withBot({ starsPerDay: 1 });
    await using _ = server;
    const alice = server.site.user("Alice").in(1);
    const [one, two] = [alice.says("one"), alice.says("two")];
    const stars = (): number[] => server.site.room(1).messages.map((message) => message.stars);
    expect((await bot.post(`/messages/${one.id}/star`)).text).toBe('"ok"');
    expect(stars()).toEqual([1, 0]);
    expect((await bot.post(`/messages/${two.id}/star`)).text).toMatch(/^"You have starred too many/);
    expect((await bot.get("/chats/stars/1?count=5")).text).toContain(`id="summary_${one.id}"`);
    expect((await bot.post(`/messages/${one.id}/star`)).text).toBe('"ok"');
    expect(stars()).toEqual([0, 0]);
    expect((await bot.post(`/messages/${one.id}/owner-star`)).text).toBe('"Only a room-owner can pin messages"');
  });

  test("can be given and canceled by owners", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const { site } = server;
    const room = site.addRoom({ name: "Ours", owners: [site.user("Bot")] });
    const message = site.user("Alice").in(room).says("keep this");
    site.user("Bob").in(room).stars(message.id);
    await bot.post(`/messages/${message.id}/owner-star`);
    expect(room.messages.at(-1)).toMatchObject({ stars: 1, pins: 1 });
    await bot.post(`/messages/${message.id}/unstar`);
    await bot.post(`/messages/${message.id}/unowner-star`);
    expect(room.messages.at(-1)).toMatchObject({ stars: 0, pins: 0 });
  });
});

describe("pages and small reads", () => {
  test("an unknown room is 404, a private one says so, and neither can be read", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    server.site.addRoom({ id: 4, name: "Private", access: "private" });
    expect((await bot.get("/rooms/99")).status).toBe(404);
    const closed = await bot.get("/rooms/4");
    expect(closed.status).toBe(200);
    expect(closed.text).toContain("<h2>Private Room</h2>");
    expect((await bot.post("/chats/4/events")).status).toBe(404);
    expect((await bot.get("/transcript/4")).status).toBe(404);
    expect((await bot.post("/ws-auth", { roomid: 4 })).status).toBe(404);
  });

  test("user info needs no key and reads its parameters in any case", async () => {
    await using server = await ChatServer.start({ world: "demo" });
    const visitor = new Browser(server.site);
    const answer = await visitor.json<{ users: object[] }>("/user/info", { fkey: "", IDS: "1001,1002,77", roomid: 1 });
    expect(answer.users.map(Object.keys)[0]).toEqual([
      "id",
      "name",
      "email_hash",
      "reputation",
      "is_moderator",
      "is_owner",
      "last_post",
      "last_seen",
    ]);
    expect(answer.users).toMatchObject([
      { id: 1001, is_owner: true },
      { id: 1002, is_owner: null },
    ]);
    const lines = (await visitor.get("/users/search?q=bo")).text.split("\n").map((line) => JSON.parse(line) as object);
    expect(lines.map(Object.keys)[0]).toEqual(["id", "dn", "hash"]);
  });

  test("a day with too many messages is split into hours", async () => {
    const clock = new ManualClock(Date.UTC(2024, 0, 1, 9));
    const { server, bot } = await withBot({ clock, transcriptPageSize: 3 });
    await using _ = server;
    const alice = server.site.user("Alice").in(1);
    const ids: number[] = [];
    for (let n = 0; n < 8; n++) {
      ids.push(alice.says(`m${n}`).id);
      await clock.advance(3_600_000);
    }
    const shown = async (path: string): Promise<number[]> => {
      const page = await bot.get(path);
      return [...page.text.matchAll(/id="message-(\d+)"/g)].map((match) => Number(match[1]));
    };
    expect(await shown("/transcript/1/2024/1/1/0-24")).toEqual(ids);
    expect(await shown("/transcript/1/2024/1/1")).toEqual(ids.slice(0, 3));
    expect(await shown("/transcript/1")).toEqual(ids.slice(6));
    expect(await shown(`/transcript/message/${ids[4]}`)).toEqual(ids.slice(3, 6));
    expect((await bot.get("/transcript/1/2024/2/31")).status).toBe(404);
  });

  test("the latest page of a transcript is never empty: hours without messages do not end a page", async () => {
    const clock = new ManualClock(Date.UTC(2024, 0, 1, 9));
    const { server, bot } = await withBot({ clock, transcriptPageSize: 3 });
    await using _ = server;
    const alice = server.site.user("Alice").in(1);
    const say = (count: number): number[] => Array.from({ length: count }, (_, n) => alice.says(`m${n}`).id);
    const shown = async (path: string): Promise<number[]> =>
      [...(await bot.get(path)).text.matchAll(/id="message-(\d+)"/g)].map((match) => Number(match[1]));
    const early = say(5);
    expect(await shown("/transcript/1")).toEqual(early);
    await clock.advance(3 * 3_600_000);
    const late = say(5);
    expect(await shown("/transcript/1")).toEqual(late);
    expect(await shown("/transcript/1/2024/1/1")).toEqual(early);
  });

  test("all pages of the demo world can be read, and a failing handler does not stop the server", async () => {
    await using server = await ChatServer.start({ world: "demo" });
    const browser = await new Browser(server.site).logIn("alice@example.com");
    const last = server.site.room(1).messages.at(-1)?.id;
    for (const path of [
      "/",
      "/rooms/1",
      "/rooms/info/5",
      "/users/1002",
      "/transcript/5",
      `/messages/${last}/history`,
      "/search?q=bot",
    ]) {
      expect((await browser.get(path)).status).toBe(200);
    }
    server.site.faults.fail("/rooms/1", { status: 503 });
    expect((await browser.get("/rooms/1")).status).toBe(503);
    server.site.faults.cut("/chats/1/messages/new");
    await expect(browser.post("/chats/1/messages/new", { text: "cut" })).rejects.toThrow();
    expect(server.site.room(1).messages.at(-1)?.source).toBe("cut");
    expect((await browser.get("/rooms/1")).status).toBe(200);
  });
});

describe("owners", () => {
  test("move messages: one event each on both sides, and a notice", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const { site } = server;
    const from = site.addRoom({ id: 5, name: "From here", owners: [site.user("Bot")] });
    const trash = site.addRoom({ id: 6, name: "Trash" });
    const alice = site.user("Alice").in(5);
    const [one, two] = [alice.says("one"), alice.says("two")];
    const cursor = site.newestEventId;
    const moved = await bot.post("/admin/movePosts/5", { ids: `${one.id},${two.id}`, to: 6 });
    expect(moved).toMatchObject({ status: 200, text: "2" });
    const answer = await bot.json<Record<string, { e: { event_type: number; content: string; moved?: boolean }[] }>>(
      "/events",
      { r5: cursor, r6: cursor },
    );
    expect(answer.r5?.e.map((event) => event.event_type)).toEqual([19, 19, 1]);
    expect(answer.r6?.e.map((event) => event.event_type)).toEqual([20, 20, 1]);
    expect(answer.r5?.e[2]?.content).toBe(
      `&rarr; <i><a href="https://chat.stackexchange.com/transcript/message/${one.id}#${one.id}">2 messages</a> moved to <a href="https://chat.stackexchange.com/rooms/6/trash">Trash</a></i>`,
    );
    expect(answer.r6?.e[2]?.content).toBe(
      '&larr; <i>2 messages moved from <a href="https://chat.stackexchange.com/rooms/5/from-here">From here</a></i>',
    );
    expect(answer.r5?.e[0]?.moved).toBe(true);
    expect([from.messages.length, trash.messages.length]).toEqual([1, 3]);
  });

  test("give access, kick, time out, create and rename; others may not", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const { site } = server;
    const alice = site.user("Alice");
    expect((await bot.post("/rooms/kickmute/1", { userId: alice.id })).status).toBe(409);
    const created = await bot.post("/rooms/save", { name: "My Room", tags: "a b", defaultAccess: "read-only" });
    expect(created.status).toBe(302);
    const [, id] = /^\/rooms\/info\/(\d+)\/my-room$/.exec(String(created.headers.location)) ?? [];
    const says = (): unknown => alice.in(Number(id)).says("may I?");
    expect(says).toThrow("The room does not exist, or you do not have permission");
    await bot.post(`/rooms/setuseraccess/${id}`, { aclUserId: alice.id, userAccess: "read-write" });
    says();
    expect((await bot.post(`/rooms/timeout/${id}`, { duration: 60, reason: "calm" })).text).toBe("timeout applied");
    expect(says).toThrow("The room is in timeout, ending in 1 minute");
    expect((await bot.post(`/rooms/kickmute/${id}`, { userID: alice.id })).text).toContain("kicked and cannot return");
    await bot.post("/rooms/save", { roomId: id ?? "", name: "Renamed" });
    expect(site.room(Number(id)).name).toBe("Renamed");
  });
});
