/** Bookmarked conversations, feeds, and the small endpoints that scripts of the room page use (protocol.md §5.8, §6.12). */
import { load } from "cheerio";
import { describe, expect, test } from "vitest";
import { ManualClock } from "../src/util/manual-clock.js";
import { Browser, withBot } from "./server-support.js";

describe("a bookmarked conversation", () => {
  test("has a page of its own with the messages between its start and its end", async () => {
    const clock = new ManualClock(Date.UTC(2024, 0, 20, 0, 13));
    const { server, bot } = await withBot({ clock });
    await using _ = server;
    const alice = server.site.user("Alice").in(1);
    const before = alice.says("before");
    const first = alice.says("first <b>");
    await clock.advance(37 * 60_000);
    const last = alice.says("last");
    alice.says("after");
    const form = { roomId: 1, firstMessageId: first.id, lastMessageId: last.id, title: "On <Bold> Words" };
    const made = await bot.post("/conversation/new", form);
    const link = '<a href="/rooms/1/conversation/on-bold-words">On &lt;Bold&gt; Words</a>';
    expect(JSON.parse(made.text)).toEqual({
      ok: true,
      message: `The conversation has been bookmarked as ${link}.`,
    });
    const $ = load((await bot.get("/rooms/1/conversation/on-bold-words")).text);
    expect(
      $(".message")
        .map((_index, element) => $(element).attr("id"))
        .get(),
    ).toEqual([`message-${first.id}`, `message-${last.id}`]);
    expect(
      $(".system-message")
        .map((_index, element) => $(element).text())
        .get(),
    ).toEqual(["Conversation started Jan 20 at 0:13.", "Conversation ended Jan 20 at 0:50."]);
    expect(
      $(".timestamp")
        .map((_index, element) => $(element).text())
        .get(),
    ).toEqual(["12:13 AM", "12:50 AM"]);
    expect($("h1").text()).toContain("On <Bold> Words");
    const info = load((await bot.get("/rooms/info/1?tab=conversations")).text);
    expect(info(".conversation-title").attr("href")).toBe("/rooms/1/conversation/on-bold-words");
    expect(info(".conversation-details").text()).toBe("2 messages on 2024-01-20, bookmarked by Bot");
    expect(info("#tabs .youarehere").text()).toBe("1 conversations");
    const profile = load((await bot.get("/users/300?tab=conversations")).text);
    expect(profile(".conversation-title").text()).toBe("On <Bold> Words");
    expect(before.id).toBeLessThan(first.id);
  });

  test("is refused with a JSON string", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    server.site.addRoom({ id: 2, name: "Elsewhere", access: "gallery" });
    const alice = server.site.user("Alice").in(1);
    const { id } = alice.says("one");
    const mark = async (more: object): Promise<unknown> => {
      const form = { roomId: 1, firstMessageId: id, lastMessageId: id, title: "One", ...more };
      const answer = await bot.post("/conversation/new", form);
      expect(answer.status).toBe(200);
      return JSON.parse(answer.text);
    };
    expect(await mark({ title: " " })).toBe("A conversation needs a title");
    expect(await mark({ lastMessageId: 17 })).toBe("The first and the last message must be of this room");
    expect(await mark({ roomId: 2 })).toBe("You cannot bookmark conversations in this room");
    expect(await mark({})).toMatchObject({ ok: true });
    expect(await mark({})).toBe("There is a conversation with this title already");
    expect((await bot.post("/conversation/new", { roomId: 99 })).status).toBe(404);
  });

  test("can be deleted by its creator, by room owners and by moderators", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const { site } = server;
    site.addUser({ name: "Other", email: "other@example.com" });
    site.addUser({ name: "Mod", email: "mod@example.com", isModerator: true });
    const [other, mod] = await Promise.all(
      ["other@example.com", "mod@example.com"].map((email) => new Browser(site).logIn(email)),
    );
    const { id } = site.user("Alice").in(1).says("one");
    for (const title of ["One", "Two"]) {
      await bot.post("/conversation/new", { roomId: 1, firstMessageId: id, lastMessageId: id, title });
    }
    expect((await other?.post("/conversation/delete/1/one"))?.text).toBe('"You can only delete your own bookmarks"');
    expect((await bot.post("/conversation/delete/1/one")).text).toBe('"ok"');
    expect((await mod?.post("/conversation/delete/1/two"))?.text).toBe('"ok"');
    expect((await bot.post("/conversation/delete/1/two")).text).toBe('"There is no such conversation"');
    expect((await bot.get("/rooms/1/conversation/one")).status).toBe(404);
  });
});

describe("feeds and the search description", () => {
  test("are valid Atom, newest first, with the content escaped", async () => {
    const { server, bot } = await withBot({ clock: new ManualClock(Date.UTC(2024, 0, 20)) });
    await using _ = server;
    const { site } = server;
    const alice = site.user("Al & Co").in(1);
    const [one, two] = [alice.says("**one** & \u0001 more"), alice.says("two")];
    alice.deletes(alice.says("gone").id);
    site.user("Bob").in(1).stars(one.id);
    const answer = await bot.get("/feeds/rooms/1");
    expect(answer.headers["content-type"]).toBe("application/atom+xml; charset=utf-8");
    expect(
      answer.text.startsWith('<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'),
    ).toBe(true);
    const $ = load(answer.text, { xml: true });
    const ids = (feed: typeof $): string[] =>
      feed("entry > id")
        .map((_index, element) => feed(element).text())
        .get();
    expect(ids($)).toEqual([two, one].map(({ id }) => `${server.url}/transcript/message/${id}#${id}`));
    expect($("entry > author > name").last().text()).toBe("Al & Co");
    expect($("entry > content").last().text()).toBe("<b>one</b> &amp;  more");
    expect($("feed > updated").text()).toBe("2024-01-20T00:00:00Z");
    expect(ids(load((await bot.get("/feeds/rooms/starred/1")).text, { xml: true }))).toHaveLength(1);
    site.addRoom({ id: 4, name: "Private", access: "private" });
    expect((await bot.get("/feeds/rooms/4")).status).toBe(404);
    const search = await bot.get("/opensearch.xml");
    expect(search.headers["content-type"]).toBe("application/opensearchdescription+xml; charset=utf-8");
    expect(search.text).toContain(`template="${server.url}/search?q={searchTerms}"`);
  });
});

describe("small reads", () => {
  test("lastMessage finds one's previous message, and counts the messages in between", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const mine = server.site.user("Bot").in(1);
    const alice = server.site.user("Alice").in(1);
    const [one, _two, three] = [mine.says("one"), alice.says("two"), mine.says("three")];
    alice.says("four");
    alice.says("five");
    const last = (form: Record<string, number>): Promise<unknown> => bot.json("/chats/1/lastMessage", form);
    expect(await last({})).toEqual({ msgid: three.id, gap: 2 });
    expect(await last({ beforeId: three.id })).toEqual({ msgid: one.id, gap: 1 });
    expect(await last({ beforeId: one.id })).toEqual({ msgid: null, gap: 0 });
    alice.stars(one.id);
    expect((await bot.post("/chats/1/lastMessage?highlights=true", {})).text).toBe(`{"msgid":${one.id},"gap":0}`);
  });

  test("the minilist offers rooms by name, and only rooms that one may write in", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const { site } = server;
    site.addRoom({ id: 20, name: "Trash & Co", description: "x".repeat(80) });
    site.addRoom({ id: 21, name: "Trash Gallery", access: "gallery" });
    site.addRoom({ id: 22, name: "Trash Vault", access: "private" });
    const names = async (query: string): Promise<string[]> => {
      const $ = load((await bot.get(`/rooms/minilist?${query}`)).text);
      return $(".room-mini .room-name a")
        .map((_index, element) => `${$(element).attr("href")} ${$(element).text()}`)
        .get();
    };
    expect(await names("filter=TRASH&forWriting=true")).toEqual(["/rooms/20/trash-co Trash & Co"]);
    expect(await names("filter=trash")).toHaveLength(2);
    expect(await names("filter=nothing")).toEqual([]);
  });

  test("sites are those behind the chat", async () => {
    const { server, bot } = await withBot({ sites: ["stackoverflow.com"] });
    await using _ = server;
    const site = {
      SiteIcon: "https://stackoverflow.com/favicon.ico",
      SiteCaption: "Stack Overflow",
      Host: "stackoverflow.com",
    };
    expect(JSON.parse((await bot.get("/rooms/sites")).text)).toEqual([site]);
    expect(await bot.json("/users/sites/300")).toEqual([site]);
    expect((await bot.post("/users/sites/99")).status).toBe(404);
  });

  test("users/any is for moderators", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    server.site.addUser({ name: "Mod", email: "mod@example.com", isModerator: true });
    const mod = await new Browser(server.site).logIn("mod@example.com");
    expect((await bot.get("/users/any/1")).status).toBe(404);
    expect((await mod.get("/users/any/1?filter=bo")).text).toContain('data-id="300"');
    expect((await mod.get("/users/any/1?filter=bo")).text).not.toContain("Mod");
  });
});

describe("one's own settings", () => {
  test("include the about text and desktop notifications", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const alice = server.site.user("Alice");
    expect((await bot.post("/users/usermessage/300", { message: "I am <a bot>" })).text).toBe('"ok"');
    expect(JSON.parse((await bot.get("/users/thumbs/300")).text)).toMatchObject({ user_message: "I am <a bot>" });
    expect((await bot.post(`/users/usermessage/${alice.id}`, { message: "x" })).status).toBe(409);
    expect((await bot.get("/rooms/1")).text).toContain("desktopNotify: false");
    expect((await bot.post("/users/desktopnotify", { value: "true" })).text).toBe('"ok"');
    expect((await bot.get("/rooms/1")).text).toContain("desktopNotify: true");
  });

  test("notify one's other windows of a change of the ignore list", async () => {
    const { server, bot } = await withBot();
    await using _ = server;
    const { id } = server.site.user("Alice");
    const socket = await bot.open(1, server.site.newestEventId);
    await socket.text();
    expect((await bot.post("/users/ignorelist/add", { id })).text).toBe(`[${id}]`);
    const event = (await socket.frame()).r1?.e?.[0] ?? {};
    expect(event).toMatchObject({ event_type: 13, user_id: 300, target_user_id: 300 });
    expect(event).not.toHaveProperty("room_id");
    const watcher = await new Browser(server.site).visit();
    expect(await watcher.json("/events", { r1: Number(event.id) - 1 })).toMatchObject({ r1: { d: 1 } });
    expect((await bot.get("/users/ignorelist")).text).toBe(`[${id}]`);
    await bot.post("/users/ignorelist/remove", { id });
    expect((await socket.frame()).r1?.e?.[0]?.event_type).toBe(13);
    expect((await bot.get("/users/ignorelist")).text).toBe("[]");
  });
});
