/** What owners and moderators do to rooms and the people in them (protocol.md §5.6 to §5.8). */
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
  setTimeoutOf,
  updateRoom,
} from "../world/membership.js";
import { deleteMessages, moveMessages } from "../world/moving.js";
import type { AccessLevel, RoomAccess, UserRecord } from "../world/records.js";
import { Refusal } from "../world/refusal.js";
import { jsonAnswer, rawJson, redirectAnswer, textAnswer } from "./answers.js";
import { actor, type Call, type ServerContext, type ServerEnv } from "./call.js";
import { readableRoom } from "./live-routes.js";
import { listed, moderated, ruled, target } from "./rulings.js";

const accessByName: ReadonlyMap<string, RoomAccess> = new Map([
  ["read-write", "public"],
  ["read-only", "gallery"],
  ["request", "private"],
]);
const levels: ReadonlyMap<string, AccessLevel | null> = new Map([
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
    const { call, user, room } = moderated(c);
    deleteMessages(call.world, room, user, listed(call, "id"));
    return rawJson('"ok"');
  });
  app.post("/rooms/setuseraccess/:id{[0-9]+}", (c) => {
    const { call, user, room } = ruled(c);
    const level = levels.get(call.params.get("userAccess") ?? "");
    if (level === undefined) throw new Refusal("bad-request", "There is no such access level");
    setAccess(call.world, room, user, target(call, "aclUserId"), level);
    return rawJson('"ok"');
  });
  app.post("/rooms/kickmute/:id{[0-9]+}", (c) => {
    const { call, user, room } = ruled(c);
    const victim = target(call, "userId");
    const minutes = kick(call.world, room, user, victim);
    const wait = `${minutes} minute${minutes === 1 ? "" : "s"}`;
    return jsonAnswer({ message: `The user has been kicked and cannot return for ${wait}.` });
  });
  app.post("/rooms/timeout/:id{[0-9]+}", (c) => {
    const { call, room } = ruled(c);
    const seconds = call.params.integer("duration", 0);
    if (seconds < 5) throw new Refusal("bad-request", "A timeout takes at least 5 seconds");
    setTimeoutOf(call.world, room, seconds);
    return textAnswer("timeout applied");
  });
  app.post("/rooms/setfrozen/:id{[0-9]+}", (c) => {
    const { call, room } = moderated(c);
    setFrozen(call.world, room, call.params.flag("freeze"));
    return rawJson('"ok"');
  });
  app.post("/rooms/setdeleted/:id{[0-9]+}", (c) => {
    const { call, room } = moderated(c);
    setDeleted(call.world, room, call.params.flag("delete"));
    return rawJson('"ok"');
  });
  app.post("/rooms/pairoff", ({ env: { call } }) => {
    const user = actor(call);
    refuseNewcomer(user);
    const room = pairOff(call.world, user, target(call, "withUserId"), call.params.get("name")?.trim() ?? "");
    return textAnswer(String(room.id));
  });
  app.post("/users/invite", ({ env: { call } }) => {
    const user = actor(call);
    const room = readableRoom(call, call.params.integer("RoomId", -1));
    const guest = target(call, "UserId");
    invite(call.world, room, user, guest);
    return textAnswer(`${guest.name} has been invited to ${room.name}`);
  });
}

/** Creates a room, or with `roomId` changes one. */
function save(call: Call): Response {
  const user = actor(call);
  const { world, params } = call;
  const change = {
    name: params.get("name")?.trim(),
    description: params.get("description"),
    tags: params.get("tags")?.split(/\s+/).filter(Boolean),
    access: accessByName.get(params.get("defaultAccess") ?? ""),
    parentSite: parentSiteOf(call),
  };
  const roomId = params.integer("roomId", 0);
  if (roomId > 0) {
    const room = readableRoom(call, roomId);
    updateRoom(world, room, user, { ...change, name: change.name || undefined });
    return redirectAnswer(roomInfoPath(room.id, room.name));
  }
  if (!change.name) throw new Refusal("bad-request", "A room needs a name");
  refuseNewcomer(user);
  const room = createRoom(world, user, { ...change, name: change.name });
  return redirectAnswer(roomInfoPath(room.id, room.name));
}

/** The Q&A site of a room: only rooms of the network have one of their own (protocol.md §5.8). */
function parentSiteOf({ params, state }: Call): ParentSite | undefined {
  const host = params.get("host")?.trim().toLowerCase() ?? "";
  const isChat = host === "" || host === state.host || host === new URL(state.live.chatOrigin).host;
  if (state.host !== "stackexchange.com" || isChat) return undefined;
  const site = questionSite(host);
  if (!site) throw new Refusal("bad-request", "There is no such site");
  return site;
}

/** Answers with the number of messages moved. */
function move(c: ServerContext): Response {
  const { call, user, room } = ruled(c);
  const to = readableRoom(call, call.params.integer("to", -1));
  return jsonAnswer(moveMessages(call.world, room, to, user, listed(call, "ids")));
}

/** Moves messages to a room made for them. Only moderators may, and the room is theirs. */
function moveToNew(c: ServerContext): Response {
  const { call, user, room } = moderated(c);
  const name = call.params.get("newTitle")?.trim();
  if (!name) throw new Refusal("bad-request", "A room needs a name");
  const messages = listed(call, "ids").filter((message) => message.roomId === room.id && !message.deleted);
  if (messages.length === 0) throw new Refusal("bad-request", "There is nothing to move");
  moveMessages(call.world, room, createRoom(call.world, user, { name }), user, messages);
  return rawJson('"ok"');
}

/** Who may make rooms. @throws a refusal */
function refuseNewcomer(user: UserRecord): void {
  if (user.reputation >= 100 || user.isModerator) return;
  throw new Refusal("reputation", "You need 100 reputation to create a room");
}
