import { describe, expect, it } from "vitest";
import { parseStarsPage } from "./index.js";

const now = Date.UTC(2018, 3, 24, 17) / 1000;

interface Starred {
  readonly id: number;
  readonly label: string;
  readonly times?: string;
  readonly pinned?: boolean;
  readonly before?: string;
  readonly container?: boolean;
}

/** A message of the tab, as on a page of 2018 or in the container of 2025. */
function monologue({ id, label, times = "", pinned = false, before = "", container = false }: Starred): string {
  const owner = pinned ? " owner-star" : "";
  const content = `<div class="content">\n  said ${id} <a href="/users/9/other">x</a>\n</div>`;
  return `<div class="monologue user-${id + 500}${id === 3 ? " mine" : ""}">
    <div class="signature"><div class="tiny-signature"><div class="username"><a href="/users/${id + 500}/u" title="User ${id}">User…</a></div></div></div>
    <div class="messages"><div class="timestamp">${label}</div>
    <div class="message${owner}" id="message-${id}"><a name="${id}" href="/transcript/7?m=${id}#${id}"><span class="action-link"></span></a>
    ${before}${container ? `<div class="message-info-container">${content}</div>` : content}
    <span class="flash"><span class="stars vote-count-container always${owner}"><span class="img"></span><span class="times">${times}</span></span></span></div></div></div>`;
}

function starsTab(list: string, { pager = "", card = true } = {}): string {
  const room = card
    ? '<div class="roomcard" id="room-7"><span class="room-name" title="R"><a href="/rooms/7/r">R</a></span></div>'
    : "";
  return `<body class="outside"><script>StackExchange.topbar.init({serverTime:${now}});</script><div id="content">
    <div class="subheader"><h1>R</h1><div id="tabs"><a href="?tab=general">general</a><a class="youarehere" href="?tab=stars"><span class="tabcount">44.5k</span> stars</a></div></div>
    ${room}<a href="?tab=stars&amp;filter=mystars">mine</a>${pager}${list}${pager}</div>`;
}

describe("the stars tab", () => {
  const pager = `<div class="pager"><span class="page-numbers current">1</span> <a href="?tab=stars&amp;page=2"><span class="page-numbers">2</span></a>
    <span class="page-numbers dots">&hellip;</span> <a href="?tab=stars&amp;page=353"><span class="page-numbers">353</span></a> <a href="?tab=stars&amp;page=2" rel="next"><span class="page-numbers next">next</span></a></div>`;

  it("is read with full content, counts, pins, and times to the minute", () => {
    const page = parseStarsPage(
      starsTab(
        monologue({ id: 1, label: "Apr 19 3:55 PM", times: "12", pinned: true }) +
          monologue({ id: 2, label: "4:49 PM", times: "3" }) +
          monologue({ id: 3, label: "yst 7:51 PM" }) +
          monologue({ id: 4, label: "Mon 8:29 PM" }) +
          monologue({ id: 5, label: "Oct 2, 17 1:40 PM" }),
        { pager },
      ),
    );
    expect(page).toMatchObject({ roomId: 7, page: 1, pageCount: 353, isLast: false });
    const at = (month: number, day: number, hour: number, minute: number, year = 2018): number =>
      Date.UTC(year, month - 1, day, hour, minute) / 1000;
    expect(page.messages.map(({ id, stars, pinned, mine, timeStamp }) => [id, stars, pinned, mine, timeStamp])).toEqual(
      [
        [1, 12, true, false, at(4, 19, 15, 55)],
        [2, 3, false, false, at(4, 24, 16, 49)],
        [3, 1, false, true, at(4, 23, 19, 51)],
        [4, 1, false, false, at(4, 23, 20, 29)],
        [5, 1, false, false, at(10, 2, 13, 40, 2017)],
      ],
    );
    expect(page.messages[0]).toMatchObject({
      userId: 501,
      userName: "User 1",
      contentHtml: 'said 1 <a href="/users/9/other">x</a>',
      timeLabel: "Apr 19 3:55 PM",
    });
  });

  it("is read in the markup of 2025, and without a card", () => {
    const before = '<a class="reply-info-container" href="/transcript/7?m=2#2"><span></span>@Ann</a>';
    const page = parseStarsPage(starsTab(monologue({ id: 9, label: "n/a", before, container: true }), { card: false }));
    expect(page).toMatchObject({ roomId: 7, page: 1, pageCount: 1, isLast: true });
    expect(page.messages).toMatchObject([{ id: 9, replyTo: 2, timeLabel: "n/a", timeStamp: null }]);
  });

  it("is empty in a room without stars, and rejects any other page", () => {
    expect(parseStarsPage(starsTab("")).messages).toEqual([]);
    expect(() => parseStarsPage("<p>hello</p>")).toThrow(
      "the stars page was not understood: #tabs, .monologue .message",
    );
  });
});
