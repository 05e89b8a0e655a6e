/** Who is in the room: the list in the sidebar, and the discreet line about who came and who left. */
import { ago, avatar, byId, el, serverNow } from "./dom.js";

/** Who is in the room, by id. @type {Map<number, any>} */
export const people = new Map();
/** Whoever was silent for this many seconds fades. */
const idleAfter = 1800;
let noteTimer = 0;

/** @param {any} person */
export function arrive(person) {
  people.set(person.id, { ...people.get(person.id), ...person });
  showPresent();
}

/** Somebody entered, as an event. @param {any} event @param {boolean} isMe */
export function entered({ user_id: id, user_name: name }, isMe) {
  if (!people.has(id) && !isMe) note(`${name} came in`);
  arrive({ id, name });
}

/** Somebody left, as an event. @param {any} event */
export function left({ user_id: id, user_name: name }) {
  if (people.delete(id)) note(`${name} left`);
  showPresent();
}

/** A new message makes its author present and last to talk. @param {any} event */
export function spoke({ user_id: id, user_name: name, time_stamp: time }) {
  if (id > 0) arrive({ id, name, last_post: time });
}

/** @param {string} text */
function note(text) {
  clearTimeout(noteTimer);
  byId("coming-and-going").textContent = text;
  noteTimer = window.setTimeout(() => byId("coming-and-going").replaceChildren(), 12_000);
}

/** Draws the list: who spoke last stands first. */
export function showPresent() {
  const list = [...people.values()].sort((a, b) => (b.last_post ?? 0) - (a.last_post ?? 0) || a.id - b.id);
  byId("present-count").textContent = String(list.length);
  byId("present-users").replaceChildren(...list.map(personRow));
}

/** @param {any} person */
function personRow({ id, name, is_owner, is_moderator, last_post }) {
  const isIdle = !last_post || serverNow() - last_post > idleAfter;
  const link = el(
    "a",
    { href: `/users/${id}`, target: "_blank", title: last_post ? `${name}, last spoke ${ago(last_post)}` : name },
    pictureOf(id, name),
    el("span", { class: "present-name" }, name, is_moderator ? " ♦" : ""),
  );
  if (is_owner) link.append(el("span", { class: "owner-mark" }, "owner"));
  const className = `present-user user-container user-${id}${isIdle ? " inactive" : ""}`;
  return el("li", { id: `present-user-${id}`, class: className }, link);
}

/** Scripts of others read names from the title of the picture, which is never shown here. @param {number} id @param {string} name */
function pictureOf(id, name) {
  const picture = avatar(id, name);
  picture.append(el("img", { loading: "lazy", width: "32", height: "32", src: "data:,", alt: name, title: name }));
  return picture;
}
