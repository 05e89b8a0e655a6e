/**
 * The cards of rooms and users on the rooms list, room info and profile pages (protocol.md §6.8-6.10).
 */

import { roomInfoPath, roomPath, urlPart, userPath } from "../paths.js";
import { avatarImage, initialsOf, tintOf } from "./avatar.js";
import { cut, html, type Markup } from "./markup.js";
import { ago, shortNumber } from "./times.js";
import type { PersonView, RoomView } from "./views.js";

/** Lists truncate a longer room name and put the whole one into the `title`. */
const NAME_LIMIT = 40;
const NAME_CUT = 37;

/** Small cards truncate the description to this length and put all of it into the `title`. */
const DESCRIPTION_CUT = 60;

/** The user whose messages a card counts, instead of everyone's. */
export interface CountedFor {
  readonly name: string;
  readonly messages: number;
}

/** Renders a room in a list. */
export function roomCard(room: RoomView, now: number, counted?: CountedFor): Markup {
  const href = room.frozen || room.deleted ? `/transcript/${room.id}` : roomPath(room.id, room.name);
  const count = counted?.messages ?? room.messageCount;
  const by = counted ? ` (by ${counted.name})` : "";
  return html`
    <div id="room-${room.id}" class="roomcard${room.frozen && " frozen"}${room.deleted && " deleted"}">
        <div class="room-header">
                <div title="Toggle as a favorite room" class="favorite-room-vote${room.isFavorite && " favorite-room"}"> </div>
            <h3>
                ${accessSprite(room)}<span class="room-name" title="${room.name}"><a rel="noreferrer noopener" href="${href}"${cutTitle(room.name)}>${cutName(room.name)}</a></span>
            </h3>
            ${siteLogo(room.parentSiteName)}
            <div class="room-description" title="${room.description}">${room.description}</div>
            <div class="clear-both"></div>
        </div>
        <div class="room-details">
            <div class="cycle">
                <div class="last-activity">${ago(room.lastMessageAt, now)}${room.lastMessageBy && html` &ndash; ${nameLink(room.lastMessageBy)}`}</div>
            </div>
            <div class="room-users" title="${present(room.present.length)}">${room.present.map((person) => presentAvatar(person, room, now))}</div>
        </div>
        <div class="room-message-count" title="${count} all time messages${by}">
            <a href="/transcript/${room.id}">${shortNumber(count)}</a>
        </div>
        ${!counted && html`<div class="room-user-count" title="all time users">${shortNumber(room.userCount)}</div>`}
        <div class="room-info-link">
    <a href="${roomInfoPath(room.id, room.name)}">info</a>
    </div>
    </div>
`;
}

/** Renders a room in a sidebar or in the room switcher. */
export function roomMini(room: RoomView): Markup {
  const text = room.description;
  const short = text.length > DESCRIPTION_CUT ? `${cut(text, DESCRIPTION_CUT)}...` : text;
  return html`<div class="room-mini"><div class="room-mini-header"><h3>${accessSprite(room)}<span class="room-name"><a rel="noreferrer noopener" href="${roomPath(room.id, room.name)}">${room.name}</a></span></h3><div title="${text}" class="room-mini-description">${short}</div></div></div>`;
}

/** The room-specific part of a user's card. */
export interface UserCardDetails {
  /** The prefix of the `id` attribute. */
  readonly idPrefix: "user" | "owner-user";
  readonly roomId: number;
  readonly roomName: string;
  readonly now: number;
  readonly messageCount?: number;
  readonly lastMessageId?: number;
}

/** Renders a user on the room info page. */
export function userCard(person: PersonView, details: UserCardDetails): Markup {
  const { id, name } = person;
  const href = userPath(id, name);
  return html`
            <div id="${details.idPrefix}-${id}" class="usercard">
                <div class="user-header" title="${name}">
                    <a href="${href}" class="user-gravatar48 ${tintOf(id)}" data-initials="${initialsOf(name)}" tabindex="-1" aria-hidden="true">${avatarImage(person, 48)}</a>
                    <h3><a class="username${person.isModerator && " moderator"}" href="${href}">${name}${diamond(person)}</a></h3>
                    <div class="user-flair"><span class="reputation-score" title="${person.reputation}">${shortNumber(person.reputation)}</span></div>
                    <div class="user-message-info" title="${person.about}">${person.about}</div>
                    <div class="clear-both"></div>
                </div>
                <div class="user-details">${lastPost(person, details)}</div>
                ${
                  details.messageCount !== undefined &&
                  html`<div class="user-message-count" title="${details.messageCount} all time messages in ${details.roomName}">${shortNumber(details.messageCount)}</div>`
                }
            </div>
`;
}

/** Renders the icon in front of the names of gallery and private rooms. */
export function accessSprite(room: Pick<RoomView, "access">): Markup | "" {
  if (room.access === "public") return "";
  const title =
    room.access === "gallery"
      ? "Gallery: anyone may enter, but only approved users can talk"
      : "Private: only approved users may enter and talk";
  return html`<span class="sprite sprite-sec-${room.access}" title="${title}"></span><span class="diamond" title="Moderators have full access to this room">&#9830;</span>&nbsp;`;
}

/** Renders the logo of a parent site without its image, which is not on this server; clients read its title. */
export function siteLogo(siteName: string): Markup {
  return html`<img class="small-site-logo" title="${siteName}" alt="${siteName}" width="16" height="16" loading="lazy" src="data:," />`;
}

/** Renders the tags of a room, linked to the Q&A site. */
export function tagLinks(tags: readonly string[], siteUrl: string): Markup[] {
  return tags.map(
    (tag) => html`<a rel="noopener noreferrer" class="tag" href="${siteUrl}/tags/${urlPart(tag)}/info">${tag}</a> `,
  );
}

/** Renders ` ♦` after the names of moderators. */
export function diamond(person: Pick<PersonView, "isModerator">): Markup | "" {
  return person.isModerator ? html`&nbsp;&#9830;` : "";
}

function nameLink(person: PersonView): Markup {
  return html`<a href="${userPath(person.id, person.name)}" title="${person.name}">${person.name}</a>`;
}

function presentAvatar(person: RoomView["present"][number], room: RoomView, now: number): Markup {
  const { id, name, messageCount = 0 } = person;
  const share = Math.round((100 * messageCount) / Math.max(room.messageCount, 1));
  const title = `${name}: ${ago(person.lastPost, now)}, ${messageCount} posts (${share}%)`;
  return html`<a class="user-gravatar32 ${tintOf(id)}" data-initials="${initialsOf(name)}" href="${userPath(id, name)}" title="${name}">${avatarImage({ ...person, title }, 32)}</a>`;
}

function lastPost(person: PersonView, details: UserCardDetails): Markup | "" {
  if (person.lastPost === null) return "";
  const { lastMessageId: id, roomId } = details;
  const href = id === undefined ? `/transcript/${roomId}` : `/transcript/message/${id}#${id}`;
  return html`<div>last post here <a class="permalink" href="${href}">${ago(person.lastPost, details.now)}</a></div>`;
}

function present(count: number): string {
  return `${count} user${count === 1 ? "" : "s"} present`;
}

function cutTitle(name: string): Markup | "" {
  return name.length > NAME_LIMIT ? html` title="${name}"` : "";
}

function cutName(name: string): Markup | string {
  return name.length > NAME_LIMIT ? html`${cut(name, NAME_CUT)}<span>&hellip;</span>` : name;
}
