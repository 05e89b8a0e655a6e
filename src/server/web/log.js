/**
 * The message log of the room page: from message records (as `mode=Messages` and events have them) to the DOM of
 * protocol.md §6.4. `content` is HTML the server made and escaped; everything else goes in as text.
 */

export const chat = /** @type {HTMLElement} */ (document.getElementById("chat"));
const scroller = /** @type {HTMLElement} */ (document.getElementById("chat-scroll"));
export const roomId = Number(document.body.dataset.roomId);
export const myId = Number(document.body.dataset.userId);
const myName = fold(document.body.dataset.userName ?? "");

/** Every message known, by id. @type {Map<number, any>} */
export const messages = new Map();
/** Who is in the room, by id. @type {Map<number, any>} */
export const people = new Map();
let lastLabel = 0;
let unlabelled = 0;
let newest = 0;

/** @param {string} name */
export function fold(name) {
  return name
    .normalize("NFD")
    .replace(/[\p{M}\s]/gu, "")
    .toLowerCase();
}

/**
 * An element with text or children.
 * @param {string} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** The locally drawn picture of a person. @param {number} id @param {string} name @param {string} [size] */
export function avatar(id, name, size = "avatar-32") {
  const letters = (name.match(/[\p{L}\p{N}]+/gu) ?? ["?"]).slice(0, 2).map((word) => [...word][0]);
  const tint = `tint-${Math.abs(id) % 12}`;
  return el("span", {
    class: `avatar ${size} ${tint}`,
    "data-initials": letters.join("").toUpperCase(),
    "aria-hidden": "true",
  });
}

/** Takes messages in; what changed of a known one is merged. @param {any[]} records */
export function addMessages(records) {
  const append = records.length === 1 && records[0].message_id > newest;
  for (const record of records) messages.set(record.message_id, { ...messages.get(record.message_id), ...record });
  if (append) return keepBottom(() => place(messages.get(records[0].message_id)));
  keepBottom(layOut);
}

/** Redraws one message, or takes it away. @param {number} id */
export function refresh(id) {
  const old = document.getElementById(`message-${id}`);
  const record = messages.get(id);
  if (old && record) keepBottom(() => old.replaceWith(row(record)));
  else if (old) keepBottom(layOut);
}

/** Changes a known message. @param {{ message_id: number }} event @param {Record<string, unknown>} change */
export function update({ message_id: id }, change) {
  const known = messages.get(id);
  if (!known) return;
  messages.set(id, { ...known, ...change });
  refresh(id);
}

/** Runs a change and stays at the newest message if we were there, or at the same old one otherwise. @param {() => void} change */
export function keepBottom(change) {
  const { scrollHeight, scrollTop, clientHeight } = scroller;
  const atBottom = scrollHeight - scrollTop - clientHeight < 80;
  const first = chat.querySelector(".message");
  const before = first?.getBoundingClientRect().top ?? 0;
  change();
  if (atBottom) scroller.scrollTop = scroller.scrollHeight;
  else if (first)
    scroller.scrollTop += (document.getElementById(first.id)?.getBoundingClientRect().top ?? before) - before;
}

/** True when a content names the viewer. @param {string} [content] */
export function mentionsMe(content = "") {
  return [...content.matchAll(/@([^\s._!?();:/+&<-]{3,})/g)].some(([, name = ""]) => myName.startsWith(fold(name)));
}

function layOut() {
  chat.setAttribute("aria-busy", "true");
  chat.replaceChildren();
  lastLabel = unlabelled = newest = 0;
  for (const id of [...messages.keys()].sort((a, b) => a - b)) place(messages.get(id));
  chat.setAttribute("aria-busy", "false");
}

/** Puts a message behind the newest one. @param {any} record */
function place(record) {
  const previous = messages.get(newest);
  const gap = previous ? record.time_stamp - previous.time_stamp : 0;
  let monologue = /** @type {HTMLElement | null} */ (chat.lastElementChild);
  if (!monologue || previous?.user_id !== record.user_id || gap > 600) {
    if (gap > 3600) chat.append(later(Math.floor(gap / 3600)));
    monologue = startMonologue(record);
    chat.append(monologue);
  }
  monologue.querySelector(".messages")?.append(row(record));
  newest = record.message_id;
}

/** @param {any} record */
function startMonologue({ user_id: id, user_name: name, time_stamp: time }) {
  const user = el("a", { class: "signature", href: `/users/${id}`, target: "_blank" });
  user.append(avatar(id, name), el("span", { class: "username" }, name));
  const list = el("div", { class: "messages" });
  if (time - lastLabel > 900 || unlabelled >= 5) {
    lastLabel = time;
    unlabelled = 0;
    list.append(el("div", { class: "timestamp", title: new Date(time * 1000).toISOString() }, clock(time)));
  } else {
    unlabelled++;
  }
  return el("div", { class: `monologue user-${id}${id === myId ? " mine" : ""}` }, user, list);
}

/** @param {number} hours */
function later(hours) {
  const text = `${hours} hour${hours === 1 ? "" : "s"} later…`;
  return el("div", { class: "system-message-container" }, el("div", { class: "system-message" }, text));
}

/** @param {number} time */
function clock(time) {
  const date = new Date(time * 1000);
  const at = date.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
  if (date.toDateString() === new Date().toDateString()) return at;
  return `${date.toLocaleDateString([], { month: "short", day: "numeric" })} ${at}`;
}

/** @param {any} record */
function row(record) {
  const id = record.message_id;
  const deleted = record.content === undefined;
  const message = el("div", { class: "message", id: `message-${id}` });
  const edited = record.message_edits ? " edits" : "";
  const menu = { class: `action-link${edited}`, href: `/transcript/message/${id}#${id}`, "aria-haspopup": "menu" };
  message.append(el("a", { ...menu, "aria-label": `${edited && "edited, "}actions` }, el("span", { class: "img" })));
  if (record.show_parent) {
    const href = `/transcript/message/${record.parent_id}#${record.parent_id}`;
    message.append(el("a", { class: "reply-info", href, title: "This is a reply to an earlier message" }, " "));
  }
  message.append(
    deleted ? el("div", { class: "content" }, el("span", { class: "deleted" }, "(removed)")) : contentOf(record),
  );
  const meta = el("span", { class: "meta" });
  const flash = el("span", { class: "flash" });
  if (!deleted) {
    if (record.message_stars || record.message_owner_stars) flash.append(stars(record));
    else if (myId && record.user_id !== myId) meta.append(stars(record));
    if (myId)
      meta.append(el("button", { type: "button", class: "newreply", title: "reply to this message", tabindex: "-1" }));
  }
  message.append(meta, flash);
  return message;
}

/** @param {any} record */
function stars({
  message_stars: count,
  message_owner_stars: pins,
  message_starred: mine,
  message_owner_starred: myPin,
}) {
  const flags = `${mine ? " user-star" : ""}${pins ? " owner-star" : ""}${myPin ? " user-owner-star" : ""}`;
  const title = pins ? "pinned" : mine ? "you starred this" : "star this message as useful or interesting";
  const label = `${title}${count ? `, ${count} stars` : ""}`;
  const times = el("span", { class: "times" }, count > 1 ? String(count) : "");
  const attributes = {
    type: "button",
    class: `stars vote-count-container${flags}`,
    title,
    "aria-label": label,
    tabindex: "-1",
  };
  return el("button", attributes, el("span", { class: "img" }), times);
}

/** @param {any} record */
function contentOf({ message_id: id, content }) {
  const box = el("div", { class: "content" });
  box.innerHTML = content.startsWith("&gt; ") ? `<div class="quote">${content.slice(5)}</div>` : content;
  for (const link of box.querySelectorAll("a")) link.target = "_blank";
  const partial = box.querySelector(".partial");
  if (partial)
    partial.append(
      " ",
      el("a", { href: `/messages/${roomId}/${id}`, target: "_blank", class: "more-data" }, "(see full text)"),
    );
  if (mentionsMe(content)) markMentions(box);
  return box;
}

/** Wraps the names in a content that mean the viewer. @param {HTMLElement} box */
function markMentions(box) {
  const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(/** @type {Text} */ (walker.currentNode));
  for (const text of texts) {
    const parts = text.data.split(/(@[^\s._!?();:/+&<-]{3,})/);
    const marked = parts.map((part) =>
      part.startsWith("@") && mentionsMe(part) ? el("span", { class: "mention" }, part) : part,
    );
    text.replaceWith(...marked);
  }
}
