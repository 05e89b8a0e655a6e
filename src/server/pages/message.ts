/**
 * Messages in transcripts, histories, searches and star lists: the monologue with its signature, the message row, and the
 * stars (protocol.md §6.4, §6.5).
 */

import { roomPath, userPath } from "../paths.js";
import { avatarImage, initialsOf, tintOf } from "./avatar.js";
import { html, type Markup, raw } from "./markup.js";
import { relativeLabel } from "./times.js";
import type { MessageView } from "./views.js";

/** The author in the signature of a monologue. */
export interface Signature {
  readonly userId: number | null;
  readonly userName: string;
  readonly emailHash: string;
}

/** Renders a monologue around rendered rows. */
export function monologue(author: Signature & { readonly mine?: boolean }, rows: Markup | Markup[]): Markup {
  return html`
<div class="monologue user-${author.userId ?? 0}${author.mine && " mine"}">
    <div class="signature"><div class="tiny-signature">
            <div class="avatar avatar-16 ${tintOf(author.userId)}" data-initials="${initialsOf(author.userName)}">
                ${avatarImage({ emailHash: author.emailHash, name: author.userName }, 16)}
            </div>
        <div class="username">${userLink(author.userId, author.userName)}</div>
    </div></div>
    <div class="messages">
${rows}
    </div>
    <div class="clear-both"></div>
</div>
`;
}

/** Renders a monologue of one message outside its transcript: with a relative time, and with the room if given. */
export function datedMonologue(message: MessageView, now: number, roomName?: string): Markup {
  const room =
    roomName !== undefined &&
    html`<div class="message-room"> in <a class="room-name" href="${roomPath(message.roomId, roomName)}">${roomName}</a></div>`;
  // The first link must be the message's own, because a client in the wild relies on it (protocol.md §6.11).
  return monologue(message, html`${timeOf(message, now)}${messageRow(message)}${room}`);
}

/** Renders a monologue on the stars tab, where stars are always shown (protocol.md §6.7). */
export function starredMonologue(message: MessageView, now: number): Markup {
  return monologue(message, html`${timeOf(message, now)}${messageRow(message, { isOnStarsTab: true })}`);
}

function timeOf({ timeStamp }: MessageView, now: number): Markup {
  return html`             <div class="timestamp">${relativeLabel(timeStamp, now)}</div>`;
}

/** Page-specific options of a message row. */
export interface MessageRowOptions {
  /** Whether the page is a permalink to this message. @default false */
  readonly isHighlighted?: boolean;
  /** @default false */
  readonly isOnStarsTab?: boolean;
}

/** Renders one message: permalink with the pencil of an edit, reply link, content, stars. */
export function messageRow(message: MessageView, options: MessageRowOptions = {}): Markup {
  const { isHighlighted = false, isOnStarsTab = false } = options;
  const { id, replyMarkup = "2025" } = message;
  const isPinnedThere = isOnStarsTab && message.pins > 0;
  const content = html`<div class="content">
                    ${contentOf(message)}
                </div>`;
  return html`
            <div class="message${isHighlighted && " highlight"}${isPinnedThere && " owner-star"}" id="message-${id}">
                <a name="${id}" href="${messagePath(message, id)}" title="permalink${message.edits > 0 && " (edited)"}"><span class="action-link${message.edits > 0 && " edits"}"><span class="img"> </span></span></a>
                 ${message.replyTo !== null && replyLink(message, message.replyTo)}
                ${replyMarkup === "2025" ? html`<div class="message-info-container">${content}</div>` : content}
                <span class="flash">
                    ${starsOf(message, isOnStarsTab ? "vote-count-container always" : "vote-count-container")}
                </span>
            </div>`;
}

/** Renders the link to the parent; since 2025 it has an arrow and the parent author's name (protocol.md §6.4). */
function replyLink(message: MessageView, parentId: number): Markup {
  const { replyMarkup = "2025", replyToName } = message;
  const classes = {
    "reply-info": "reply-info",
    "2025-07": "reply-info-container",
    "2025": "reply-info reply-info-container",
  }[replyMarkup];
  const name = replyToName && html`<span class="reply-info-name">@${replyToName.replace(/\s/gu, "")}</span>`;
  const inside = replyMarkup === "reply-info" ? " " : html`<span class="reply-info-arrow"> </span>${name}`;
  return html`<a class="${classes}" href="${messagePath(message, parentId)}" title="This is a reply to an earlier message">${inside}</a>`;
}

function messagePath({ roomId }: MessageView, id: number): string {
  return `/transcript/${roomId}?m=${id}#${id}`;
}

/** Renders the content, or `(removed)`. */
export function contentOf(message: Pick<MessageView, "content">): Markup {
  return message.content === null ? html`<span class="deleted">(removed)</span>` : raw(message.content);
}

/** The place of the stars: next to a message, always visible on the stars tab, or in the sidebar. */
type StarsKind = "vote-count-container" | "vote-count-container always" | "sidebar-vote";

/** Renders the stars of a message, if it has any. A single star has no number. */
export function starsOf(message: MessageView, kind: StarsKind): Markup | "" {
  if (message.stars <= 0 && message.pins <= 0) return "";
  const flags = [
    message.starredByMe && " user-star",
    message.pins > 0 && " owner-star",
    message.pinnedByMe && " user-owner-star",
  ].filter((flag) => flag !== false);
  const title = message.pins > 0 ? "pinned by a room owner" : "starred as useful or interesting";
  const vote = kind === "sidebar-vote" ? " vote" : "";
  return html`<span class="stars ${kind}${flags.join("")}" title="${title}"><span class="img${vote}"> </span><span class="times">${message.stars > 1 && message.stars}</span></span>`;
}

/** Renders the name of a user, linked if the user exists. */
export function userLink(id: number | null, name: string): Markup | string {
  return id === null ? name : html`<a href="${userPath(id, name)}" title="${name}">${name}</a>`;
}
