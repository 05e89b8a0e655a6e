/**
 * The room page: loads the history, subscribes to the room, and starts the other modules. Its parameters are in the `data-`
 * attributes of the body and in `input#fkey`.
 */
import { setOpen, wireCompose } from "./compose.js";
import { button, byId, el, some } from "./dom.js";
import { addMessages, ignored, layOut, mentionsMe, messages, myId, refresh, roomId, update, wireLog } from "./log.js";
import { wireMenu } from "./menu.js";
import { attempt, banner, showNotice } from "./notices.js";
import { arrive, entered, left, people, showPresent, spoke } from "./people.js";
import { otherRoomSpoke, showTimes, wireRooms } from "./rooms.js";
import { wireUpload } from "./upload.js";
import { connect, post } from "./wire.js";

const { mayPost, isOwner, isModerator } = document.body.dataset;
let title = document.title;
const seen = new Set();
let unread = 0;
let pinged = false;

function showUnread() {
  document.title = unread || pinged ? `(${unread || ""}${pinged ? "*" : ""}) ${title}` : title;
}

// ---- events

/** @param {any} event */
function said(event) {
  addMessages([event]);
  spoke(event);
  if (event.user_id === myId || !document.hidden || ignored.has(event.user_id)) return;
  unread++;
  if (mentionsMe(event.content)) pinged = true;
  showUnread();
}

/** Messages moved here that must still be fetched, because their events name the mover instead of the author. @type {number[]} */
const arriving = [];

/** @param {{ message_id: number }} event */
function arrived({ message_id: id }) {
  arriving.push(id);
  if (arriving.length === 1) setTimeout(loadArrived);
}

async function loadArrived() {
  const ids = arriving.splice(0);
  const range = { after: Math.min(...ids), before: Math.max(...ids) + 1 };
  const answer = await post(`/chats/${roomId}/events`, { mode: "Messages", msgCount: 500, ...range });
  if (!answer.ok) return;
  const wanted = new Set(ids);
  const { events } = await answer.json();
  addMessages(events.filter((/** @type {any} */ record) => wanted.has(record.message_id)));
}

/** @type {Record<number, (event: any) => void>} */
const handlers = {
  1: said,
  2: (event) => update(event, event),
  3: (event) => entered(event, event.user_id === myId),
  4: left,
  5: () => void loadRoom(),
  6: ({ message_id: id, message_stars, message_owner_stars, ...event }) => {
    // Only the event of the viewer's own action has their marks.
    const isMine = event.user_id === myId;
    const star = isMine || !message_stars ? { message_starred: event.message_starred === true } : {};
    const pin = isMine || !message_owner_stars ? { message_owner_starred: event.message_owner_starred === true } : {};
    update({ message_id: id }, { content: event.content, message_stars, message_owner_stars, ...star, ...pin });
    void loadStars();
  },
  8: ping,
  10: (event) => {
    const isStarred = messages.get(event.message_id)?.message_stars;
    update(event, { content: undefined, message_stars: 0, message_owner_stars: 0 });
    if (isStarred) void loadStars();
  },
  13: () => void loadIgnored(),
  14: ({ content }) => banner(textOf(content)),
  15: (event) => (event.target_user_id ?? myId) === myId && location.reload(),
  16: ({ content }) => {
    const page = /href="(\/rooms\/info\/\d+\?tab=access)"/.exec(content)?.[1];
    banner(textOf(content), { actions: page ? [el("a", { class: "button", href: page }, "review")] : [] });
  },
  17: (event) => {
    const go = el("a", { class: "button", href: `/rooms/${Number(event.room_id)}` }, "go to room");
    banner(`${event.user_name} invites you to ${event.room_name}.`, { key: `invite-${event.room_id}`, actions: [go] });
  },
  18: ping,
  19: (event) => {
    messages.delete(event.message_id);
    refresh(event.message_id);
  },
  20: arrived,
  34: async ({ target_user_id: id }) => {
    const { users } = await (await post("/user/info", { ids: id, roomId })).json();
    for (const user of users) if (people.has(user.id)) arrive(user);
  },
};
/** Types of events that concern the viewer in any room. */
const PERSONAL_EVENTS = new Set([8, 13, 14, 16, 17, 18]);

/** @param {string} [html] */
const textOf = (html = "") => new DOMParser().parseFromString(html, "text/html").body.textContent ?? "";

/** @param {any} frame */
function onFrame(frame) {
  for (const [key, part] of Object.entries(frame)) {
    const isOwn = key === `r${roomId}`;
    if (isOwn && part.reset) location.reload();
    if (isOwn && part.timeout) timeOut(part.timeout);
    for (const event of part.e ?? []) {
      if (seen.has(event.id)) continue;
      seen.add(event.id);
      if (seen.size > 2000) seen.delete(seen.values().next().value);
      if (event.room_id === roomId || PERSONAL_EVENTS.has(event.event_type)) handlers[event.event_type]?.(event);
      else if (event.event_type === 1) otherRoomSpoke(event);
    }
  }
}

/** @param {any} event */
function ping(event) {
  // A reply to oneself also emits a ping.
  if (event.user_id === myId) return;
  if (document.hidden) pinged = true;
  showUnread();
  if (event.room_id !== roomId) {
    const go = el("a", { class: "button", href: `/rooms/${Number(event.room_id)}` }, "go to room");
    const text = `${event.user_name} mentioned you in ${event.room_name}: ${textOf(event.content).slice(0, 140)}`;
    banner(text, { key: `ping-${event.message_id}`, actions: [go] });
  }
  void post("/messages/ack", { id: event.message_id });
}

// ---- the state of the room and of the connection

let timeoutEnds = 0;
let retryNow = () => {};

/** Starts a timeout, in which only owners and moderators may post. @param {number} seconds */
function timeOut(seconds) {
  const isFree = isOwner === "true" || isModerator === "true";
  const isRunning = timeoutEnds > Date.now();
  timeoutEnds = Date.now() + seconds * 1000;
  if (!isFree) setOpen(false);
  if (!isRunning) tick();

  function tick() {
    const left = Math.ceil((timeoutEnds - Date.now()) / 1000);
    const until = isFree ? "Others can post again" : "You can post again";
    const text = `This room is in timeout. ${until} in ${some(left, "second")}.`;
    const shown = byId("banners").querySelector('[data-key="timeout"] span');
    if (left > 0 && shown) shown.textContent = text;
    else if (left > 0) banner(text, { key: "timeout", kind: "warn", isFixed: true });
    if (left > 0) return void setTimeout(tick, 1000);
    byId("banners").querySelector('[data-key="timeout"]')?.remove();
    setOpen(true);
  }
}

/** @param {import("./wire.js").Connection} connection */
function showConnection({ state, seconds, retry }) {
  const place = byId("connection");
  document.body.dataset.connection = state;
  const wait = some(seconds ?? 0, "second");
  const counter = place.querySelector(".countdown");
  if (retry) retryNow = retry;
  if (state === "live") place.replaceChildren();
  else if (state === "waiting" && counter) counter.textContent = wait;
  else if (state === "waiting") {
    // Only the count changes afterward, so that a screen reader reads the sentence once.
    const count = el("span", { class: "countdown", "aria-live": "off" }, wait);
    place.replaceChildren(
      "Connection lost. Retrying in ",
      count,
      ". ",
      button("retry now", () => retryNow()),
    );
  }
  if (state === "stale") {
    const again = button("reload", () => location.reload());
    place.replaceChildren("Your login has ended, or the server was restarted. ", again);
  }
  if (state === "out") {
    place.replaceChildren();
    setOpen(false);
    const back = button("rejoin", () => location.reload());
    const away = el("a", { class: "button", href: "/" }, "all rooms");
    const text = "You are no longer in this room: you left it in another window, or an owner removed you.";
    banner(text, { key: "out", kind: "warn", isFixed: true, actions: [back, away] });
  }
}

// ---- loading

async function loadStars() {
  const response = await fetch(`/chats/stars/${roomId}?count=10`);
  if (!response.ok) return;
  const list = /** @type {HTMLElement} */ (document.querySelector("#starred-posts ul"));
  list.innerHTML = await response.text();
  byId("no-stars").hidden = list.childElementCount > 0;
  for (const item of list.children) {
    item.classList.toggle("pinned", item.querySelector(".owner-star") !== null);
    item.querySelector(".permalink")?.setAttribute("target", "_blank");
  }
  showTimes();
}

async function loadRoom() {
  const thumbs = await (await fetch(`/rooms/thumbs/${roomId}`)).json();
  byId("roomname").textContent = thumbs.name;
  byId("roomdesc").innerHTML = thumbs.description;
  byId("room-tags").innerHTML = thumbs.tags;
  title = `${thumbs.name}${title.slice(title.lastIndexOf(" | "))}`;
  showUnread();
}

async function loadIgnored() {
  if (!myId) return;
  const ids = await (await fetch("/users/ignorelist")).json();
  ignored.clear();
  for (const id of ids) ignored.add(id);
  layOut();
}

/** @param {Record<string, string | number>} [more] */
async function loadMessages(more = {}) {
  const response = await post(`/chats/${roomId}/events`, { since: 0, mode: "Messages", msgCount: 100, ...more });
  if (!response.ok) throw new Error(`the messages could not be loaded (status ${response.status})`);
  const answer = await response.json();
  addMessages(answer.events);
  if (answer.events.length < 100) byId("getmore").hidden = true;
  return answer;
}

// ---- wiring

/** @param {string} which */
const leave = async (which) => {
  await post(`/chats/leave/${which}`, { quiet: "true" });
  location.assign("/");
};

/** @param {string} id @param {(event: any) => void} listener */
const onClick = (id, listener) =>
  byId(id)?.addEventListener("click", (/** @type {Event} */ event) => {
    event.preventDefault();
    listener(event);
  });

async function favorite() {
  if (!(await attempt("/rooms/favorite", { roomId }))) return;
  const now = byId("toggle-favorite").classList.toggle("favorite-room");
  byId("toggle-favorite").setAttribute("aria-pressed", String(now));
}

/** @param {boolean} [open] */
function toggleSidebar(open) {
  const isOpen = document.body.classList.toggle("sidebar-open", open);
  byId("sidebar-toggle").setAttribute("aria-expanded", String(isOpen));
  byId("sidebar-toggle").textContent = isOpen ? "messages" : "room info";
}

function wire() {
  wireLog();
  wireMenu();
  wireCompose();
  wireUpload();
  wireRooms();
  onClick("leave", () => leave(String(roomId)));
  onClick("leaveall", () => leave("all"));
  onClick("toggle-favorite", favorite);
  byId("toggle-favorite")?.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    void favorite();
  });
  onClick(
    "getmore",
    () => void loadMessages({ before: Math.min(...messages.keys()) }).catch((error) => showNotice(error.message)),
  );
  onClick("sidebar-toggle", () => toggleSidebar());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.classList.contains("sidebar-open")) toggleSidebar(false);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    unread = 0;
    pinged = false;
    showUnread();
  });
  setInterval(showPresent, 60_000);
}

async function start() {
  wire();
  const records =
    document.querySelector(".js-present")?.getAttribute("data-users") ?? byId("present-users").dataset.present;
  for (const person of JSON.parse(records ?? "[]")) people.set(person.id, person);
  showPresent();
  try {
    await loadIgnored();
    const { time, timeout } = await loadMessages();
    if (timeout) timeOut(timeout);
    if (mayPost === "true" && matchMedia("(hover: hover)").matches) byId("input")?.focus();
    void loadStars();
    await connect({ roomId, cursor: time, onFrame, onState: showConnection });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    byId("connection").textContent = `Cannot start: ${reason}. Reload to try again.`;
  }
}

void start();
