/**
 * `GET /rooms/{id}/conversation/{slug}`: a bookmarked conversation, laid out like a transcript, between lines with its
 * start and end (protocol.md §6.12). Also lists of conversations, which were never recorded.
 */

import { conversationPath, roomInfoPath, roomPath } from "../paths.js";
import { fkeyInput, head } from "./frame.js";
import { monologuesOf } from "./grouping.js";
import { html, type Markup, page } from "./markup.js";
import { messageRow, monologue, userLink } from "./message.js";
import { clockLabel, dateLabel, isoDay, isoTime, momentLabel } from "./times.js";
import type { ConversationPageView, ConversationView } from "./views.js";

/** Renders the page of one conversation. */
export function renderConversation(view: ConversationPageView): string {
  const { frame, room, conversation, messages } = view;
  const { title, slug, startedAt, endedAt } = conversation;
  return page(html`<!DOCTYPE html>
<html lang="en">
<head>
${head(`${room.name} - ${title} | ${frame.chatHost}`)}
    <link rel="canonical" href="${conversationPath(room.id, slug)}" />
</head>
<body id="transcript-body" data-room-id="${room.id}" data-user-id="${frame.me?.id ?? 0}">
    <div id="container">
    <div id="main" role="main">
      <h1 class="transcript-title">${title} <small>in <a class="room-name" href="${roomPath(room.id, room.name)}">${room.name}</a></small></h1>
      <p class="msg-small">bookmarked by ${userLink(conversation.byId, conversation.byName)} &ndash; <a href="${roomInfoPath(room.id, room.name)}?tab=conversations">all conversations of this room</a></p>
      <div id="transcript">
${startedAt !== null && systemMessage(`Conversation started ${momentLabel(startedAt)}.`)}
${messages.length === 0 ? html`<p class="empty">No messages here.</p>` : rows(view)}
${endedAt !== null && systemMessage(`Conversation ended ${momentLabel(endedAt)}.`)}
      </div>
    </div>
    </div>
    ${fkeyInput(frame.fkey)}
</body>
</html>
`);
}

/** Renders a list of conversations, on the pages of rooms and users. */
export function conversationList(conversations: readonly ConversationView[], withRoom: boolean): Markup[] {
  return conversations.map(
    ({ roomId, roomName, slug, title, byId, byName, messageCount, startedAt }) => html`
    <div class="conversation">
        <a class="conversation-title" href="${conversationPath(roomId, slug)}">${title}</a>
        ${withRoom && html`in <a class="room-name" href="${roomPath(roomId, roomName)}">${roomName}</a>`}
        <div class="conversation-details">${messageCount} message${messageCount !== 1 && "s"}${
          startedAt !== null &&
          html` on <span class="relativetime" title="${isoTime(startedAt)}">${isoDay(startedAt)}</span>`
        }, bookmarked by ${userLink(byId, byName)}</div>
    </div>`,
  );
}

/** Labels of the first day are clock times; later ones include the date. */
function rows({ messages, conversation }: ConversationPageView): Markup[] {
  const firstDay = isoDay(conversation.startedAt ?? 0);
  return monologuesOf(messages).map(({ messages: group, label }) => {
    const [first] = group;
    if (!first) return html``;
    const text = label === null ? null : isoDay(label) === firstDay ? clockLabel(label) : dateLabel(label);
    const time = text !== null && html`             <div class="timestamp">${text}</div>`;
    return monologue(first, html`${time}${group.map((message) => messageRow(message))}`);
  });
}

function systemMessage(text: string): Markup {
  return html`<div class="system-message-container"><div class="system-message-spacer">&nbsp;</div><div class="system-message">${text}</div><div class="clear-both"></div></div>`;
}
