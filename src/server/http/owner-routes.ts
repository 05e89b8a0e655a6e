/** Actions of owners and moderators on rooms and their users (protocol.md §5.6 to §5.8). */
import type { Hono } from "hono";
import { type ParentSite, questionSite } from "../parent-sites.js";
import { roomInfoPath } from "../paths.js";
import {
  createRoom,
  invite,
  kick,
  pairOff,
  setAccess,
  setDeleted,
  setFrozen,
  setRoomTimeout,
  updateRoom,
} from "../world/membership.js";
import { deleteMessages, moveMessages } from "../world/moving.js";
import type { AccessLevel, RoomAccess, UserRecord } from "../world/records.js";
import { Refusal } from "../world/refusal.js";
import { type Call, requireLogin, type ServerContext, type ServerEnv } from "./call.js";
import { readableRoom } from "./live-routes.js";
import { jsonResponse, rawJsonResponse, redirectResponse, textResponse } from "./responses.js";
import { listedMessages, moderatorAction, ownerAction, targetUser } from "./room-action.js";

const ROOM_ACCESS: ReadonlyMap<string, RoomAccess> = new Map([
  ["read-write", "public"],
  ["read-only", "gallery"],
  ["request", "private"],
]);
const ACCESS_LEVELS: ReadonlyMap<string, AccessLevel | null> = new Map([
  ["remove", null],
  ["read-only", "read-only"],
  ["read-write", "read-write"],
  ["owner", "owner"],
]);

export function addOwnerRoutes(app: Hono<ServerEnv>): void {
  app.post("/rooms/save", (c) => save(c.env.call));
  app.post("/admin/movePosts/:id{[0-9]+}", (c) => move(c));
  app.post("/admin/movePostsToNew/:id{[0-9]+}", (c) => moveToNew(c));
  app.post("/admin/deletePosts/:id{[0-9]+}", (c) => {
    const { call, user, room } = moderatorAction(c);
    deleteMessages(call.world, room, user, listedMessages(call, "id"));
    return rawJsonResponse('"ok"');
  });
  app.post("/rooms/setuseraccess/:id{[0-9]+}", (c) => {
    const { call, user, room } = ownerAction(c);
    const level = ACCESS_LEVELS.get(call.params.get("userAccess") ?? "");
    if (level === undefined) throw new Refusal("bad-request", "There is no such access level");
    setAccess(call.world, room, user, targetUser(call, "aclUserId"), level);
    return rawJsonResponse('"ok"');
  });
  app.post("/rooms/kickmute/:id{[0-9]+}", (c) => {
    const { call, user, room } = ownerAction(c);
    const victim = targetUser(call, "userId");
    const minutes = kick(call.world, room, user, victim);
    const wait = `${minutes} minute${minutes === 1 ? "" : "s"}`;
    return jsonResponse({ message: `The user has been kicked and cannot return for ${wait}.` });
  });
  app.post("/rooms/timeout/:id{[0-9]+}", (c) => {
    const { call, room } = ownerAction(c);
    const seconds = call.params.integer("duration", 0);
    if (seconds < 5) throw new Refusal("bad-request", "A timeout takes at least 5 seconds");
    setRoomTimeout(call.world, room, seconds);
    return textResponse("timeout applied");
  });
  app.post("/rooms/setfrozen/:id{[0-9]+}", (c) => {
    const { call, room } = moderatorAction(c);
    setFrozen(call.world, room, call.params.flag("freeze"));
    return rawJsonResponse('"ok"');
  });
  app.post("/rooms/setdeleted/:id{[0-9]+}", (c) => {
    const { call, room } = moderatorAction(c);
    setDeleted(call.world, room, call.params.flag("delete"));
    return rawJsonResponse('"ok"');
  });
  app.post("/rooms/pairoff", ({ env: { call } }) => {
    const user = requireLogin(call);
    requireReputation(user);
    const room = pairOff(call.world, user, targetUser(call, "withUserId"), call.params.get("name")?.trim() ?? "");
    return textResponse(String(room.id));
  });
  app.post("/users/invite", ({ env: { call } }) => {
    const user = requireLogin(call);
    const room = readableRoom(call, call.params.integer("RoomId", -1));
    const guest = targetUser(call, "UserId");
    invite(call.world, room, user, guest);
    return textResponse(`${guest.name} has been invited to ${room.name}`);
  });
}

/** Creates a room or, with `roomId`, changes one. */
function save(call: Call): Response {
  const user = requireLogin(call);
  const { world, params } = call;
  const change = {
    name: params.get("name")?.trim(),
    description: params.get("description"),
    tags: params.get("tags")?.split(/\s+/).filter(Boolean),
    access: ROOM_ACCESS.get(params.get("defaultAccess") ?? ""),
    parentSite: parentSiteOf(call),
  };
  const roomId = params.integer("roomId", 0);
  if (roomId > 0) {
    const room = readableRoom(call, roomId);
    updateRoom(world, room, user, { ...change, name: change.name || undefined });
    return redirectResponse(roomInfoPath(room.id, room.name));
  }
  if (!change.name) throw new Refusal("bad-request", "A room needs a name");
  requireReputation(user);
  const room = createRoom(world, user, { ...change, name: change.name });
  return redirectResponse(roomInfoPath(room.id, room.name));
}

/** The Q&A site of a room; only rooms of stackexchange.com can choose one (protocol.md §5.8). */
function parentSiteOf({ params, state }: Call): ParentSite | undefined {
  const host = params.get("host")?.trim().toLowerCase() ?? "";
  const isChat = host === "" || host === state.host || host === new URL(state.live.chatOrigin).host;
  if (state.host !== "stackexchange.com" || isChat) return undefined;
  const site = questionSite(host);
  if (!site) throw new Refusal("bad-request", "There is no such site");
  return site;
}

/** Moves messages; the response is their number. */
function move(c: ServerContext): Response {
  const { call, user, room } = ownerAction(c);
  const to = readableRoom(call, call.params.integer("to", -1));
  return jsonResponse(moveMessages(call.world, room, to, user, listedMessages(call, "ids")));
}

/** Moves messages to a new room, which the moderator owns. */
function moveToNew(c: ServerContext): Response {
  const { call, user, room } = moderatorAction(c);
  const name = call.params.get("newTitle")?.trim();
  if (!name) throw new Refusal("bad-request", "A room needs a name");
  const messages = listedMessages(call, "ids").filter((message) => message.roomId === room.id && !message.deleted);
  if (messages.length === 0) throw new Refusal("bad-request", "There is nothing to move");
  moveMessages(call.world, room, createRoom(call.world, user, { name }), user, messages);
  return rawJsonResponse('"ok"');
}

/** @throws a {@link Refusal} if the user does not have enough reputation to create rooms */
function requireReputation(user: UserRecord): void {
  if (user.reputation >= 100 || user.isModerator) return;
  throw new Refusal("reputation", "You need 100 reputation to create a room");
}
