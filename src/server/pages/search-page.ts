/** `GET /search`: messages that contain a text, in the order given (protocol.md §6.11). */

import { queryOf } from "../paths.js";
import { outside } from "./frame.js";
import { html, type Markup } from "./markup.js";
import { datedMonologue } from "./message.js";
import { pager } from "./pager.js";
import type { SearchPageView } from "./views.js";

/** Renders the search page; without a query, only the form. */
export function renderSearch(view: SearchPageView): string {
  const { frame, query, room = null, user = null, messages } = view;
  return outside(frame, {
    title: "Search",
    content: html`
    <div class="subheader"><h1>Search</h1></div>
    <form id="search-form" action="/search" method="get" role="search">
        <input type="text" name="q" value="${query}" aria-label="search messages" />
        ${room !== null && html`<input type="hidden" name="room" value="${room}" />`}${user !== null && html`<input type="hidden" name="user" value="${user}" />`}
        <input class="button" type="submit" value="search" />
    </form>
${query !== "" && results(view, messages)}
${pager(view.page, view.pageCount, (page) => queryOf({ q: query, room, user, page }))}`,
  });
}

function results(view: SearchPageView, messages: SearchPageView["messages"]): Markup | Markup[] {
  const count = html`
<div class="search-count">
${view.total} messages found
</div>`;
  if (messages.length === 0) return html`${count}    <p class="empty">No messages contain <b>${view.query}</b>.</p>`;
  return [count, ...messages.map((message) => datedMonologue(message, view.frame.now, message.roomName))];
}
