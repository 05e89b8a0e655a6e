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

  const link =
    '<a class="reply-info reply-info-container" href="/transcript/1?m=3#3"><span class="arrow"></span><span>@Ann</span></a>';
  const own = '<div class="content">\n   mine   \n</div>';
  const inside = (parts: string): string =>
    `<div class="message" id="message-9"><a name="9" href="/transcript/1?m=9#9"></a>${parts}<span class="flash"></span></div>`;
  const contained = (before: string, content = own): string =>
    inside(`${before}<div class="message-info-container">${content}</div>`);

  it.each([
    ["the old markup", inside(`<a class="reply-info" href="/transcript/1?m=3#3"> </a>${own}`)],
    [
      "the markup of 2025-07",
      inside(`<a class="reply-info-container" href="/transcript/1?m=3#3"><span>↰</span>@Ann</a>${own}`),
    ],
    ["both classes and the container of 2025-09", contained(link)],
    ["the link in the container", inside(`<div class="message-info-container">${link}${own}</div>`)],
    ["a link in a wrapper", contained(`<div class="reply-wrapper">${link}</div>`)],
    ["a permalink", inside(`<a class="reply-info" href="/transcript/message/3#3">in reply</a>${own}`)],
    [
      "a preview with a link in front of the reply link",
      contained(`<div class="reply-preview"><a href="/transcript/1?m=2#2">earlier</a></div>${link}`),
    ],
    [
      "a preview with the parent's own reply link",
      contained(`<div class="reply-preview"><a class="reply-info" href="/transcript/1?m=2#2">x</a></div>${link}`),
    ],
    [
      "a preview with a content beside the link",
      contained(`${link}<div class="reply-preview"><div class="content">parent's</div></div>`),
    ],
    [
      "a preview of an unknown class",
      contained(`${link}<div class="x"><a href="/transcript/1?m=2#2">y</a><div class="content">parent's</div></div>`),
    ],
    [
      "a preview with a content inside the link",
      contained(
        `<a class="reply-info-container" href="/transcript/1?m=3#3">@Ann <div class="content">parent's</div></a>`,
      ),
    ],
    [
      "a preview in the container",
      inside(`<div class="message-info-container">${link}<div class="content">parent's</div>${own}</div>`),
    ],
    [
      "a preview that is a message",
      contained(
        `${link}<div class="preview"><div class="message" id="message-3"><a class="reply-info" href="#2"></a><div class="content">parent's</div></div></div>`,
      ),
    ],
  ])("finds the parent and the content of a reply in %s", (_, html) => {
    expect(only(html)).toMatchObject([{ id: 9, replyTo: 3, contentHtml: "mine" }]);
  });

  it("reads the user id from a name without a link", () => {
    const bare = (classes: string, name: string): string =>
      `<div class="monologue ${classes}"><div class="signature"><div class="username">${name}</div></div><div class="messages">${message(7, "x")}</div></div>`;
    const authors = [bare("", "user12716323"), bare("user-0", "user5"), bare("user-8", "user5"), bare("", "Ann5")].map(
      (one) => parseTranscriptPage(page(one)).messages[0],
    );
    expect(authors.map((author) => [author?.userId, author?.userName])).toEqual([
      [12716323, "user12716323"],
      [5, "user5"],
      [8, "user5"],
      [null, "Ann5"],
    ]);
  });

  it("takes no other message link for a reply link", () => {
    const other = '<a class="share" href="/transcript/1?m=3#3">share</a><a href="#4">x</a>';
    expect(only(contained(other))).toMatchObject([{ replyTo: null, contentHtml: "mine" }]);
  });

  it("reads deletions, edits and stars in the markup of 2025", () => {
    const stars =
      '<span class="flash"><span class="stars vote-count-container"><span class="times">2</span></span></span>';
    const gone = '<div class="content"><span class="deleted">(removed)</span></div>';
    expect(only(contained(`${link}<span class="action-link edits"></span>`, gone + stars))).toMatchObject([
      { deleted: true, contentHtml: null, replyTo: 3, edited: true, stars: 2 },
    ]);
  });

  it("takes no link in the content and no link to the message itself for a reply link", () => {
    const [said] = only(
      message(9, '<a class="reply-info" href="/transcript/1?m=8#8">x</a>', '<a href="/messages/9/history">h</a>'),
    );
    expect(said?.replyTo).toBeNull();
  });

  it("reads stars, pins and their counts", () => {
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

  it("distinguishes a deleted message from an empty one", () => {
    const found = only(message(1, '<span class="deleted">(removed)</span>') + message(2, ""));
    expect(found.map(({ contentHtml, deleted }) => [contentHtml, deleted])).toEqual([
      [null, true],
      ["", false],
    ]);
  });

  it("bounds the time of a message by the labels around it", () => {
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

  it("reads links to other days and the pages of a busy day", () => {
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

  it("names the missing part", () => {
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

  it("reads the message, its revisions (oldest first) and the users who pinned it", () => {
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

  it("names the missing part", () => {
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
    expect(parseStarsFragment(entry(" by user123"))[0]).toMatchObject({ userId: 123, userName: "user123" });
    expect(parseStarsFragment("")).toEqual([]);
  });

  it("names the missing part", () => {
    expect(() => parseStarsFragment("an error sentence")).toThrow("li[id^=summary_]");
    expect(() => parseStarsFragment('<li id="summary_1">')).toThrow(".stars");
  });
});

describe("a reply in the markup of 2025", () => {
  const reply = monologue(
    "user-5",
    `<div class="timestamp">1:07 PM</div><div class="message" id="message-9"><a name="9" href="/transcript/1?m=9#9"></a>
     <a class="reply-info-container" href="/transcript/1?m=3#3"><span></span>@Ann<div class="content">parent's</div></a>
     <div class="message-info-container"><div class="content">mine</div></div></div>`,
  );

  it("is read the same in history and search", () => {
    expect(parseHistoryPage(`<div id="content"><h2>Now</h2>${reply}<h2>History</h2></div>`)).toMatchObject({
      replyTo: 3,
      contentHtml: "mine",
    });
    expect(parseSearchPage(`<div id="content">${reply}</div>`).hits).toMatchObject([
      { replyTo: 3, contentHtml: "mine", roomId: 1 },
    ]);
  });
});

describe("search results", () => {
  it.each([
    (room: string, message: string) => `${room}${message}`,
    (room: string, message: string) => `${message}${room}`,
  ])("reads the room of a hit before or after the message", (inOrder) => {
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
