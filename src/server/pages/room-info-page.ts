/** `GET /rooms/info/{id}?tab=…`: overview, stars, conversations and access of a room (protocol.md §6.9). */

import { queryOf, roomInfoPath, roomPath } from "../paths.js";
import { accessSprite, roomCard, siteLogo, tagLinks, userCard } from "./cards.js";
import { conversationList } from "./conversation-page.js";
import { fkeyInput, outside } from "./frame.js";
import { html, type Markup, raw } from "./markup.js";
import { starredMonologue } from "./message.js";
import { pager } from "./pager.js";
import { agoInWords, isoDay, shortNumber } from "./times.js";
import type { PersonView, RoomInfoPageView } from "./views.js";

const TABS: readonly { tab: RoomInfoPageView["tab"]; title: string }[] = [
  { tab: "general", title: "message statistics and user frequency for this room" },
  { tab: "stars", title: "a chronological list of all starred messages in this room" },
  { tab: "conversations", title: "a chronological list conversations in this room bookmarked by users" },
  { tab: "schedule", title: "control scheduled events for this room" },
  { tab: "feeds", title: "control how feeds are configured to appear in this room" },
  { tab: "access", title: "control the general access level of the room, or grant access to specific users" },
];

const LEVELS: readonly { level: keyof RoomInfoPageView["access"]; heading: string; none: string }[] = [
  { level: "owner", heading: "Room owners", none: "This room has no owners." },
  { level: "read-write", heading: "Explicit write access", none: "No user has explicit write access." },
  { level: "read-only", heading: "Explicit read access", none: "No user has explicit read-only access." },
];

/** Page titles by tab. Only that of the stars tab was recorded. */
const TITLES: Partial<Readonly<Record<RoomInfoPageView["tab"], string>>> = { stars: "Starred posts" };

/** Renders the room info page. */
export function renderRoomInfo(view: RoomInfoPageView): string {
  const { room } = view;
  return outside(view.frame, {
    title: TITLES[view.tab] ?? "Overview",
    current: "rooms",
    content: html`
    <div class="subheader">
        <h1>${room.name}</h1>
        <div id="tabs">${TABS.map(({ tab, title }) => tabLink(view, tab, title))}</div>
    </div>
${view.tab !== "general" && roomCard(room, view.frame.now)}
${tabContent(view)}
    ${fkeyInput(view.frame.fkey)}`,
  });
}

function tabLink(view: RoomInfoPageView, tab: RoomInfoPageView["tab"], title: string): Markup {
  const { access } = view;
  const counts: Partial<Record<RoomInfoPageView["tab"], number>> = {
    stars: view.starredCount ?? view.starred.length,
    conversations: view.conversations?.length ?? 0,
    access: access.owner.length + access["read-write"].length + access["read-only"].length,
  };
  const count = counts[tab] ?? 0;
  return html`<a${view.tab === tab && html` class="youarehere"`} href="?tab=${tab}" title="${title}">${count > 0 && html`<span class="tabcount">${shortNumber(count)}</span> `}${tab}</a>`;
}

function tabContent(view: RoomInfoPageView): Markup {
  switch (view.tab) {
    case "general":
      return general(view);
    case "stars":
      return stars(view);
    case "access":
      return access(view);
    case "conversations":
      return view.conversations?.length
        ? html`${conversationList(view.conversations, false)}`
        : html`    <p class="empty">No conversation of this room has been bookmarked yet.</p>`;
    case "feeds":
      return html`    <p class="empty">${noFeeds(view)}</p>`;
    case "schedule":
      return html`    <p class="empty">No events are scheduled in this room. This server keeps no schedule.</p>`;
  }
}

/** One of three sentences by which a client recognizes frozen and deleted rooms (protocol.md §6.9). */
function noFeeds({ room: { frozen, deleted } }: RoomInfoPageView): string {
  if (deleted) return "Because this room is deleted, no feeds are being posted into this room.";
  if (frozen) return "Because this room is frozen, no feeds are being posted into this room.";
  return "Currently no feeds are being posted into this room.";
}

function general(view: RoomInfoPageView): Markup {
  const { room, owners, users, frame } = view;
  const details = { roomId: room.id, roomName: room.name, now: frame.now };
  const base = roomInfoPath(room.id, room.name);
  const subtab = (list: "current" | "frequent", text: string, title: string): Markup =>
    html`<a${(view.usersTab ?? "current") === list && html` class="youarehere"`} href="${base}${queryOf({ id: room.id, tab: "general", users: list })}" title="${title}">${text}</a>`;
  return html`    <div class="xxl-info-layout">
${roomCardXxl(view)}
        <div id="room-ownercards">
            <h2>Owners of this room</h2>
${owners.map((person) => userCard(person, { ...details, idPrefix: "owner-user" }))}
        </div>
    </div>
    <div class="xxl-info-layout">
        <div id="room-usercards">
            <div class="subtabs">
              ${subtab("current", "currently in room", "Users that are in this room at the moment")}
              ${subtab("frequent", "frequently in room", "Users that are regularly active in this room")}
            </div>
            <div id="room-usercards-container" class="clear-both">
${users.map((user) => userCard(user, { ...details, ...lastMessageOf(user), idPrefix: "user", messageCount: user.messageCount }))}
            </div>
            ${pager(view.page ?? 1, view.pageCount ?? 1, (page) => queryOf({ id: room.id, tab: "general", users: view.usersTab ?? "current", page }))}
        </div>
    </div>
    <div class="clear-both"></div>`;
}

function lastMessageOf(user: RoomInfoPageView["users"][number]): { lastMessageId?: number } {
  return user.lastMessageId === undefined ? {} : { lastMessageId: user.lastMessageId };
}

function roomCardXxl({ room, stats, frame }: RoomInfoPageView): Markup {
  const row = (key: string, value: string): Markup =>
    html`<tr><td class="room-keycell">${key}</td><td>${value}</td></tr>`;
  const cell = (count: number, timeframe: string): Markup =>
    html`<td><div class="stats-count">${shortNumber(count)}</div><div class="stats-timeframe">${timeframe}</div></td>`;
  return html`        <div class="roomcard-xxl${room.frozen && " frozen"}${room.deleted && " deleted"}" id="room-${room.id}">
            <div title="Toggle as a favorite room" class="favorite-room-vote${room.isFavorite && " favorite-room"}"> </div>
            <h1>${accessSprite(room)}${room.name}</h1>
            ${siteLogo(room.parentSiteName)}
            <p>${descriptionOf(room)}</p>
            <div>${tagLinks(room.tags, room.parentSiteUrl)}</div>
            <table class="room-stats"><tbody>
                ${row("first message", room.firstMessageAt === null ? "n/a" : isoDay(room.firstMessageAt))}
                ${row("last message", agoInWords(room.lastMessageAt, frame.now))}
            </tbody></table>
            <table class="activity-stats message-stats"><tbody>
                <tr>${cell(stats.today, "today")}${cell(stats.yesterday, "yesterday")}${cell(stats.perDay, "per day")}</tr>
                <tr>${cell(stats.thisWeek, "this week")}${cell(stats.lastWeek, "last week")}${cell(stats.perWeek, "per week")}</tr>
            </tbody></table>
            <a class="button" href="${roomPath(room.id, room.name)}">join this room</a>
            <a class="button" href="/transcript/${room.id}">view transcript</a>
            <form action="/search" method="get" role="search">
              <input type="hidden" name="room" value="${room.id}" />
              <input type="text" name="q" aria-label="search for messages containing" />
              <input class="button" type="submit" value="search for messages containing" />
            </form>
            <div class="clear-both room-message-count-xxl" title="${room.messageCount} all time messages">${room.messageCount}</div>
            <div class="room-user-count-xxl" title="all time users">${room.userCount}</div>
        </div>`;
}

/** The description as HTML, or as text if it has block elements, because it goes into a paragraph. */
function descriptionOf(room: RoomInfoPageView["room"]): Markup | string {
  return /^<(?:div|pre)/.test(room.descriptionHtml) ? room.description : raw(room.descriptionHtml);
}

function stars(view: RoomInfoPageView): Markup {
  const { starsFilter: filter = null, starred } = view;
  const pages = pager(view.page ?? 1, view.pageCount ?? 1, (page) => queryOf({ tab: "stars", filter, page }));
  const only = (name: typeof filter, text: string): Markup =>
    html`<a${name === filter && html` class="youarehere"`} href="${queryOf({ tab: "stars", filter: name })}">${text}</a>`;
  const none =
    filter === null
      ? "Nothing has been starred here yet. Use the star next to a message in the room."
      : "No starred messages match this filter.";
  return html`    <div class="subtabs">${only(null, "all")}${only("mystars", "starred by me")}${only("mymessages", "my messages")}</div>
    <div class="clear-both"></div>
${pages}
${starred.length === 0 ? html`    <p class="empty">${none}</p>` : starred.map((message) => starredMonologue(message, view.frame.now))}
${pages}`;
}

function access(view: RoomInfoPageView): Markup {
  const { room, frame, requests = [] } = view;
  const card = (person: PersonView): Markup =>
    userCard(person, { idPrefix: "user", roomId: room.id, roomName: room.name, now: frame.now });
  return html`${LEVELS.map(({ level, heading, none }) => {
    const people = view.access[level];
    return html`
    <div id="access-section-${level}" class="access-section">
        <h2>${heading}</h2>
${people.length === 0 ? html`        <p class="empty">${none}</p>` : people.map(card)}
        <div class="clear-both"></div>
    </div>`;
  })}${
    requests.length > 0 &&
    html`
    <div id="access-section-request" class="access-section">
        <h2>Access requests</h2>
${requests.map(card)}
        <div class="clear-both"></div>
    </div>`
  }`;
}
