/** `GET /users/{id}`: a user's profile, messages, and rooms (protocol.md §6.10). */

import { queryOf, userPath } from "../paths.js";
import { avatarImage, initialsOf, tintOf } from "./avatar.js";
import { diamond, roomCard, siteLogo } from "./cards.js";
import { conversationList } from "./conversation-page.js";
import { fkeyInput, outside } from "./frame.js";
import { html, type Markup } from "./markup.js";
import { datedMonologue } from "./message.js";
import { pager } from "./pager.js";
import { ago, shortNumber } from "./times.js";
import type { ProfilePageView } from "./views.js";

const TABS: readonly { tab: NonNullable<ProfilePageView["tab"]>; title: string }[] = [
  { tab: "general", title: "message statistics and room frequency for this user" },
  { tab: "recent", title: "a chronological list of recent messages from this user" },
  { tab: "replies", title: "a chronological list of messages that replied to this user" },
  { tab: "conversations", title: "a list conversations this user has bookmarked" },
];

/** Renders the profile page. */
export function renderProfile(view: ProfilePageView): string {
  const { person, tab: current = "general" } = view;
  return outside(view.frame, {
    title: `User ${person.name}`,
    current: "users",
    content: html`
    <div class="subheader">
        <h1>${person.name}</h1>
        <div id="tabs">${TABS.map(({ tab, title }) => html`<a${tab === current && html` class="youarehere"`} href="?tab=${tab}" title="${title}">${tab}</a>`)}</div>
    </div>
${current === "general" ? general(view) : list(view)}
    <div class="clear-both"></div>
    ${fkeyInput(view.frame.fkey)}`,
  });
}

function general(view: ProfilePageView): Markup {
  const { person, roomsTab = "current" } = view;
  const base = userPath(person.id, person.name);
  const subtab = (rooms: "current" | "frequent", text: string, title: string): Markup =>
    html`<a${rooms === roomsTab && html` class="youarehere"`} href="${base}${queryOf({ tab: "general", rooms })}" title="${title}">${text}</a>`;
  return html`    <div class="xxl-info-layout">
${userCardXxl(view)}
${cards(view, "user-owningcards", view.owning, "Owner of these rooms")}
    </div>
    <div class="xxl-info-layout">
        <div id="user-roomcards">
            <div class="subtabs">
                ${subtab("current", "currently in rooms", "Rooms this user is in at the moment")}
                ${subtab("frequent", "frequently in rooms", "Rooms this user is active in regularly")}
            </div>
${cards(view, "user-roomcards-container", view.rooms)}
            ${pager(view.page ?? 1, view.pageCount ?? 1, (page) => queryOf({ tab: "general", rooms: roomsTab, page }))}
        </div>
    </div>`;
}

/** Renders the other tabs: messages by or to this user, and their bookmarked conversations (never recorded). */
function list(view: ProfilePageView): Markup {
  const { tab, messages = [], conversations = [], page: current = 1, pageCount = 1 } = view;
  const shown =
    tab === "conversations"
      ? conversationList(conversations, true)
      : messages.map((message) => datedMonologue(message, view.frame.now, message.roomName));
  if (shown.length === 0) return html`    <p class="empty">Nothing here yet.</p>`;
  return html`${shown}
${pager(current, pageCount, (page) => queryOf({ tab, page }))}`;
}

function userCardXxl(view: ProfilePageView): Markup {
  const { person, messageCount, roomCount, frame } = view;
  const row = (key: string, value: Markup | string): Markup =>
    html`<tr><td class="user-keycell">${key}</td><td class="user-valuecell">${value}</td></tr>`;
  return html`        <div class="usercard-xxl">
            <div class="user-picture user-gravatar128 ${tintOf(person.id)}" data-initials="${initialsOf(person.name)}">${avatarImage(person, 128)}</div>
            <div class="user-facts">
                <div class="user-status">${person.name}${diamond(person)}</div>
                <table class="user-stats"><tbody>
                    ${row("chat user since", view.memberSince)}
                    ${row("last message", ago(person.lastPost, frame.now))}
                    ${row("last seen", ago(person.lastSeen, frame.now))}
                    ${row("about", person.about)}
                    ${parentUser(view)}
                </tbody></table>
            </div>
            <form action="/search" method="get" role="search">
                <input type="hidden" name="user" value="${person.id}" />
                <input type="text" name="q" aria-label="search for messages containing" />
                <input class="button" type="submit" value="search for messages containing" />
            </form>
            <div class="user-message-count-xxl" title="${messageCount} all time messages">${messageCount}</div>
            <div class="user-room-count-xxl" title="${roomCount} all time rooms">${roomCount}</div>
        </div>`;
}

function parentUser({ person }: ProfilePageView): Markup | "" {
  if (person.parentProfileUrl === null) return "";
  return html`<tr><td class="user-keycell">parent user</td><td class="user-valuecell"><a href="${webUrl(person.parentProfileUrl)}">${siteLogo(person.parentSiteName)}&nbsp;${person.name}</a>
                            <div class="user-flair">
                                <span class="reputation-score" title="${person.reputation}">${shortNumber(person.reputation)}</span>
                            </div></td></tr>`;
}

function cards(view: ProfilePageView, id: string, rooms: ProfilePageView["rooms"], heading?: string): Markup {
  const { person, frame } = view;
  return html`        <div id="${id}">
            ${heading && rooms.length > 0 && html`<h2>${heading}</h2>`}
${rooms.map((room) => roomCard(room, frame.now, { name: person.name, messages: room.messagesByUser }))}
        </div>`;
}

/** Returns the URL if it is http, https or protocol-relative, so that no `javascript:` gets through. */
function webUrl(url: string): string {
  return /^(https?:)?\/\//i.test(url) ? url : "#";
}
