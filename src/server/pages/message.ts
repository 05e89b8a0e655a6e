/**
 * Messages as transcripts, histories, searches and star lists show them: the monologue with its signature, the message
 * row, the stars (protocol.md §6.4, §6.5).
 */

import { roomPath, userPath } from "../paths.js";
import { avatarImage, initialsOf, tintOf } from "./avatar.js";
import { html, type Markup, raw } from "./markup.js";
import { dateLabel, isoTime } from "./times.js";
import type { MessageView } from "./views.js";

/** Who signs a monologue. */
export interface Signature {
  readonly userId: number | null;
  readonly userName: string;
  readonly emailHash: string;
}

/** A monologue around rows that are already made. */
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

/** A monologue of one message that stands outside its day: date in front, room named behind it if given. */
export function datedMonologue(message: MessageView, roomName?: string): Markup {
  const room =
    roomName === undefined
      ? ""
      : html` in <a class="room-name" href="${roomPath(message.roomId, roomName)}">${roomName}</a>`;
  const time = html`             <div class="timestamp" title="${isoTime(message.timeStamp)}">${dateLabel(message.timeStamp)}</div>`;
  return monologue(
    message,
    html`${time}${messageRow(message)}${room && html`<div class="message-room">${room}</div>`}`,
  );
}

/** One message: permalink with the pencil of an edit, reply arrow, content, stars. */
export function messageRow(message: MessageView, highlighted: boolean = false): Markup {
  const link = (id: number): string => `/transcript/${message.roomId}?m=${id}#${id}`;
  const { id, replyTo } = message;
  const replyClass = message.replyMarkup === "2025" ? "js-reply-link" : "reply-info";
  return html`
            <div class="message${highlighted && " highlight"}" id="message-${id}">
                <a name="${id}" href="${link(id)}" title="permalink${message.edits > 0 && " (edited)"}"><span class="action-link${message.edits > 0 && " edits"}"><span class="img"> </span></span></a>
                 ${replyTo !== null && html`<a class="${replyClass}" href="${link(replyTo)}" title="This is a reply to an earlier message"> </a>`}
                <div class="content">
                    ${contentOf(message)}
                </div>
                <span class="flash">
                    ${starsOf(message, "vote-count-container")}
                </span>
            </div>`;
}

/** The content, or `(removed)`. */
export function contentOf(message: Pick<MessageView, "content">): Markup {
  return message.content === null ? html`<span class="deleted">(removed)</span>` : raw(message.content);
}

/** The stars of a message; nothing when it has none. A single star has no number. */
export function starsOf(message: MessageView, kind: "vote-count-container" | "sidebar-vote"): Markup | "" {
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

/** The name of a person, linked when there is somebody to link to. */
export function userLink(id: number | null, name: string): Markup | string {
  return id === null ? name : html`<a href="${userPath(id, name)}" title="${name}">${name}</a>`;
}
