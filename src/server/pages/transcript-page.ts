/**
 * `GET /transcript/…`: a day of a room (protocol.md §6.5). As on the live pages, the day is in the canonical link, and only
 * some messages have a time label.
 */

import { roomInfoPath, roomPath, transcriptPath } from "../paths.js";
import { roomMini, tagLinks } from "./cards.js";
import { fkeyInput, head } from "./frame.js";
import { monologuesOf } from "./grouping.js";
import { html, type Markup, page } from "./markup.js";
import { messageRow, monologue } from "./message.js";
import { calendarParts, clockLabel, daysBetween, hourLabel } from "./times.js";
import type { TranscriptPageView } from "./views.js";

/** Renders the transcript page. */
export function renderTranscript(view: TranscriptPageView): string {
  const { frame, room, day, hours, isOwner } = view;
  const me = frame.me;
  const navigation = dayNavigation(view);
  const hourPager = pagerOfHours(view);
  return page(html`<!DOCTYPE html>
<html lang="en">
<head>
${head(titleOf(view))}
    <script type="module" src="/web/pages.js"></script>
    <link rel="canonical" href="${transcriptPath(room.id, day, hours)}" />
    <script type="text/javascript" nomodule>
        $(function() {
            initTranscript(${String(isOwner)},
                ${me?.id ?? 0}, ${String(me?.isModerator ?? false)},
                ${String(me !== null)}, ${room.id},
                true);
            popupDismisser();
        });
    </script>
</head>
<body id="transcript-body" data-room-id="${room.id}" data-user-id="${me?.id ?? 0}">
    <div id="container">
    <div id="main" role="main">
      <h1 class="transcript-title">${room.name} <small>${day}</small></h1>
      ${navigation}
      ${hourPager}
      <div id="transcript">
${view.messages.length === 0 ? html`<p class="empty">No messages here.</p>` : monologuesMarkup(view)}
</div>
      ${hourPager}
      ${navigation}
    </div>
${sidebar(view)}
    </div>
    ${fkeyInput(frame.fkey)}
</body>
</html>
`);
}

function titleOf({ room, day, hours, hourPages }: TranscriptPageView): string {
  const index = hourPages.findIndex((range) => range.from === hours?.from && range.to === hours.to);
  const suffix = hourPages.length > 1 && index >= 0 ? ` (page ${index + 1} of ${hourPages.length})` : "";
  return `${room.name} - ${day}${suffix}`;
}

function dayNavigation(view: TranscriptPageView): Markup {
  const { room, day, firstDay, previousDay, nextDay, lastDay } = view;
  const link = (target: string | null, text: string, rel: "prev" | "next" | null): Markup | "" => {
    if (target === null || target === day) return "";
    return html`<a href="${transcriptPath(room.id, target)}" class="button noprint"${rel && html` rel="${rel}"`} title="${target}">${text}</a>&nbsp;\n`;
  };
  const distance = (to: string | null): string => {
    const days = to === null ? 0 : Math.abs(daysBetween(day, to));
    return `(${days} day${days === 1 ? "" : "s"} ${to !== null && to < day ? "earlier" : "later"})`;
  };
  return html`${link(firstDay, `« first day ${distance(firstDay)}`, null)}${link(previousDay, "← previous day", "prev")}${link(nextDay, "next day →", "next")}${link(lastDay, `last day ${distance(lastDay)} »`, null)}
<div class="clear-both"></div>`;
}

function pagerOfHours({ room, day, hours, hourPages }: TranscriptPageView): Markup | "" {
  if (hourPages.length <= 1) return "";
  return html`<div class="pager" role="navigation" aria-label="hours of the day">${hourPages.map((range) => {
    const label = `${hourLabel(range.from)} - ${hourLabel(range.to)}`;
    return range.from === hours?.from && range.to === hours.to
      ? html`<span class="page-numbers current" aria-current="page">${label}</span>\n`
      : html`<a href="${transcriptPath(room.id, day, range)}"><span class="page-numbers">${label}</span></a>\n`;
  })}</div><div class="clear-both"></div>`;
}

function monologuesMarkup({ messages, highlight }: TranscriptPageView): Markup[] {
  return monologuesOf(messages).map(({ messages: group, label, hoursLater }) => {
    const [first] = group;
    if (!first) return html``;
    const rows = group.map((message) => messageRow(message, { isHighlighted: message.id === highlight }));
    const time = label === null ? "" : html`             <div class="timestamp">${clockLabel(label)}</div>`;
    return html`${hoursLater !== null && later(hoursLater)}${monologue(first, html`${time}${rows}`)}`;
  });
}

function later(hours: number): Markup {
  return html` <div class="system-message-container"><div class="system-message-spacer">&nbsp;</div><div class="system-message">
                        ${hours} hour${hours !== 1 && "s"} later&hellip;
                        </div><div class="clear-both"></div></div>
`;
}

function sidebar(view: TranscriptPageView): Markup {
  const { room } = view;
  return html`    <div id="sidebar" role="complementary" aria-label="about this room">
    <div id="sidebar-content">
    <div id="info">
        <form method="get" action="/search" role="search">
            <input type="text" id="searchbox" name="q" placeholder="search this room" aria-label="search this room"/>
            <input type="hidden" name="room" value="${room.id}" />
        </form>
        <div><a href="/" class="button">all rooms</a></div>
        <h2>Transcript for</h2>
        <div class="calendars">
${calendars(view)}
        </div>
        ${roomMini(room)}
        <div class="room-current-user-count" title="current users"><a rel="noopener noreferrer" href="${roomInfoPath(room.id, room.name)}">${room.present.length}</a></div>
        <div class="room-message-count" title="messages in the last 2h"><a rel="noopener noreferrer" href="/transcript/${room.id}">${view.recentMessageCount}</a></div>
        <div class="clear-both"></div>
        <div>${tagLinks(room.tags, room.parentSiteUrl)}</div>
        <div class="noprint">
            <div id="transcript-links">
                <a id="join-room" href="${roomPath(room.id, room.name)}" class="button">join this room</a>
                <a href="${roomInfoPath(room.id, room.name)}" class="button">about this room</a>
            </div>
            <div class="msg-small">
                all times are UTC
            </div>
        </div>
        <div id="transcript-logo"><a rel="noreferrer noopener" href="${room.parentSiteUrl}" title="${room.parentSiteName}">${room.parentSiteName}</a></div>
    </div>
    </div>
    </div>`;
}

function calendars({ room, day, previousDay, nextDay }: TranscriptPageView): Markup {
  const small = (target: string | null): Markup | "" => {
    if (target === null) return "";
    const { month, date } = calendarParts(target);
    return html`        <a class="calendar-small-link" href="${transcriptPath(room.id, target)}"><div class="icon" title="${target}"><div class="calendar-small"><span class="weekday-small">${month}</span>${date}</div></div></a>`;
  };
  const { month, date } = calendarParts(day);
  return html`${small(previousDay)}
        <div class="icon" title="${day}"><div class="calendar"><span class="weekday">${month}</span>${date}</div></div>
${small(nextDay)}`;
}
