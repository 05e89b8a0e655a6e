import { describe, expect, it } from "vitest";
import { parseHistoryPage, parseSearchPage, parseStarsFragment, parseTranscriptPage } from "./index.js";

const message = (id: number, inner: string, before = ""): string =>
  `<div class="message" id="message-${id}"><a name="${id}" href="/transcript/1?m=${id}#${id}"><span class="action-link"></span></a>
   ${before}<div class="content">\n   ${inner}   \n</div><span class="flash"> </span></div>`;
const monologue = (user: string, inner: string): string =>
  `<div class="monologue ${user}"><div class="signature"><div class="username">${user}</div></div><div class="messages">${inner}</div></div>`;

describe("a transcript", () => {
  const canonical = '<link rel="canonical" href="/transcript/1/2024/2/9">';
  const page = (inner: string, main = ""): string =>
    `<head><title>Room - 2024-02-09</title>${canonical}</head><div id="main">${main}<div id="transcript">${inner}</div></div>`;
  const only = (inner: string): ReturnType<typeof parseTranscriptPage>["messages"] =>
    parseTranscriptPage(page(monologue("user-5", inner))).messages;

  it("reads negative users and names without a link", () => {
    const [feed] = parseTranscriptPage(page(monologue("user--2", message(7, "x")))).messages;
    expect(feed).toMatchObject({ id: 7, userId: -2, userName: "user--2", contentHtml: "x" });
  });

  it.each([
    ["the old markup", '<a class="reply-info" href="/transcript/1?m=3#3"> </a>'],
    [
      "another class, as since 2025",
      '<div class="reply"><a class="reply-parent" href="/transcript/1?m=3#3">Ann</a></div>',
    ],
    ["a permalink", '<a class="x" href="/transcript/message/3#3">in reply</a>'],
    ["a bare fragment", '<a href="#3">in reply</a>'],
    [
      "both, the old one deciding",
      '<a class="new" href="#4">x</a><a class="new reply-info" href="/transcript/1?m=3#3"></a>',
    ],
  ])("finds the parent of a reply in %s", (_, before) => {
    expect(only(message(9, '<a href="/transcript/1?m=8#8">not me</a>', before))[0]?.replyTo).toBe(3);
  });

  it("takes no link of the content and no link to itself for a reply", () => {
    const [said] = only(
      message(9, '<a class="reply-info" href="/transcript/1?m=8#8">x</a>', '<a href="/messages/9/history">h</a>'),
    );
    expect(said?.replyTo).toBeNull();
  });

  it("reads stars, pins and their numbers", () => {
    const starred = (id: number, classes: string, times: string): string =>
      `<div class="message" id="message-${id}"><div class="content">x</div><span class="flash">
       <span class="stars vote-count-container ${classes}"><span class="img"></span><span class="times">${times}</span></span></span></div>`;
    const found = only(
      starred(1, "", "") +
        starred(2, "user-star", "12") +
        starred(3, "owner-star", "2") +
        starred(4, "owner-star user-owner-star", ""),
    );
    expect(found.map((said) => [said.stars, said.starredByMe, said.pinned, said.pinnedByMe])).toEqual([
      [1, false, false, false],
      [12, true, false, false],
      [2, false, true, false],
      [1, false, true, true],
    ]);
  });

  it("knows a deleted message from an empty one", () => {
    const found = only(message(1, '<span class="deleted">(removed)</span>') + message(2, ""));
    expect(found.map(({ contentHtml, deleted }) => [contentHtml, deleted])).toEqual([
      [null, true],
      ["", false],
    ]);
  });

  it("bounds times by the labels around", () => {
    const label = (words: string): string => `<div class="timestamp">${words}</div>`;
    const day = Date.UTC(2024, 1, 9) / 1000;
    const found = only(
      message(1, "a") +
        label("12:01 AM") +
        message(2, "b") +
        message(3, "c") +
        label("1:00 PM") +
        message(4, "d") +
        message(5, "e"),
    );
    expect(found.map(({ minTime, maxTime, timeLabel }) => [minTime - day, maxTime - day, timeLabel])).toEqual([
      [0, 119, null],
      [60, 119, "12:01 AM"],
      [60, 13 * 3600 + 59, null],
      [13 * 3600, 13 * 3600 + 59, "1:00 PM"],
      [13 * 3600, 86399, null],
    ]);
  });

  it("reads days and the pages of a busy day", () => {
    const pager = `<a href="/transcript/1/2023/12/1">&laquo; first day (70 days earlier)</a> <a rel="next" href="/transcript/1/2024/2/10" title="2024-02-10">next day &rarr;</a>
      <a href="/transcript/1/2024/11/2" title="2024-11-02">last day (267 days later) &raquo;</a>
      <div class="pager"><span class="page-numbers current">00:00 - 01:00</span><a href="/transcript/1/2024/2/9/1-24"><span class="page-numbers">01:00 - 00:00</span></a></div>`;
    expect(parseTranscriptPage(page("", pager))).toMatchObject({
      roomId: 1,
      roomName: "Room",
      day: "2024-02-09",
      hours: null,
      firstDay: "2023-12-01",
      previousDay: null,
      nextDay: "2024-02-10",
      lastDay: "2024-11-02",
      hourPages: [
        { from: 0, to: 1, path: null },
        { from: 1, to: 24, path: "/transcript/1/2024/2/9/1-24" },
      ],
      messages: [],
      me: null,
      fkey: null,
    });
  });

  it("says what is missing", () => {
    expect(() => parseTranscriptPage("<p>")).toThrow("the transcript page was not understood: link[rel=canonical]");
    expect(() => parseTranscriptPage("<title>Room - 2024-02-09</title>")).toThrow("#info .room-name a[href]");
    expect(() => parseTranscriptPage(page(monologue("user-1", '<div class="message">')))).toThrow(
      ".message[id^=message-]",
    );
  });
});

describe("the history of a message", () => {
  const step = (label: string, source: string, time: string): string =>
    `<div class="monologue user-5"><div class="username"><a href="/users/5/ann">Ann</a></div><div class="timestamp">${time}</div>
     <div class="content"><b>${label}</b> <div class="message-source">${source}</div></div></div>`;

  it("reads the message, its revisions oldest first, and who pinned it", () => {
    const page = parseHistoryPage(`<div id="content"><h2>Now</h2>${monologue("user-5", message(9, "<b>two</b>"))}
      <p><span class="stars owner-star"></span> pinned by <a href="/users/6/bo">Bo</a></p>
      <h2>History</h2>${step("edited:", "**two**", "1:05 PM")}${step("said:", "    one\n    more", "1:04 PM")}</div>`);
    expect(page).toMatchObject({
      id: 9,
      roomId: 1,
      userId: 5,
      contentHtml: "<b>two</b>",
      edited: true,
      isPurged: false,
    });
    expect(page.pinners).toEqual([{ id: 6, name: "Bo" }]);
    expect(page.revisions.map(({ kind, source, timeLabel, userName }) => [kind, source, timeLabel, userName])).toEqual([
      ["said", "    one\n    more", "1:04 PM", "Ann"],
      ["edited", "**two**", "1:05 PM", "Ann"],
    ]);
  });

  it("says what is missing", () => {
    expect(() => parseHistoryPage('<div id="content"></div>')).toThrow(
      "message history page was not understood: #content .monologue",
    );
  });
});

describe("the list of starred messages", () => {
  const entry = (tail: string): string =>
    `<li id="summary_9" data-time="77"><span class="stars sidebar-vote owner-star"><span class="img vote"></span><span class="times">3</span></span>
     look: <a href="/users/1/not-me">x</a> - y - <a class="permalink" href="/transcript/message/9#9"><span class="relativetime" title="2024-01-01 00:00:00Z">1h</span></a>${tail}</li>`;

  it("reads content, author and counts", () => {
    expect(
      parseStarsFragment(`<ul>${entry(' by <a href="/users/5/ann">Ann</a><span class="quick-unstar"></span>')}</ul>`),
    ).toEqual([
      {
        messageId: 9,
        timeStamp: 77,
        contentHtml: 'look: <a href="/users/1/not-me">x</a> - y',
        userId: 5,
        userName: "Ann",
        stars: 3,
        starredByMe: false,
        pinned: true,
        pinnedByMe: false,
      },
    ]);
    expect(parseStarsFragment(entry(" by Feeds"))[0]).toMatchObject({ userId: null, userName: "Feeds" });
    expect(parseStarsFragment("")).toEqual([]);
  });

  it("says what is missing", () => {
    expect(() => parseStarsFragment("an error sentence")).toThrow("li[id^=summary_]");
    expect(() => parseStarsFragment('<li id="summary_1">')).toThrow(".stars");
  });
});

describe("search results", () => {
  it.each([
    (room: string, message: string) => `${room}${message}`,
    (room: string, message: string) => `${message}${room}`,
  ])("reads the room of a hit before the message and behind it", (inOrder) => {
    const room = '<div class="message-room">in <a href="/rooms/1/den">Den</a></div>';
    const said = message(9, 'see <a href="/rooms/1/not-this">here</a>');
    expect(parseSearchPage(`<div id="content">${monologue("user-5", inOrder(room, said))}</div>`).hits).toMatchObject([
      { id: 9, roomId: 1, roomName: "Den" },
    ]);
  });

  it("reads hits with time and room", () => {
    const hit = monologue("user-5", `<div class="timestamp">Oct 2 1:07 PM</div>${message(9, "found")}`);
    const pager =
      '<div class="pager"><a><span class="page-numbers">1</span></a><span class="page-numbers current">2</span></div>';
    expect(parseSearchPage(`<div id="content">${hit}${pager}</div>`)).toMatchObject({
      page: 2,
      pageCount: 2,
      hits: [{ id: 9, roomId: 1, roomName: null, userId: 5, timeLabel: "Oct 2 1:07 PM", contentHtml: "found" }],
    });
    expect(parseSearchPage('<div id="content"></div>').hits).toEqual([]);
    expect(() => parseSearchPage("<p>")).toThrow("the search page was not understood: #content");
  });
});
