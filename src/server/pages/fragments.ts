/** HTML fragments that page scripts fetch: rooms to choose from, users to ping, the result of an upload. */
import { roomMini, tagLinks } from "./cards.js";
import { html, page, scriptQuoted } from "./markup.js";
import { userLink } from "./message.js";
import type { PersonView, RoomView } from "./views.js";

/** `GET /rooms/minilist`. */
export function renderMiniList(rooms: readonly RoomView[]): string {
  return page(html`${rooms.map(roomMini)}`);
}

/** The tags in `GET /rooms/thumbs/{id}`. */
export function renderTags(tags: readonly string[], siteUrl: string): string {
  return page(html`${tagLinks(tags, siteUrl)}`).trimEnd();
}

/** `GET /users/any/{room}` (never recorded). */
export function renderAnybody(people: readonly PersonView[]): string {
  return page(html`<ul class="users-any">${people.map(
    (person) => html`
    <li class="user-${person.id}" data-id="${person.id}">${userLink(person.id, person.name)}</li>`,
  )}
</ul>
`);
}

/** The response of `POST /upload/image` (protocol.md §5.9): the URL of the image, or an error. */
export function renderUpload(outcome: { readonly result: string } | { readonly error: string }): string {
  const [name, value] = "result" in outcome ? ["result", outcome.result] : ["error", outcome.error];
  return page(html`<!DOCTYPE html>
<html>
<head><title>upload</title></head>
<body>
<script>
    var ${name} = ${scriptQuoted(value)};
    window.parent.closeDialog && window.parent.closeDialog(${name});
</script>
</body>
</html>
`);
}
