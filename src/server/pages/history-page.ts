/**
 * `GET /messages/{id}/history`: the current state of a message, its pins, and all revisions (protocol.md §6.6).
 * Never recorded; the form follows the parsers of other clients.
 */

import { roomPath } from "../paths.js";
import { outside } from "./frame.js";
import { html, type Markup } from "./markup.js";
import { messageRow, monologue, userLink } from "./message.js";
import { clockLabel, dateLabel, isoDay, isoTime } from "./times.js";
import type { HistoryPageView, RevisionView } from "./views.js";

/** Renders the history page. */
export function renderHistory(view: HistoryPageView): string {
  const { frame, room, message, revisions } = view;
  return outside(frame, {
    title: "Message History",
    content: html`
    <h2>Message as it is now</h2>
    <p class="msg-small">in <a href="${roomPath(room.id, room.name)}">${room.name}</a></p>
${monologue(message, html`${timestamp(message.timeStamp, frame.now)}${messageRow(message)}`)}
${view.pinners.map((pinner) => pin(pinner, frame.now))}
    <h2>History</h2>
${revisions.map((revision) => revisionMarkup(revision, message.id, frame.now))}
${(revisions.length === 0 || view.purged) && html`    <p>(older data no longer available)</p>`}`,
  });
}

function revisionMarkup(revision: RevisionView, messageId: number, now: number): Markup {
  return monologue(
    revision,
    html`${timestamp(revision.timeStamp, now)}
            <div class="message" data-message="${messageId}">
                <div class="content"><b>${revision.label === "deleted" ? "deleted" : `${revision.label}:`}</b>${revision.source !== null && html` <span class="message-source">${revision.source}</span>`}</div>
            </div>`,
  );
}

function pin(pinner: HistoryPageView["pinners"][number], now: number): Markup {
  return html`    <p><span class="stars owner-star"><span class="img"> </span></span> pinned by ${userLink(pinner.id, pinner.name)}, <span class="relativetime" title="${isoTime(pinner.timeStamp)}">${timeLabel(pinner.timeStamp, now)}</span></p>
`;
}

function timestamp(time: number, now: number): Markup {
  return html`             <div class="timestamp" title="${isoTime(time)}">${timeLabel(time, now)}</div>`;
}

/** The clock time of today, otherwise date and time. */
function timeLabel(time: number, now: number): string {
  return isoDay(time) === isoDay(now) ? clockLabel(time) : dateLabel(time);
}
