/** `GET /chats/stars/{room}`: the starred messages of the sidebar, as an HTML fragment (protocol.md §6.7). */
import { html, type Markup, page } from "./markup.js";
import { contentOf, starsOf, userLink } from "./message.js";
import { isoDay, isoTime } from "./times.js";
import type { MessageView, PersonView } from "./views.js";

/** Renders one `li` per message, in the order given; the caller puts pinned ones first. */
export function renderStarsFragment(messages: readonly MessageView[], viewer: PersonView | null): string {
  return page(html`${messages.map((message) => summary(message, viewer))}`);
}

function summary(message: MessageView, viewer: PersonView | null): Markup {
  const { id, timeStamp } = message;
  return html`<li id="summary_${id}" data-time="${timeStamp}">
    ${starsOf(message, "sidebar-vote")}
    ${contentOf(message)} - <a class="permalink" rel="noreferrer noopener" href="/transcript/message/${id}#${id}"><span class="relativetime" title="${isoTime(timeStamp)}">${isoDay(timeStamp)}</span></a> by ${userLink(message.userId, message.userName)}
    ${viewer && html`<span class="quick-unstar" title="remove my star"></span>`}
</li>
`;
}
