/** The present users: the list in the sidebar, and the line about users who entered or left. */
import { ago, avatar, byId, el, serverNow } from "./dom.js";

/** The present users, by id. @type {Map<number, any>} */
export const people = new Map();
/** Users who posted nothing for this many seconds are dimmed. */
const IDLE_AFTER_SECONDS = 1800;
let noteTimer = 0;

/** @param {any} person */
export function arrive(person) {
  people.set(person.id, { ...people.get(person.id), ...person });
  showPresent();
}

/** Handles the event of a user entering. @param {any} event @param {boolean} isMe */
export function entered({ user_id: id, user_name: name }, isMe) {
  if (!people.has(id) && !isMe) note(`${name} entered`);
  arrive({ id, name });
}

/** Handles the event of a user leaving. @param {any} event */
export function left({ user_id: id, user_name: name }) {
  if (people.delete(id)) note(`${name} left`);
  showPresent();
}

/** Marks the author of a new message as present and most recently active. @param {any} event */
export function spoke({ user_id: id, user_name: name, time_stamp: time }) {
  if (id > 0) arrive({ id, name, last_post: time });
}

/** @param {string} text */
function note(text) {
  clearTimeout(noteTimer);
  byId("coming-and-going").textContent = text;
  noteTimer = window.setTimeout(() => byId("coming-and-going").replaceChildren(), 12_000);
}

/** Draws the list, most recently active users first. */
export function showPresent() {
  const list = [...people.values()].sort((a, b) => (b.last_post ?? 0) - (a.last_post ?? 0) || a.id - b.id);
  byId("present-count").textContent = String(list.length);
  byId("present-users").replaceChildren(...list.map(personRow));
}

/** @param {any} person */
function personRow({ id, name, is_owner, is_moderator, last_post }) {
  const isIdle = !last_post || serverNow() - last_post > IDLE_AFTER_SECONDS;
  const link = el(
    "a",
    { href: `/users/${id}`, target: "_blank", title: last_post ? `${name}, last message ${ago(last_post)}` : name },
    pictureOf(id, name),
    el("span", { class: "present-name" }, name, is_moderator ? " ♦" : ""),
  );
  if (is_owner) link.append(el("span", { class: "owner-mark" }, "owner"));
  const className = `present-user user-container user-${id}${isIdle ? " inactive" : ""}`;
  return el("li", { id: `present-user-${id}`, class: className }, link);
}

/** Creates an avatar with a hidden `img`, because userscripts read names from its title. @param {number} id @param {string} name */
function pictureOf(id, name) {
  const picture = avatar(id, name);
  picture.append(el("img", { loading: "lazy", width: "32", height: "32", src: "data:,", alt: name, title: name }));
  return picture;
}
