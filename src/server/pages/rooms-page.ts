/** `GET /` and `GET /rooms`: the rooms list with its tabs, sorting, filter and pager (protocol.md §6.8). */

import { queryOf } from "../paths.js";
import { roomCard } from "./cards.js";
import { fkeyInput, outside } from "./frame.js";
import { html, type Markup, scriptJson } from "./markup.js";
import { pager } from "./pager.js";
import type { RoomsPageView } from "./views.js";

/** Rooms on one page. */
const PAGE_SIZE = 20;

const TABS: readonly { tab: string; title: string }[] = [
  { tab: "favorite", title: "rooms you have starred as favorites" },
  { tab: "all", title: "all rooms" },
  { tab: "events", title: "rooms with scheduled events" },
  { tab: "mine", title: "rooms you are currently in" },
  { tab: "invited", title: "rooms you have been invited to" },
];

const SORTS: readonly { sort: string; title: string }[] = [
  { sort: "created", title: "newly created rooms first" },
  { sort: "people", title: "most populated rooms first" },
  { sort: "event", title: "next scheduled events first" },
  { sort: "active", title: "recently active rooms first" },
];

const NOTHING: ReadonlyMap<string, string> = new Map([
  ["favorite", "No favorites yet. Use the star on a room's card to add one."],
  ["events", "No events are scheduled. This server keeps no schedule."],
  ["mine", "You are not in any room now. Open one from the list of all rooms."],
  ["invited", "You have no invitations."],
]);

/** Renders the rooms list. */
export function renderRooms(view: RoomsPageView): string {
  const { frame, tab, sort, page, showFrozen, filter } = view;
  return outside(frame, {
    title: `${tab} rooms`,
    current: "rooms",
    script: html`InitRoomIndex(${scriptJson(tab)}, ${scriptJson(sort)}, ${PAGE_SIZE}, ${page}, ${String(showFrozen)}, ${scriptJson(filter)});`,
    content: html`
    <div class="subheader">
        <h1>Rooms</h1>
        <div id="tabs">${TABS.map((item) => link(view, item.tab, sort, tabText(view, item.tab), item.title, item.tab === tab))}</div>
    </div>
    <div class="list-tools">
    <form id="roomsearch" method="get" role="search">
        <input type="hidden" name="tab" value="${tab}"/>${view.siteHost && html`<input type="hidden" name="host" value="${view.siteHost}"/>`}<input type="hidden" name="sort" value="${sort}"/>
        <input type="text" id="search" name="filter" value="${filter}" placeholder="filter rooms" aria-label="filter rooms"/>
    </form>
    <div class="subtabs">${SORTS.map((item) => link(view, tab, item.sort, item.sort, item.title, item.sort === sort))}</div>
    </div>
    <div class="clear-both"></div>
    <div id="roomlist">
${view.rooms.map((room) => roomCard(room, frame.now))}
${view.rooms.length === 0 && html`<p class="empty">${filter ? html`No room matches <b>${filter}</b> by name, description or tags.` : (NOTHING.get(tab) ?? "There are no rooms here.")}</p>`}
${pager(page, view.pageCount, (number) => queryOf({ tab, host: view.siteHost, sort, filter, nohide: showFrozen || null, page: number }))}
<div class="fr">
                ${
                  showFrozen
                    ? html`<a href="${queryOf({ tab, host: view.siteHost, sort, filter })}" class="button">hide frozen rooms</a>`
                    : html`<a href="${queryOf({ tab, host: view.siteHost, sort, filter, nohide: true })}" class="button">show frozen rooms</a>`
                }
            </div></div>
    <div class="clear-both"></div>
${frame.me && createRoom(view)}
    ${fkeyInput(frame.fkey)}`,
  });
}

/** The name of a tab, with the number of invitations if there are any. */
function tabText({ invitations }: RoomsPageView, tab: string): Markup | string {
  return tab === "invited" && invitations > 0 ? html`<span class="tabcount">${invitations}</span> ${tab}` : tab;
}

function link(
  view: RoomsPageView,
  tab: string,
  sort: string,
  text: Markup | string,
  title: string,
  current: boolean,
): Markup {
  return html`<a${current && html` class="youarehere"`} href="${queryOf({ tab, host: tab === "site" ? view.siteHost : null, sort, filter: view.filter })}" title="${title}">${text}</a>`;
}

function createRoom({ frame, siteHost }: RoomsPageView): Markup {
  return html`    <details id="create-room">
        <summary class="button">create a room</summary>
        <form method="post" action="/rooms/save">
            <input type="hidden" name="fkey" value="${frame.fkey}" />
            <input type="hidden" name="host" value="${siteHost ?? ""}" />
            <input type="hidden" name="noDupeCheck" value="true" />
            <label>name <input type="text" name="name" required="required" maxlength="100" /></label>
            <label>description <textarea name="description" rows="2" maxlength="256"></textarea></label>
            <label>tags <input type="text" name="tags" placeholder="separated by spaces" /></label>
            <label>who can post <select name="defaultAccess">
                <option value="read-write">everyone</option>
                <option value="read-only">approved users; everyone can read (gallery)</option>
                <option value="request">approved users, who alone can read (private)</option>
            </select></label>
            <input class="button" type="submit" value="create room" />
        </form>
    </details>`;
}
