/**
 * The room page: loads the history, follows the room live, and turns keys and clicks into actions. Everything it needs
 * to know stands in `data-` attributes of the body and in `input#fkey`.
 */
import { attempt, tell, wireCompose } from "./compose.js";
import { addMessages, avatar, el, mentionsMe, messages, myId, people, refresh, roomId, update } from "./log.js";
import { connect, post } from "./wire.js";

const { mayPost } = document.body.dataset;
const title = document.title;
/** @param {string} id @returns {any} */
const byId = (id) => document.getElementById(id);
const seen = new Set();
let unread = 0;
let pinged = false;

function showUnread() {
  document.title = unread ? `(${unread}${pinged ? "*" : ""}) ${title}` : title;
}

// ---- events

/** @type {Record<number, (event: any) => void>} */
const handlers = {
  1: (event) => {
    addMessages([event]);
    if (event.user_id !== myId && document.hidden) unread++;
    if (mentionsMe(event.content) && document.hidden) pinged = true;
    showUnread();
    spoke(event);
  },
  2: (event) => update(event, event),
  3: (event) => arrive({ id: event.user_id, name: event.user_name }),
  4: (event) => {
    people.delete(event.user_id);
    showPresent();
  },
  5: () => loadRoom(),
  6: ({ message_id: id, message_stars, message_owner_stars, ...event }) => {
    const mine = message_stars ? {} : { message_starred: false };
    const pins = message_owner_stars ? {} : { message_owner_starred: false };
    update({ message_id: id }, { content: event.content, message_stars, message_owner_stars, ...mine, ...pins });
    loadStars();
  },
  8: ping,
  10: (event) => update(event, { content: undefined, message_stars: 0, message_owner_stars: 0 }),
  15: (event) => (event.target_user_id ?? myId) === myId && location.reload(),
  18: ping,
  19: (event) => {
    messages.delete(event.message_id);
    refresh(event.message_id);
  },
  20: (event) => addMessages([event]),
};

/** @param {any} frame */
function onFrame(frame) {
  const own = frame[`r${roomId}`];
  if (own?.exit) tell("You have been removed from this room.");
  if (own?.reset) location.reload();
  for (const event of own?.e ?? []) {
    if (seen.has(event.id)) continue;
    seen.add(event.id);
    if (seen.size > 2000) seen.delete(seen.values().next().value);
    if (event.room_id === roomId || event.event_type === 8 || event.event_type === 18)
      handlers[event.event_type]?.(event);
  }
}

/** @param {any} event */
function ping(event) {
  pinged = true;
  showUnread();
  if (event.room_id !== roomId) tell(`${event.user_name} mentioned you in ${event.room_name}`);
  void post("/messages/ack", { id: event.message_id });
}

// ---- people, stars, room

/** @param {any} person */
function arrive(person) {
  people.set(person.id, { ...people.get(person.id), ...person });
  showPresent();
}

/** A new message makes its author present and last to talk. @param {any} event */
function spoke({ user_id: id, user_name: name, time_stamp: time }) {
  if (id > 0) arrive({ id, name, last_post: time });
}

function showPresent() {
  const list = [...people.values()].sort((a, b) => (b.last_post ?? 0) - (a.last_post ?? 0));
  byId("present-count").textContent = String(list.length);
  byId("present-users").replaceChildren(
    ...list.map(({ id, name, is_owner, is_moderator }) => {
      const link = el(
        "a",
        { href: `/users/${id}`, target: "_blank" },
        avatar(id, name),
        el("span", {}, name, is_moderator ? " ♦" : ""),
      );
      if (is_owner) link.append(el("span", { class: "owner-mark" }, "owner"));
      return el("li", { class: `present-user user-container user-${id}` }, link);
    }),
  );
}

async function loadStars() {
  const response = await fetch(`/chats/stars/${roomId}?count=10`);
  if (response.ok) document.querySelector("#starred-posts ul").innerHTML = await response.text();
}

async function loadRoom() {
  const thumbs = await (await fetch(`/rooms/thumbs/${roomId}`)).json();
  byId("roomname").textContent = thumbs.name;
  byId("roomdesc").innerHTML = thumbs.description;
  byId("room-tags").innerHTML = thumbs.tags;
}

/** @param {Record<string, string | number>} [more] */
async function loadMessages(more = {}) {
  const response = await post(`/chats/${roomId}/events`, { since: 0, mode: "Messages", msgCount: 100, ...more });
  if (!response.ok) throw new Error(`the history did not come (status ${response.status})`);
  const answer = await response.json();
  addMessages(answer.events);
  return answer;
}

// ---- wiring

/** @param {string} which @param {string} [then] */
const leave = async (which, then = "/") => {
  await post(`/chats/leave/${which}`, { quiet: "true" });
  location.assign(then);
};

/** @param {string} id @param {string} type @param {(event: any) => void} listener */
const on = (id, type, listener) => byId(id)?.addEventListener(type, listener);

/** @param {(event: any) => void} listener @returns {(event: any) => void} */
const instead = (listener) => (event) => {
  event.preventDefault();
  listener(event);
};

function wire() {
  wireCompose();
  on(
    "leave",
    "click",
    instead(() => leave(String(roomId))),
  );
  on(
    "leaveall",
    "click",
    instead(() => leave("all")),
  );
  on("my-rooms", "click", ({ target }) => {
    const item = target.closest(".quickleave")?.closest("li");
    if (item) void post(`/chats/leave/${item.id.slice(5)}`, { quiet: "true" }).then(() => item.remove());
  });
  const favorite = async () => {
    if (!(await attempt("/rooms/favorite", { roomId }))) return;
    const now = byId("toggle-favorite").classList.toggle("favorite-room");
    byId("toggle-favorite").setAttribute("aria-pressed", String(now));
  };
  on("toggle-favorite", "click", favorite);
  on("toggle-favorite", "keydown", (event) => (event.key === "Enter" || event.key === " ") && instead(favorite)(event));
  on("getmore", "click", async () => {
    const { events } = await loadMessages({ before: Math.min(...messages.keys()) });
    if (events.length === 0) byId("getmore").disabled = true;
  });
  on("sidebar-toggle", "click", () => {
    const open = document.body.classList.toggle("sidebar-open");
    byId("sidebar-toggle").setAttribute("aria-expanded", String(open));
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    unread = 0;
    pinged = false;
    showUnread();
  });
}

async function start() {
  wire();
  const records =
    document.querySelector(".js-present")?.getAttribute("data-users") ?? byId("present-users").dataset.present;
  for (const person of JSON.parse(records ?? "[]")) people.set(person.id, person);
  showPresent();
  try {
    const { time } = await loadMessages();
    if (mayPost === "true") byId("input")?.focus();
    void loadStars();
    await connect({
      roomId,
      cursor: time,
      onFrame,
      onState: (state, text) => {
        byId("connection").textContent = text;
        document.body.dataset.connection = state;
      },
    });
  } catch (error) {
    byId("connection").textContent =
      `Cannot start: ${error instanceof Error ? error.message : error}. Reload to try again.`;
  }
}

void start();
