/** `GET /users`: the users of a site. Never recorded; uses the cards of the room info page (protocol.md §6.9, §6.10). */

import { queryOf } from "../paths.js";
import { userCard } from "./cards.js";
import { fkeyInput, outside } from "./frame.js";
import { html } from "./markup.js";
import { pager } from "./pager.js";
import type { UsersPageView } from "./views.js";

/** Renders the users list. */
export function renderUsers(view: UsersPageView): string {
  const { frame, users, filter } = view;
  const details = { idPrefix: "user", roomId: 0, roomName: "", now: frame.now } as const;
  return outside(frame, {
    title: "Users",
    current: "users",
    content: html`
    <div class="subheader">
        <h1>Users</h1>
        <form id="usersearch" method="get" role="search">
            <input type="text" id="search" name="filter" value="${filter}" placeholder="filter users" aria-label="filter users"/>
        </form>
    </div>
    <div id="room-usercards-container">
${users.map((user) => userCard({ ...user, lastPost: null }, details))}
${users.length === 0 && html`<p class="empty">No users${filter && html` match <b>${filter}</b>`}.</p>`}
    </div>
${pager(view.page, view.pageCount, (page) => queryOf({ filter, page }))}
    ${fkeyInput(frame.fkey)}`,
  });
}
