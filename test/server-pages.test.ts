/** The values on the pages of the local server, with their lists, tabs and pagers (protocol.md §6.5 to §6.11). */
import { type CheerioAPI, load } from "cheerio";
import { describe, expect, test } from "vitest";
import { ChatServer } from "../src/server/index.js";
import { ManualClock } from "../src/util/manual-clock.js";
import { Browser } from "./server-support.js";

interface Scene {
  readonly server: ChatServer;
  readonly clock: ManualClock;
  readonly bot: Browser;
}

/** 2024-01-20 09:00 UTC, an empty room 1 and the bot (300). */
async function scene(options: Parameters<typeof ChatServer.start>[0] = {}): Promise<Scene> {
  const clock = new ManualClock(Date.UTC(2024, 0, 20, 9));
  const server = await ChatServer.start({ sites: ["stackexchange.com"], clock, ...options });
  server.site.addUser({ name: "Bot", email: "bot@example.com", id: 300 });
  return { server, clock, bot: await new Browser(server.site).logIn("bot@example.com") };
}

async function read(browser: Browser, path: string): Promise<CheerioAPI> {
  const answer = await browser.get(path);
  expect(answer.status).toBe(200);
  return load(answer.text);
}

function texts($: CheerioAPI, selector: string): string[] {
  return $(selector)
    .map((_index, element) => $(element).text().replace(/\s+/g, " ").trim())
    .get();
}

function ids($: CheerioAPI, selector: string): (string | undefined)[] {
  return $(selector)
    .map((_index, element) => $(element).attr("id"))
    .get();
}

test("the room page has the owner's role, so that the menu can offer to pin", async () => {
  const { server, bot } = await scene();
  await using _ = server;
  server.site.addRoom({ id: 5, name: "Mine", owners: [300] });
  expect((await read(bot, "/rooms/5"))("body").attr("data-is-owner")).toBe("true");
  expect((await read(bot, "/rooms/1"))("body").attr("data-is-owner")).toBe("false");
});

test("the request log keeps no socket token, and the word too-large in a body is no error", async () => {
  const { server, bot } = await scene();
  await using _ = server;
  await bot.get(`/events/1/${"0123456789abcdef".repeat(2)}`);
  expect(server.requests.at(-1)?.path).toBe("/events/1/token");
  expect((await bot.postText("/chats/1/messages/new", "too-large")).status).not.toBe(413);
});

describe("the history page", () => {
  test("has the current state, the pins, and every revision, newest first", async () => {
    const { server, clock, bot } = await scene();
    await using _ = server;
    const { site } = server;
    const mod = site.addUser({ name: "Mod", id: 301, isModerator: true }).in(1);
    const alice = site.addUser({ name: "Alice", id: 302 }).in(1);
    const { id } = alice.says("one");
    await clock.advance(60_000);
    mod.edits(id, "two **bold**");
    mod.pins(id);
    site.user("Bob").in(1).stars(id);
    site.user("Carol").in(1).stars(id);
    const $ = await read(bot, `/messages/${id}/history`);
    const [now, ...revisions] = $("#content .monologue").toArray();
    expect(
      $(now ?? "")
        .find(`.message#message-${id} a[name]`)
        .attr("href"),
    ).toBe(`/transcript/1?m=${id}#${id}`);
    expect(
      $(now ?? "")
        .find(".content")
        .text()
        .trim(),
    ).toBe("two bold");
    expect(
      $(now ?? "")
        .find(".flash .stars.vote-count-container.owner-star .times")
        .text(),
    ).toBe("2");
    expect(texts($, "#content p:has(.stars.owner-star) a[href^='/users/']")).toEqual(["Mod"]);
    expect(revisions.map((revision) => $(revision).find(".username a").text())).toEqual(["Mod", "Alice"]);
    expect(revisions.map((revision) => $(revision).find(".content b").text())).toEqual(["edited:", "said:"]);
    expect(revisions.map((revision) => $(revision).find(".message-source").text())).toEqual(["two **bold**", "one"]);
    expect(revisions.map((revision) => $(revision).find(".timestamp").text())).toEqual(["9:01 AM", "9:00 AM"]);
  });

  test("of a deleted message is visible to its author, to owners and to moderators", async () => {
    const { server, bot } = await scene();
    await using _ = server;
    const alice = server.site.addUser({ name: "Alice", email: "alice@example.com" });
    const { id } = alice.in(1).says("gone");
    alice.in(1).deletes(id);
    expect((await bot.get(`/messages/${id}/history`)).status).toBe(404);
    const $ = await read(await new Browser(server.site).logIn("alice@example.com"), `/messages/${id}/history`);
    expect($(".monologue .content b").first().text()).toBe("deleted");
    expect($(".message-source").text()).toBe("gone");
  });
});

describe("the stars fragment", () => {
  test("has pins first, counts, one's own stars, and at most the requested number", async () => {
    const { server, clock, bot } = await scene();
    await using _ = server;
    const alice = server.site.addUser({ name: "Alice", id: 302 }).in(1);
    const mod = server.site.addUser({ name: "Mod", isModerator: true }).in(1);
    const [pinned, mine, many] = [alice.says("a"), alice.says("b *i*"), alice.says("c")].map(({ id }) => id);
    mod.pins(pinned ?? 0);
    await bot.post(`/messages/${mine}/star`);
    for (const name of ["Bob", "Carol", "Dave"])
      server.site
        .user(name)
        .in(1)
        .stars(many ?? 0);
    await clock.advance(3_600_000);
    const $ = await read(bot, "/chats/stars/1?count=0");
    expect(ids($, "li")).toEqual([`summary_${pinned}`, `summary_${many}`, `summary_${mine}`]);
    expect($("li").eq(1).attr("data-time")).toBe(String(Date.UTC(2024, 0, 20, 9) / 1000));
    expect(texts($, ".stars.sidebar-vote .times")).toEqual(["", "3", ""]);
    expect($(`#summary_${mine} .stars`).is(".user-star:not(.owner-star)")).toBe(true);
    expect($(`#summary_${pinned} .stars`).is(".owner-star:not(.user-star)")).toBe(true);
    const link = $(`#summary_${mine} a.permalink`);
    expect(link.attr("href")).toBe(`/transcript/message/${mine}#${mine}`);
    expect(link.find(".relativetime").attr("title")).toBe("2024-01-20 09:00:00Z");
    expect($(`#summary_${mine} a[href^='/users/']`).text()).toBe("Alice");
    expect($(".quick-unstar")).toHaveLength(3);
    const visitor = await read(new Browser(server.site), "/chats/stars/1?count=2");
    expect([ids(visitor, "li").length, visitor(".quick-unstar").length]).toEqual([2, 0]);
  });
});

describe("search", () => {
  test("finds text newest first, by page, room and user, in readable rooms", async () => {
    const { server, clock, bot } = await scene();
    await using _ = server;
    const { site } = server;
    site.addRoom({ id: 2, name: "Second" });
    site.addRoom({ id: 3, name: "Private", access: "private" });
    const alice = site.addUser({ name: "Alice", id: 302 });
    site.addUser({ name: "Mod", isModerator: true }).in(3).says("needle in private");
    const found: number[] = [];
    for (let n = 0; n < 55; n++) {
      found.push(alice.in(1).says(`needle ${n}`).id);
      alice.in(1).says("hay");
    }
    await clock.advance(86_400_000);
    const other = site.user("Bob").in(2).says("NEEDLE elsewhere").id;
    const all = [other, ...found.toReversed()].map((id) => `message-${id}`);
    const first = await read(bot, "/search?q=needle");
    expect(ids(first, ".monologue .messages .message")).toEqual(all.slice(0, 50));
    expect(texts(first, ".timestamp").slice(0, 2)).toEqual(["9:00 AM", "yst 9:00 AM"]);
    expect(texts(first, ".pager .page-numbers")).toEqual(["1", "2", "next"]);
    expect(first(".pager a").first().attr("href")).toBe("?q=needle&page=2");
    const second = await read(bot, "/search?q=needle&page=2");
    expect(ids(second, ".message")).toEqual(all.slice(50));
    expect(texts(second, ".page-numbers.current")).toEqual(["2"]);
    expect(ids(await read(bot, "/search?q=needle&Room=2"), ".message")).toEqual([`message-${other}`]);
    expect(ids(await read(bot, "/search?q=needle&user=302&pagesize=100"), ".message")).toEqual(all.slice(1));
    const form = await read(bot, "/search?q=&room=2");
    expect([form("#search-form input[name=room]").val(), form(".message").length]).toEqual(["2", 0]);
  });
});

describe("a profile", () => {
  test("has the values of the user, and the rooms that the user is in or talks in", async () => {
    const { server, clock, bot } = await scene();
    await using _ = server;
    const { site } = server;
    const fields = { about: "likes <tea>", reputation: 31_580, createdAt: Date.UTC(2018, 9, 26) / 1000 };
    const alice = site.addUser({ name: "Alice", id: 302, isModerator: true, ...fields });
    site.addRoom({ id: 2, name: "Second", owners: [302] });
    alice.in(1).says("one");
    for (let n = 0; n < 3; n++) alice.in(2).says(`${n}`);
    alice.in(1).enters();
    await clock.advance(49 * 60_000);
    const $ = await read(bot, "/users/302/alice");
    expect($("h1").first().text()).toBe("Alice");
    const cells = texts($, ".user-keycell").map((key, index) => [key, texts($, ".user-valuecell")[index]]);
    expect(cells.slice(0, 4)).toEqual([
      ["chat user since", "2018-10-26"],
      ["last message", "49m ago"],
      ["last seen", "49m ago"],
      ["about", "likes <tea>"],
    ]);
    expect($(".user-valuecell a").attr("href")).toBe("//meta.stackexchange.com/users/302/alice");
    expect($(".user-status").text()).toContain("♦");
    expect($(".reputation-score").attr("title")).toBe("31580");
    expect(texts($, ".user-message-count-xxl, .user-room-count-xxl")).toEqual(["4", "2"]);
    expect(ids($, "#user-owningcards .roomcard")).toEqual(["room-2"]);
    expect(ids($, "#user-roomcards-container .roomcard")).toEqual(["room-1"]);
    expect(texts($, "#user-roomcards .youarehere")).toEqual(["currently in rooms"]);
    const frequent = await read(bot, "/users/302?tab=general&rooms=frequent");
    expect(ids(frequent, "#user-roomcards-container .roomcard")).toEqual(["room-2", "room-1"]);
    expect(frequent("#user-roomcards-container .room-message-count").first().attr("title")).toBe(
      "3 all time messages (by Alice)",
    );
    expect((await bot.get("/users/999")).status).toBe(404);
  });

  test("pages through rooms, and lists messages and replies on tabs", async () => {
    const { server, bot } = await scene();
    await using _ = server;
    const { site } = server;
    const alice = site.addUser({ name: "Alice", id: 302 });
    for (let id = 100; id < 125; id++) alice.in(site.addRoom({ id, name: `Room ${id}` })).says("hello");
    const second = await read(bot, "/users/302?rooms=frequent&page=2");
    expect(ids(second, "#user-roomcards-container .roomcard")).toHaveLength(5);
    expect(texts(second, ".page-numbers")).toEqual(["prev", "1", "2"]);
    const { id } = site
      .user("Bob")
      .in(100)
      .says("hi", { replyTo: site.room(100).messages[0]?.id ?? 0 });
    expect(ids(await read(bot, "/users/302?tab=replies"), ".message")).toEqual([`message-${id}`]);
    expect(ids(await read(bot, "/users/302?tab=recent"), ".message")).toHaveLength(25);
  });
});

describe("room info", () => {
  test("has the statistics and both lists of people, by page", async () => {
    const { server, clock, bot } = await scene();
    await using _ = server;
    const { site } = server;
    site.addRoom({ id: 2, name: "Second", description: "about", tags: ["x"], owners: [300] });
    for (let n = 0; n < 60; n++) site.user(`Person ${n}`).in(2).says(`${n}`);
    site.user("Person 7").in(2).says("again");
    site.user("Person 7").in(2).enters();
    await clock.advance(86_400_000);
    site.user("Person 8").in(2).says("a day later");
    const $ = await read(bot, "/rooms/info/2?id=2&tab=general&users=current");
    expect($(".roomcard-xxl").attr("id")).toBe("room-2");
    expect(texts($, ".room-message-count-xxl, .room-user-count-xxl")).toEqual(["62", "60"]);
    expect(texts($, ".room-stats td")).toEqual(["first message", "2024-01-20", "last message", "just now"]);
    expect(texts($, ".stats-timeframe")).toEqual([
      "today",
      "yesterday",
      "per day",
      "this week",
      "last week",
      "per week",
    ]);
    expect(texts($, ".stats-count").slice(0, 2)).toEqual(["1", "61"]);
    expect(ids($, "#room-ownercards .usercard")).toEqual(["owner-user-300"]);
    expect(texts($, "#room-usercards-container .username")).toEqual(["Person 7"]);
    const frequent = await read(bot, "/rooms/info/2?users=frequent");
    expect(texts(frequent, "#room-usercards-container .username")).toHaveLength(50);
    expect(frequent(".user-message-count").first().attr("title")).toBe("2 all time messages in Second");
    const second = await read(bot, "/rooms/info/2?tab=general&users=frequent&page=2");
    expect(texts(second, "#room-usercards-container .username")).toHaveLength(10);
    expect(texts(second, ".page-numbers.current")).toEqual(["2"]);
  });

  test("has all stars by page, and counts them on the tab", async () => {
    const { server, bot } = await scene();
    await using _ = server;
    const alice = server.site.user("Alice").in(1);
    const mod = server.site.addUser({ name: "Mod", isModerator: true }).in(1);
    const pinned = Array.from({ length: 55 }, (_item, n) => alice.says(`m${n}`).id);
    for (const id of pinned) mod.pins(id);
    const $ = await read(bot, "/rooms/info/1?tab=stars&page=2");
    expect(ids($, ".monologue .message")).toEqual(
      pinned
        .slice(0, 5)
        .reverse()
        .map((id) => `message-${id}`),
    );
    expect(texts($, "#tabs .youarehere")).toEqual(["55 stars"]);
    expect(texts($, ".page-numbers.current")).toEqual(["2", "2"]);
    expect($(".roomcard#room-1 .room-name").text()).toBe($(".subheader h1").text());
    expect($(".roomcard-xxl")).toHaveLength(0);
    expect($("title").text()).toMatch(/^Starred posts \| /);
    expect(
      $(".messages > .message.owner-star .flash > .stars.vote-count-container.always.owner-star > .times"),
    ).toHaveLength(5);
  });

  test("has the viewer's stars and the stars on the viewer's messages, and labels of days", async () => {
    const { server, clock, bot } = await scene();
    await using _ = server;
    const [alice, bob] = [server.site.user("Alice").in(1), server.site.user("Bob").in(1)];
    const old = alice.says("old").id;
    await clock.advance(3 * 86_400_000);
    const mine = server.site.user("Bot").in(1).says("mine").id;
    for (const id of [old, mine]) bob.stars(id);
    server.site.user("Bot").in(1).stars(old);
    const on = async (filter: string) => ids(await read(bot, `/rooms/info/1?tab=stars${filter}`), ".message");
    expect(await on("")).toEqual([`message-${mine}`, `message-${old}`]);
    expect(await on("&filter=mystars")).toEqual([`message-${old}`]);
    expect(await on("&filter=mymessages")).toEqual([`message-${mine}`]);
    expect(texts(await read(bot, "/rooms/info/1?tab=stars"), ".timestamp")).toEqual(["9:00 AM", "Sat 9:00 AM"]);
  });

  test("says on the feeds tab whether the room is frozen", async () => {
    const { server, bot } = await scene();
    await using _ = server;
    const said = async (): Promise<string> => (await read(bot, "/rooms/info/1?tab=feeds"))("#content .empty").text();
    expect(await said()).toBe("Currently no feeds are being posted into this room.");
    server.site.room(1).freeze();
    expect(await said()).toBe("Because this room is frozen, no feeds are being posted into this room.");
  });
});

describe("the rooms list", () => {
  test("has tabs, orders, a filter, frozen rooms on demand, and pages of 20", async () => {
    const { server, clock, bot } = await scene();
    await using _ = server;
    const { site } = server;
    const alice = site.user("Alice");
    for (let id = 10; id < 40; id++) {
      alice.in(site.addRoom({ id, name: `Room ${id}`, tags: id === 15 ? ["special"] : [] })).says("x");
      await clock.advance(1000);
    }
    site.room(39).freeze();
    for (const name of ["Bob", "Carol"]) site.user(name).in(12).enters();
    const rooms = async (query: string): Promise<(string | undefined)[]> =>
      ids(await read(bot, `/rooms?${query}`), "#roomlist .roomcard");
    expect((await rooms("tab=all&sort=active")).slice(0, 2)).toEqual(["room-38", "room-37"]);
    expect((await rooms("tab=all&sort=people"))[0]).toBe("room-12");
    expect((await rooms("tab=all&sort=created&nohide=true"))[0]).toBe("room-39");
    expect(await rooms("filter=SPECIAL")).toEqual(["room-15"]);
    expect([(await rooms("page=1")).length, (await rooms("page=2")).length]).toEqual([20, 10]);
    await bot.post("/rooms/favorite", { roomId: 11 });
    await bot.get("/rooms/13");
    expect(await rooms("tab=favorite")).toEqual(["room-11"]);
    expect(await rooms("tab=mine")).toEqual(["room-13"]);
    expect(await rooms("tab=invited")).toEqual([]);
    expect(await rooms("tab=events")).toEqual([]);
    expect(await rooms("tab=site&host=stackexchange.com")).toHaveLength(20);
    expect(await rooms("tab=site&host=cooking.stackexchange.com")).toEqual([]);
    const $ = await read(bot, "/rooms?tab=all&sort=people&page=2");
    expect(texts($, ".page-numbers.current")).toEqual(["2"]);
    expect($("script").text()).toContain('InitRoomIndex("all", "people", 20, 2, false, "");');
    const card = (await read(bot, "/rooms?filter=room+12"))("#room-12");
    expect(card.find(".room-users").attr("title")).toBe("2 users present");
    expect(card.find(".room-message-count").attr("title")).toBe("1 all time messages");
    expect(card.find(".last-activity").text()).toMatch(/^28s ago – Alice$/);
  });
});

describe("a transcript", () => {
  test("links its hours and the neighboring days when it is split into hours", async () => {
    const { server, clock, bot } = await scene({ transcriptPageSize: 3 });
    await using _ = server;
    const alice = server.site.addUser({ name: "Alice", id: 302 }).in(1);
    alice.says("day one");
    await clock.advance(86_400_000);
    for (let n = 0; n < 5; n++) {
      alice.says(`m${n}`);
      await clock.advance(2 * 3_600_000);
    }
    const $ = await read(bot, "/transcript/1/2024/1/21/15-24");
    expect($("link[rel=canonical]").attr("href")).toBe("/transcript/1/2024/1/21/15-24");
    expect($("title").text()).toBe("Sandbox - 2024-01-21 (page 2 of 2)");
    expect(texts($, ".message .content")).toEqual(["m3", "m4"]);
    expect(texts($, ".timestamp")).toEqual(["3:00 PM", "5:00 PM"]);
    expect(texts($, ".system-message")).toEqual(["2 hours later…"]);
    const pager = $(".pager").first();
    expect(pager.find(".current").text()).toBe("15:00 - 00:00");
    expect(pager.find("a").attr("href")).toBe("/transcript/1/2024/1/21/0-15");
    const days = $("#main > a[href^='/transcript']").first();
    expect([days.attr("title"), days.text()]).toEqual(["2024-01-20", "« first day (1 day earlier)"]);
    expect($("#main > a[rel=prev]").first().attr("title")).toBe("2024-01-20");
    const first = await read(bot, "/transcript/1/2024/1/20");
    expect(first("#main > a[rel=next]").attr("title")).toBe("2024-01-21");
    expect(texts(await read(bot, "/transcript/1/2024/1/21/0-24"), ".message .content")).toHaveLength(5);
  });

  test("marks replies, edits, stars, deletions and the requested message, in either form of reply", async () => {
    for (const [replyMarkup, selector] of [
      ["reply-info", "a.reply-info:not(.reply-info-container)"],
      ["2025-07", "a.reply-info-container:not(.reply-info)"],
      ["2025", "a.reply-info.reply-info-container"],
    ] as const) {
      const { server, bot } = await scene({ replyMarkup });
      await using _ = server;
      const alice = server.site.user("Alice").in(1);
      const parent = alice.says("ask").id;
      const reply = server.site.user("Bob").in(1).says("answer", { replyTo: parent }).id;
      const guess = server.site.user("Carol").in(1).says("@Alice hello").id;
      alice.edits(parent, "ask!");
      server.site.user("Bob").in(1).stars(parent);
      const gone = alice.says("gone").id;
      alice.deletes(gone);
      const $ = await read(bot, `/transcript/message/${reply}`);
      expect($(`#message-${reply}`).is(".highlight")).toBe(true);
      expect($(selector)).toHaveLength(1);
      expect($(`#message-${reply} ${selector}`).attr("href")).toBe(`/transcript/1?m=${parent}#${parent}`);
      expect($(`#message-${guess} ${selector}`)).toHaveLength(0);
      expect($(`#message-${reply} ${selector}`).text().trim()).toBe(replyMarkup === "reply-info" ? "" : "@Alice");
      const place = replyMarkup === "2025" ? ".message > .message-info-container > .content" : ".message > .content";
      expect($(place)).toHaveLength($(".message").length);
      expect($(`#message-${parent} .action-link`).is(".edits")).toBe(true);
      expect($(`#message-${parent} .flash .stars`)).toHaveLength(1);
      expect($(`#message-${gone} .content > .deleted`).text()).toBe("(removed)");
    }
  });
});

test("a reply by parentId is a reply in its events, and an edit must repeat the parentId to keep it", async () => {
  const { server, bot } = await scene();
  await using _ = server;
  const parent = server.site.addUser({ name: "Alice", email: "alice@example.com" }).in(1).says("ask").id;
  const alice = await new Browser(server.site).logIn("alice@example.com");
  const socket = await alice.open(1, server.site.newestEventId);
  await socket.text();
  const events = async (): Promise<Record<string, unknown>[]> => (await socket.frame()).r1?.e ?? [];
  const form = { text: "    mono", parentId: parent };
  const { id } = await bot.json<{ id: number }>("/chats/1/messages/new", form);
  // The poster's own arrival is the first event.
  expect((await events()).map((event) => event.event_type)).toEqual([3]);
  const isReply = { parent_id: parent, show_parent: true, message_id: id };
  expect(await events()).toMatchObject([
    { event_type: 18, content: "<pre class='full'>mono</pre>", ...isReply },
    { event_type: 1, ...isReply },
  ]);
  await bot.post(`/messages/${id}`, { ...form, text: "edited" });
  expect(await events()).toMatchObject([{ event_type: 2, content: "edited", ...isReply }]);
  await bot.post(`/messages/${id}`, { text: "no reply" });
  const [plain] = await events();
  expect(plain).toMatchObject({ event_type: 2, content: "no reply", message_edits: 2 });
  expect(plain).not.toHaveProperty("parent_id");
});
