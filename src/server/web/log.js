/**
 * The message log of the room page: turns message records (from `mode=Messages` and events) into the DOM of protocol.md
 * §6.4, grouped as §6.5 says. Content goes through content.js; everything else is inserted as text.
 */
import { contentOf } from "./content.js";
import { avatar, byId, clock, el, some } from "./dom.js";

export { mentionsMe } from "./content.js";

export const chat = /** @type {HTMLElement} */ (document.getElementById("chat"));
export const scroller = /** @type {HTMLElement} */ (document.getElementById("chat-scroll"));
export const roomId = Number(document.body.dataset.roomId);
export const myId = Number(document.body.dataset.userId);

/** All known messages, by id. @type {Map<number, any>} */
export const messages = new Map();
/** Users whose messages the viewer ignores. @type {Set<number>} */
export const ignored = new Set();
let lastLabel = 0;
let unlabeled = 0;
let newest = 0;
/** The number of new messages below the visible part. */
let below = 0;

/** Adds messages, and merges changes into known ones. @param {any[]} records */
export function addMessages(records) {
  const append = records.length === 1 && records[0].message_id > newest;
  for (const record of records)
    messages.set(record.message_id, { room_id: roomId, ...messages.get(record.message_id), ...record });
  if (!append) return keepPlace(layOut);
  const [record] = records;
  if (!isAtBottom() && record.user_id !== myId) below++;
  else if (record.user_id === myId) scroller.scrollTop = scroller.scrollHeight;
  keepPlace(() => place(messages.get(record.message_id)));
  showBelow();
}

/** Redraws or removes one message. @param {number} id */
export function refresh(id) {
  const old = document.getElementById(`message-${id}`);
  const record = messages.get(id);
  if (!old) return;
  if (!record) return keepPlace(layOut);
  const fresh = row(record);
  const link = /** @type {HTMLElement} */ (fresh.firstElementChild);
  link.tabIndex = /** @type {HTMLElement} */ (old.firstElementChild).tabIndex;
  const hadFocus = old.contains(document.activeElement);
  keepPlace(() => old.replaceWith(fresh));
  if (hadFocus) link.focus();
}

/** Changes a known message. @param {{ message_id: number }} event @param {Record<string, unknown>} change */
export function update({ message_id: id }, change) {
  const known = messages.get(id);
  if (!known) return;
  messages.set(id, { ...known, ...change });
  refresh(id);
}

const isAtBottom = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;

/** Runs a change and keeps the scroll position: at the newest message if it was there, else at the same message. @param {() => void} change */
export function keepPlace(change) {
  const atBottom = isAtBottom();
  const top = scroller.getBoundingClientRect().top;
  const anchor = atBottom
    ? undefined
    : [...chat.querySelectorAll(".message")].find((message) => message.getBoundingClientRect().bottom > top);
  const before = anchor?.getBoundingClientRect().top ?? 0;
  change();
  if (atBottom) toBottom();
  else if (anchor)
    scroller.scrollTop += (document.getElementById(anchor.id)?.getBoundingClientRect().top ?? before) - before;
}

/** Scrolls to the newest message. */
export function toBottom() {
  scroller.scrollTop = scroller.scrollHeight;
  below = 0;
  showBelow();
}

function showBelow() {
  const jump = byId("new-messages");
  jump.hidden = below === 0;
  jump.textContent = `↓ ${some(below, "new message")}`;
}

/** Scrolls to a message and highlights it briefly. Returns false if it is not on the page. @param {number} id */
export function reveal(id) {
  const message = byId(`message-${id}`);
  if (!message) return false;
  message.scrollIntoView({ block: "center" });
  message.classList.add("highlight");
  setTimeout(() => message.classList.remove("highlight"), 2000);
  return true;
}

/** Attaches the listeners of the log: scrolling, late images, and the keys that move between messages. */
export function wireLog() {
  let wasAtBottom = true;
  scroller.addEventListener("scroll", () => {
    wasAtBottom = isAtBottom();
    if (wasAtBottom && below > 0) {
      below = 0;
      showBelow();
    }
  });
  new ResizeObserver(() => wasAtBottom && toBottom()).observe(scroller);
  chat.addEventListener("load", () => wasAtBottom && toBottom(), true);
  byId("new-messages").addEventListener("click", toBottom);
  chat.addEventListener("keydown", (event) => {
    const link = /** @type {HTMLElement} */ (event.target);
    if (!link.matches(".action-link")) return;
    const links = /** @type {HTMLElement[]} */ ([...chat.querySelectorAll(".action-link")]);
    const at = links.indexOf(link);
    const target = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: links.length - 1 }[event.key];
    if (target === undefined) return;
    event.preventDefault();
    stopAt(links[Math.max(0, Math.min(links.length - 1, target))])?.focus();
  });
  const parentOf = (/** @type {Event} */ event) => {
    const message = /** @type {Element} */ (event.target).closest(".message");
    const record = messages.get(Number(message?.id.slice("message-".length)));
    return record?.show_parent ? byId(`message-${record.parent_id}`) : null;
  };
  chat.addEventListener("mouseover", (event) => parentOf(event)?.classList.add("parent"));
  chat.addEventListener("mouseout", (event) => parentOf(event)?.classList.remove("parent"));
  chat.addEventListener("focusin", (event) => parentOf(event)?.classList.add("parent"));
  chat.addEventListener("focusout", (event) => parentOf(event)?.classList.remove("parent"));
}

/** Makes one message the tab stop of the log. @param {HTMLElement | null | undefined} link */
function stopAt(link) {
  if (!link) return null;
  for (const old of chat.querySelectorAll('.action-link[tabindex="0"]')) old.setAttribute("tabindex", "-1");
  link.tabIndex = 0;
  return link;
}

/** Redraws all messages. */
export function layOut() {
  chat.setAttribute("aria-busy", "true");
  chat.replaceChildren();
  lastLabel = unlabeled = newest = 0;
  for (const id of [...messages.keys()].sort((a, b) => a - b)) place(messages.get(id));
  chat.setAttribute("aria-busy", "false");
  byId("chat-empty").hidden = messages.size > 0;
}

/** Appends a message after the newest one. @param {any} record */
function place(record) {
  byId("chat-empty").hidden = true;
  if (ignored.has(record.user_id)) return;
  const previous = messages.get(newest);
  const gap = previous ? record.time_stamp - previous.time_stamp : 0;
  let monologue = /** @type {HTMLElement | null} */ (chat.lastElementChild);
  if (!monologue || previous?.user_id !== record.user_id || gap > 600 || /^(-{3,}|={3,})$/.test(record.content ?? "")) {
    if (gap > 3600) chat.append(later(Math.floor(gap / 3600)));
    monologue = startMonologue(record);
    chat.append(monologue);
  }
  const message = row(record);
  monologue.querySelector(".messages")?.append(message);
  if (!chat.contains(document.activeElement))
    stopAt(/** @type {HTMLElement | null} */ (message.querySelector(".action-link")));
  newest = record.message_id;
}

/** @param {any} record */
function startMonologue({ user_id: id, user_name: name, time_stamp: time }) {
  const user = el("a", { class: "signature", href: `/users/${id}`, target: "_blank", tabindex: "-1" });
  user.append(avatar(id, name), el("span", { class: "username" }, name));
  const list = el("div", { class: "messages" });
  if (time - lastLabel > 900 || unlabeled >= 5) {
    lastLabel = time;
    unlabeled = 0;
    list.append(el("div", { class: "timestamp", title: new Date(time * 1000).toString() }, clock(time)));
  } else {
    unlabeled++;
  }
  return el("div", { class: `monologue user-${id}${id === myId ? " mine" : ""}` }, user, list);
}

/** @param {number} hours */
function later(hours) {
  const text = hours < 48 ? `${some(hours, "hour")} later…` : `${some(Math.floor(hours / 24), "day")} later…`;
  return el("div", { class: "system-message-container" }, el("div", { class: "system-message" }, text));
}

/** @param {any} record */
function row(record) {
  const id = record.message_id;
  const deleted = record.content === undefined;
  const message = el("div", { class: `message${deleted ? " gone" : ""}`, id: `message-${id}` });
  const edited = record.message_edits && !deleted;
  const menu = {
    class: `action-link${edited ? " edits" : ""}`,
    href: `/transcript/message/${id}#${id}`,
    role: "button",
    tabindex: "-1",
    "aria-haspopup": "menu",
    "aria-expanded": "false",
    "aria-label": `${edited ? "edited, " : ""}actions for this message by ${record.user_name}, ${clock(record.time_stamp)}`,
    title: `${edited ? "edited – " : ""}${new Date(record.time_stamp * 1000).toLocaleString()}`,
  };
  message.append(el("a", menu, el("span", { class: "img" })));
  if (record.show_parent) {
    const href = `/transcript/message/${record.parent_id}#${record.parent_id}`;
    const title = "This is a reply to an earlier message";
    const link = { class: "reply-info reply-info-container", href, title, "aria-label": title };
    message.append(el("a", link, el("span", { class: "reply-info-arrow" }, " ")));
  }
  const removed = () => el("div", { class: "content" }, el("span", { class: "deleted" }, "(removed)"));
  message.append(el("div", { class: "message-info-container" }, deleted ? removed() : contentOf(record)));
  const meta = el("span", { class: "meta" });
  const flash = el("span", { class: "flash" });
  if (!deleted) {
    if (record.message_stars || record.message_owner_stars) flash.append(stars(record));
    else if (myId && record.user_id !== myId) meta.append(stars(record));
    if (myId && byId("input")) {
      const reply = { title: "reply to this message", "aria-label": "reply to this message", tabindex: "-1" };
      meta.append(el("button", { type: "button", class: "newreply", ...reply }));
    }
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
  const label = `${title}${count ? `, ${some(count, "star")}` : ""}`;
  const times = el("span", { class: "times" }, count > 1 ? String(count) : "");
  const attributes = {
    type: "button",
    class: `stars vote-count-container${flags}`,
    title,
    "aria-label": label,
    "aria-pressed": String(Boolean(mine)),
    tabindex: "-1",
  };
  return el("button", attributes, el("span", { class: "img" }), times);
}
