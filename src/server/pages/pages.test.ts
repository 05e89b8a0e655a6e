import { runInNewContext } from "node:vm";
import { selectAll, selectOne } from "css-select";
import { type Document, type Element, isTag } from "domhandler";
import { getAttributeValue, textContent } from "domutils";
import { parseDocument } from "htmlparser2";
import { describe, expect, it } from "vitest";
import * as pages from "./index.js";
import type { MessageView, RoomPageView, TranscriptPageView } from "./views.js";
import { EVIL, frame, me, mod, NOW, room } from "./views.test-support.js";

const message = (id: number, more: Partial<MessageView> = {}): MessageView => ({
  id,
  roomId: 17,
  userId: 2,
  userName: mod.name,
  emailHash: mod.emailHash,
  content: "<b>hi</b> &amp; bye",
  timeStamp: Date.UTC(2018, 9, 30, 11, 58) / 1000 + id,
  replyTo: null,
  edits: 0,
  stars: 0,
  pins: 0,
  starredByMe: false,
  pinnedByMe: false,
  mine: false,
  ...more,
});
const roomPage: RoomPageView = {
  frame,
  room,
  mayPost: true,
  presentMarkup: "initPresent",
  myRooms: [{ id: 139, name: EVIL, lastMessage: message(5, { userName: EVIL, timeStamp: 1_492_565_917 }) }],
  mentions: { "123": 17 },
  ignored: [5, 6],
};
const transcriptPage: TranscriptPageView = {
  frame,
  room,
  day: "2018-10-30",
  firstDay: "2018-03-30",
  previousDay: "2018-10-29",
  nextDay: null,
  lastDay: "2018-10-30",
  hours: { from: 13, to: 24 },
  hourPages: [
    { from: 0, to: 13 },
    { from: 13, to: 24 },
  ],
  messages: [
    message(1, { edits: 2, stars: 3, pins: 1, starredByMe: true }),
    message(2, { content: null, stars: 1 }),
    message(3, { userId: me.id, userName: EVIL, mine: true, replyTo: 1 }),
    message(4, { userId: -2, userName: "Feeds", timeStamp: message(3).timeStamp + 2 * 3600 }),
    message(5, { userId: null, userName: EVIL }),
  ],
  highlight: 3,
  isOwner: false,
  recentMessageCount: 5,
};

/** A parsed page with query helpers. Fails if a hostile value got through as markup. */
class Page {
  readonly #document: Document;
  constructor(html: string) {
    this.#document = parseDocument(html);
    expect(this.all('img[src="x"]')).toEqual([]);
    expect(this.all("i")).toEqual([]);
    expect(this.all("script").filter((script) => textContent(script).startsWith("alert"))).toEqual([]);
    const ids = this.all("[id]").map((element) => getAttributeValue(element, "id"));
    expect(ids.filter((id, index) => id === "fkey" && ids.indexOf(id) !== index)).toEqual([]);
  }
  all(selector: string): Element[] {
    return selectAll(selector, this.#document.children).filter(isTag);
  }
  one(selector: string): Element {
    const found = selectOne(selector, this.#document.children);
    if (!found || !isTag(found)) throw new Error(`no element matches ${selector}`);
    return found;
  }
  text(selector: string): string {
    return textContent(this.one(selector)).trim();
  }
  texts(selector: string): string[] {
    return this.all(selector).map((element) => textContent(element).trim());
  }
  attr(selector: string, name: string): string | undefined {
    return getAttributeValue(this.one(selector), name);
  }
  script(having: string): string {
    return this.texts("script").find((text) => text.includes(having)) ?? "";
  }
}

describe("the room page", () => {
  it("has what clients read from the recorded page", () => {
    const page = new Page(pages.renderRoom(roomPage));
    expect(page.text("#roomname")).toBe(EVIL.trim());
    expect(page.attr("#roomdesc a", "href")).toBe("https://example.com");
    expect(page.texts("#room-tags a.tag")).toEqual(["c#", `x"><script>`]);
    expect(page.all("#roomtitle #toggle-favorite.favorite-room")).toHaveLength(1);
    expect(page.all("#roomtitle span.sprite.sprite-sec-gallery")).toHaveLength(1);
    expect(page.attr("#active-user.user-4875631 img", "title")).toBe("Me & Co");
    expect(page.attr("#footer-logo a[href]", "title")).toBe(EVIL);
    expect(page.text("#my-rooms li#room-139 a")).toBe(EVIL.trim());
    expect(page.text("#my-rooms .last-message .user-name")).toBe(EVIL.trim());
    expect(page.text("#my-rooms .last-message .text")).toBe("hi & bye");
    expect(page.text("#my-rooms .time.data")).toBe("1492565917");
    expect(page.attr("#sidebar-menu #leave", "href")).toBe("/chats/leave/17");
    expect(page.all("textarea#input")).toHaveLength(1);
    expect(page.attr("input#fkey[name=fkey]", "value")).toBe(frame.fkey);
    expect(page.attr("body#chat-body", "data-room-id")).toBe("17");
  });

  it.each(["initPresent", "js-present"] as const)(
    "has a script that runs and has the right values (%s)",
    (presentMarkup) => {
      const page = new Page(pages.renderRoom({ ...roomPage, presentMarkup }));
      const calls: Record<string, unknown[]> = {};
      const record =
        (name: string) =>
        (...values: unknown[]) => {
          calls[name] = JSON.parse(JSON.stringify(values)) as unknown[];
        };
      const $ = (run: () => void): void => run();
      runInNewContext(page.script("StartChat"), {
        $,
        StartChat: record("start"),
        CHAT: { RoomUsers: { initPresent: record("present") } },
      });
      expect(calls.start?.slice(1)).toEqual([
        me.id,
        expect.objectContaining({ id: 17, host: "", deleted: false, frozen: false }),
        ["5", "6"],
        false,
        false,
        { "123": 17 },
      ]);
      const users =
        presentMarkup === "initPresent"
          ? calls.present?.[0]
          : JSON.parse(page.attr("div.js-present", "data-users") ?? "");
      expect(users).toMatchObject([
        {
          id: me.id,
          name: me.name,
          email_hash: me.emailHash,
          reputation: 15_026,
          last_post: me.lastPost,
          is_owner: true,
        },
        { id: 2, name: mod.name },
      ]);
      expect(page.all("div.js-present")).toHaveLength(presentMarkup === "js-present" ? 1 : 0);
      expect(page.script("StartChat")).toContain(`SERVER_TIME_OFFSET = ${NOW} - `);
    },
  );

  it("shows an explanation instead of the input to users who may not post", () => {
    const gallery = new Page(pages.renderRoom({ ...roomPage, mayPost: false }));
    expect(gallery.all("#input")).toEqual([]);
    expect(gallery.attr('#bubble form[action="/rooms/requestaccess"] [name=roomId]', "value")).toBe("17");
    const anonymous = new Page(pages.renderRoom({ ...roomPage, mayPost: false, frame: { ...frame, me: null } }));
    expect(anonymous.text("#bubble a")).toBe("logged in");
    expect(anonymous.all("#input, #active-user")).toEqual([]);
    expect(anonymous.attr("body", "data-user-id")).toBe("0");
  });
});

describe("the transcript page", () => {
  const page = new Page(pages.renderTranscript(transcriptPage));

  it("links the other days and hours, above and below the messages", () => {
    expect(page.attr("link[rel=canonical]", "href")).toBe("/transcript/17/2018/10/30/13-24");
    expect(page.text("title")).toBe(`${EVIL.trim()} - 2018-10-30 (page 2 of 2)`);
    const links = page
      .all('#main > a[href^="/transcript"]')
      .map((a) => [getAttributeValue(a, "title"), textContent(a)]);
    expect(links).toEqual([...links.slice(0, 2), ...links.slice(0, 2)]);
    expect(links[0]).toEqual(["2018-03-30", "« first day (214 days earlier)"]);
    expect(page.attr("#main > a[rel=prev]", "href")).toBe("/transcript/17/2018/10/29");
    expect(page.attr(".pager a", "href")).toBe("/transcript/17/2018/10/30/0-13");
    expect(page.text(".pager .page-numbers.current")).toBe("13:00 - 00:00");
  });

  it("groups messages by author and labels times", () => {
    expect(page.all("#transcript .monologue").map((group) => getAttributeValue(group, "class"))).toEqual([
      "monologue user-2",
      "monologue user-4875631 mine",
      "monologue user--2",
      "monologue user-0",
    ]);
    expect(page.texts(".timestamp").slice(0, 2)).toEqual(["11:58 AM", "1:58 PM"]);
    expect(page.text(".system-message")).toBe("2 hours later…");
    expect(page.texts(".signature .username")).toEqual([mod.name, EVIL.trim(), "Feeds", EVIL.trim()]);
    expect(page.all(".user-0 .username a")).toEqual([]);
  });

  it("shows edits, stars, deletions, replies and the highlighted message", () => {
    expect(page.all("#message-1 a[name='1'] > span.action-link.edits")).toHaveLength(1);
    expect(page.attr("#message-1 a[name]", "href")).toBe("/transcript/17?m=1#1");
    expect(page.text("#message-1 .flash .stars.vote-count-container.user-star.owner-star .times")).toBe("3");
    expect(page.text("#message-2 .stars .times")).toBe("");
    expect(page.text("#message-1 .content b")).toBe("hi");
    expect(page.text("#message-2 .content > span.deleted")).toBe("(removed)");
    expect(page.attr("#message-3.highlight a.reply-info", "href")).toBe("/transcript/17?m=1#1");
  });

  it("has the room in its sidebar", () => {
    expect(page.text("#info .room-name a")).toBe(EVIL.trim());
    expect(page.attr("#info .room-mini-description", "title")).toBe(EVIL);
    expect(page.text("#info .room-current-user-count a")).toBe("2");
    expect(page.text("#info .room-message-count a")).toBe("5");
    expect(page.script("initTranscript")).toMatch(/initTranscript\(false,\s+4875631, false,\s+true, 17,\s+true\)/);
    expect(page.attr("input#fkey", "value")).toBe(frame.fkey);
  });
});

describe("the lists", () => {
  it("has the rooms list with its cards, tabs and pager", () => {
    const view = {
      frame,
      invitations: 3,
      rooms: [room],
      tab: "all",
      sort: "active",
      filter: EVIL,
      page: 1,
      pageCount: 32,
      showFrozen: false,
    };
    const page = new Page(pages.renderRooms(view));
    const card = "#roomlist .roomcard#room-17";
    expect(page.attr(`${card} .room-name`, "title")).toBe(EVIL);
    expect(page.attr(`${card} .room-name a`, "href")).toMatch(/^\/rooms\/17\/scriptscript/);
    expect(page.attr(`${card} .room-description`, "title")).toBe(EVIL);
    expect(page.attr(`${card} img.small-site-logo`, "title")).toBe(EVIL);
    expect(page.all(`${card} .favorite-room-vote.favorite-room, ${card} .sprite-sec-gallery`)).toHaveLength(2);
    expect(page.text(`${card} .last-activity`)).toBe(`18m ago – ${mod.name}`);
    expect(page.attr(`${card} .room-users`, "title")).toBe("2 users present");
    expect(page.attr(`${card} .room-users a[href^="/users/2/"] img`, "title")).toBe(
      `${mod.name}: 49m ago, 18 posts (1%)`,
    );
    expect(page.attr(`${card} .room-message-count`, "title")).toBe("1834 all time messages");
    expect(page.text(`${card} .room-message-count a`)).toBe("1.8k");
    expect(page.text(`${card} .room-user-count`)).toBe("138");
    expect(page.texts(".page-numbers")).toEqual(["1", "2", "3", "4", "5", "…", "32", "next"]);
    expect(page.text("#tabs .youarehere")).toBe("all");
    const InitRoomIndex = (...values: unknown[]): unknown[] => values;
    const call = /InitRoomIndex\(.*?\)(?=;)/.exec(page.script("InitRoomIndex"))?.[0] ?? "";
    expect(runInNewContext(`JSON.stringify(${call})`, { InitRoomIndex, JSON })).toBe(
      JSON.stringify(["all", "active", 20, 1, false, EVIL]),
    );
  });

  it("has the room info with numbers, owners and users", () => {
    const info = {
      frame,
      room,
      owners: [me],
      users: [{ ...mod, messageCount: 3138, lastMessageId: 99 }],
      stats: { today: 65, yesterday: 199, perDay: 113, thisWeek: 1100, lastWeek: 530, perWeek: 1000 },
      access: { owner: [me], "read-write": [mod], "read-only": [] },
      starred: [message(1, { stars: 2 })],
    };
    const page = new Page(pages.renderRoomInfo({ ...info, tab: "general" }));
    expect(page.text(".subheader h1")).toBe(EVIL.trim());
    expect(page.attr(".roomcard-xxl#room-17 p a", "href")).toBe("https://example.com");
    expect(page.texts(".room-stats td")).toEqual(["first message", "2015-10-19", "last message", "18 minutes ago"]);
    expect(page.texts(".stats-count")).toEqual(["65", "199", "113", "1.1k", "530", "1k"]);
    expect(page.text(".room-message-count-xxl")).toBe("1834");
    expect(page.text(".room-user-count-xxl")).toBe("138");
    expect(page.text("#room-ownercards .usercard#owner-user-4875631 a.username")).toBe("Me & Co");
    const card = "#room-usercards-container .usercard#user-2";
    expect(page.attr(`${card} .user-header`, "title")).toBe(mod.name);
    expect(page.text(`${card} a.username.moderator`)).toBe(`${mod.name}\u00a0♦`);
    expect(page.attr(`${card} .reputation-score`, "title")).toBe("15026");
    expect(page.attr(`${card} .user-message-info`, "title")).toBe(EVIL);
    expect(page.attr(`${card} .user-details a.permalink`, "href")).toBe("/transcript/message/99#99");
    expect(page.attr(`${card} .user-message-count`, "title")).toMatch(/^3138 all time/);
    const access = new Page(pages.renderRoomInfo({ ...info, tab: "access" }));
    expect(access.texts("#access-section-owner .usercard .username")).toEqual(["Me & Co"]);
    expect(access.attr("#access-section-read-write .usercard", "id")).toBe("user-2");
    expect(access.all("#access-section-read-only .usercard")).toEqual([]);
    const stars = new Page(pages.renderRoomInfo({ ...info, tab: "stars" }));
    expect(stars.text(".monologue #message-1 .stars .times")).toBe("2");
  });

  it("has the profile with the user's activity", () => {
    const view = {
      frame,
      person: mod,
      memberSince: "2015-05-26",
      messageCount: 8671,
      roomCount: 44,
      owning: [room],
      rooms: [room],
    };
    const page = new Page(pages.renderProfile(view));
    expect(page.text("h1")).toBe(mod.name);
    expect(page.text(".user-status")).toContain("♦");
    const values = Object.fromEntries(
      page.texts(".user-keycell").map((key, index) => [key, page.texts(".user-valuecell")[index]]),
    );
    expect(values).toMatchObject({
      "chat user since": "2015-05-26",
      "last message": "49m ago",
      "last seen": "14s ago",
      about: EVIL.trim(),
    });
    expect(page.attr(".user-valuecell a", "href")).toBe("//stackoverflow.com/users/2/x");
    expect(page.attr(".reputation-score", "title")).toBe("15026");
    expect(page.text(".user-message-count-xxl")).toBe("8671");
    expect(page.text(".user-room-count-xxl")).toBe("44");
    expect(page.attr("#user-owningcards .roomcard .room-message-count", "title")).toBe(
      `159 all time messages (by ${mod.name})`,
    );
    expect(page.all("#user-roomcards-container .roomcard")).toHaveLength(1);
    const bad = pages.renderProfile({ ...view, person: { ...mod, parentProfileUrl: "javascript:alert(1)" } });
    expect(bad).not.toContain("javascript:");
  });
});

describe("messages on other pages", () => {
  it("has the history with its revisions and pins", () => {
    const revision = {
      userId: 2,
      userName: EVIL,
      emailHash: "",
      timeStamp: NOW - 60,
      content: "<b>x</b>",
      source: EVIL,
    };
    const page = new Page(
      pages.renderHistory({
        frame,
        room,
        message: message(7, { pins: 1, stars: 2 }),
        revisions: [
          { ...revision, label: "deleted", content: null, source: null },
          { ...revision, label: "edited" },
          { ...revision, label: "said", timeStamp: NOW - 86_400 * 2 },
        ],
        pinners: [{ id: 4, name: EVIL, timeStamp: NOW }],
      }),
    );
    expect(page.all("#content h2")).toHaveLength(2);
    expect(page.attr("#content h2 ~ .monologue .message#message-7 a[name='7']", "href")).toMatch(/^\/transcript\/17\?/);
    expect(page.text(".monologue .flash .stars.owner-star .times")).toBe("2");
    expect(page.texts("#content .monologue .content b").slice(1)).toEqual(["deleted", "edited:", "said:"]);
    expect(page.texts(".message-source")).toEqual([EVIL, EVIL]);
    expect(page.texts(".timestamp").slice(1)).toEqual(["1:01 PM", "1:01 PM", "Oct 26, 2018 1:02 PM"]);
    expect(page.attr('#content p:has(.stars.owner-star) a[href^="/users/"]', "href")).toMatch(/^\/users\/4/);
  });

  it("has search results and keeps the query in the pager", () => {
    const messages = [{ ...message(7), roomName: EVIL }];
    const page = new Page(
      pages.renderSearch({ frame, query: EVIL, room: 17, total: 1, messages, page: 1, pageCount: 2 }),
    );
    expect(page.attr("#search-form [name=q]", "value")).toBe(EVIL);
    expect(page.text(".monologue .messages .timestamp")).toBe("11:58 AM");
    expect(page.text("#content")).toMatch(/^\s*1 messages found$/m);
    expect(page.attr("div.messages a", "name")).toBe("7");
    const next = new URLSearchParams(page.attr(".pager a[rel=next]", "href"));
    expect([next.get("q"), next.get("room"), next.get("page")]).toEqual([EVIL, "17", "2"]);
    expect(
      new Page(pages.renderSearch({ frame, query: "", total: 0, messages: [], page: 1, pageCount: 0 })).all(".empty"),
    ).toEqual([]);
  });

  it("has the stars fragment, with unstar only for logged-in users", () => {
    const starred = [message(7, { stars: 4, pins: 1, starredByMe: true, userName: EVIL })];
    const page = new Page(pages.renderStarsFragment(starred, me));
    expect(page.attr("li#summary_7", "data-time")).toBe(String(starred[0]?.timeStamp));
    expect(page.text("span.stars.sidebar-vote.user-star.owner-star > .img.vote + .times")).toBe("4");
    expect(page.attr("a.permalink > span.relativetime", "title")).toBe("2018-10-30 11:58:07Z");
    expect(page.all("span.quick-unstar")).toHaveLength(1);
    expect(new Page(pages.renderStarsFragment(starred, null)).all("span.quick-unstar")).toEqual([]);
  });
});
