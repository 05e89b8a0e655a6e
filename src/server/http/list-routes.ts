/** The rooms list (protocol.md §6.8), the users list, the FAQ, and joining one's favorites (§3.1). */
import type { Hono } from "hono";
import { renderFaq, renderJoinFavorite, renderMiniList, renderRooms, renderUsers } from "../pages/index.js";
import type { RoomsPageView, UsersPageView } from "../pages/views.js";
import { frameView, personView, roomView, siteHostOf } from "../views/frame-view.js";
import { pageOf } from "../views/paging.js";
import { mayEnter, mayRead, mayWrite } from "../world/access.js";
import type { RoomRecord } from "../world/records.js";
import { type Call, requireLogin, type ServerEnv } from "./call.js";
import { htmlResponse, redirectResponse, textResponse } from "./responses.js";

const PAGE_SIZE = 20;

export function addListRoutes(app: Hono<ServerEnv>): void {
  // On loopback a login redirects here, and some clients repeat the POST (see addHomeRoutes).
  app.on(["GET", "POST"], "/", (c) => htmlResponse(renderRooms(roomsView(c.env.call))));
  app.get("/rooms", (c) => htmlResponse(renderRooms(roomsView(c.env.call))));
  app.get("/rooms/minilist", (c) => miniList(c.env.call));
  app.get("/users", (c) => htmlResponse(renderUsers(usersView(c.env.call))));
  app.get("/faq", (c) => htmlResponse(renderFaq(frameView(c.env.call))));
  app.get("/chats/join/favorite", (c) => htmlResponse(renderJoinFavorite(frameView(c.env.call))));
  app.post("/chats/join/favorite", (c) => joinFavorites(c.env.call));
}

function roomsView(call: Call): RoomsPageView {
  const { world, state, viewer, params } = call;
  const tab = params.get("tab") ?? "all";
  const sort = params.get("sort") ?? "active";
  const filter = (params.get("filter") ?? "").trim();
  const showFrozen = params.flag("nohide");
  const rooms = [...world.rooms.values()]
    .filter((room) => mayRead(room, viewer) && !room.deleted && (showFrozen || !room.frozen))
    .filter((room) => isOnTab(call, room, tab) && matches(room, filter))
    .sort(COMPARE_BY.get(sort) ?? byActivity);
  const { shown, page, pageCount } = pageOf(params, rooms, PAGE_SIZE);
  return {
    frame: frameView(call),
    invitations: viewer?.invitedTo.size ?? 0,
    rooms: shown.map((room) => roomView(state, room, viewer)),
    tab,
    sort,
    filter,
    siteHost: tab === "site" ? askedHost(call) : null,
    page,
    pageCount,
    showFrozen,
  };
}

/** The users, most recently seen first. Never recorded. */
function usersView(call: Call): UsersPageView {
  const { world, state, params } = call;
  const filter = (params.get("filter") ?? "").trim();
  const users = [...world.users.values()]
    .filter((user) => user.name.toLowerCase().includes(filter.toLowerCase()))
    .sort((a, b) => (b.lastSeen ?? 0) - (a.lastSeen ?? 0) || a.id - b.id);
  const { shown, page, pageCount } = pageOf(params, users, PAGE_SIZE);
  const people = shown.map((user) => personView(state, user, null));
  return { frame: frameView(call), users: people, filter, page, pageCount };
}

/** The rooms whose name contains the filter, for the room switcher. */
function miniList(call: Call): Response {
  const { world, state, viewer, params } = call;
  const filter = (params.get("filter") ?? "").trim().toLowerCase();
  const rooms = [...world.rooms.values()]
    .filter((room) => mayRead(room, viewer) && !room.deleted && !room.frozen)
    .filter((room) => !params.flag("forWriting") || mayWrite(room, viewer, world.now()))
    .filter((room) => room.name.toLowerCase().includes(filter) || String(room.id) === filter)
    .sort(byActivity)
    .slice(0, PAGE_SIZE);
  return htmlResponse(renderMiniList(rooms.map((room) => roomView(state, room, viewer))));
}

/** Whether a room belongs on a tab: "mine" are rooms the user is in (recorded titles), "site" are those of one Q&A site. */
function isOnTab(call: Call, room: RoomRecord, tab: string): boolean {
  const { viewer, state } = call;
  if (tab === "favorite") return viewer !== null && room.favoriteOf.has(viewer.id);
  if (tab === "mine") return viewer !== null && room.present.has(viewer.id);
  if (tab === "invited") return viewer?.invitedTo.has(room.id) ?? false;
  if (tab === "site") return siteHostOf(state, room) === askedHost(call);
  return tab !== "events";
}

/** The host of the Q&A site whose rooms are requested. */
function askedHost({ params, state }: Call): string {
  return params.get("host")?.trim().toLowerCase() || state.host;
}

function matches(room: RoomRecord, filter: string): boolean {
  const text = [room.name, room.description, ...room.tags].join(" ").toLowerCase();
  return text.includes(filter.toLowerCase());
}

function byActivity(a: RoomRecord, b: RoomRecord): number {
  const last = (room: RoomRecord): number => room.messages[room.messages.length - 1]?.timeStamp ?? 0;
  return last(b) - last(a) || a.id - b.id;
}

const COMPARE_BY: ReadonlyMap<string, (a: RoomRecord, b: RoomRecord) => number> = new Map([
  ["active", byActivity],
  ["created", (a, b) => b.id - a.id],
  ["people", (a, b) => b.present.size - a.present.size || byActivity(a, b)],
]);

function joinFavorites(call: Call): Response {
  const user = requireLogin(call);
  for (const room of call.world.rooms.values()) {
    if (room.favoriteOf.has(user.id) && mayEnter(room, user, call.world.now())) call.state.presence.enter(room, user);
  }
  return call.params.flag("quiet") ? textResponse("") : redirectResponse("/");
}
