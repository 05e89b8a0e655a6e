/** People: info, thumbs, search and profiles (protocol.md §6.1, §6.10). */
import type { Hono } from "hono";
import { escapeHtml } from "../../protocol/markup/escape.js";
import { chatJson } from "../chat-json.js";
import { renderProfile } from "../pages/index.js";
import type { ProfilePageView } from "../pages/views.js";
import { frameView, personView, roomView } from "../views/frame-view.js";
import { mayRead } from "../world/access.js";
import type { RoomRecord, UserRecord } from "../world/records.js";
import { htmlAnswer, jsonAnswer, notFoundPage, textAnswer } from "./answers.js";
import { actor, type Call, type ServerEnv } from "./call.js";

export function addPeopleRoutes(app: Hono<ServerEnv>): void {
  app.post("/user/info", (c) => info(c.env.call));
  app.get("/users/thumbs/:id{-?[0-9]+}", (c) => {
    const user = c.env.call.world.users.get(Number(c.req.param("id")));
    return user ? jsonAnswer(thumbs(c.env.call, user)) : notFoundPage(c.env.call);
  });
  app.get("/users/search", (c) => search(c.env.call));
  app.get("/users/ignorelist", ({ env: { call } }) => jsonAnswer([...(call.viewer?.ignored ?? [])]));
  app.post("/users/ignorelist/:verb{add|remove}", (c) => ignore(c.env.call, c.req.param("verb")));
  app.get("/users/:id{-?[0-9]+}/:slug?", (c) => {
    const user = c.env.call.world.users.get(Number(c.req.param("id")));
    return user ? htmlAnswer(renderProfile(profileView(c.env.call, user))) : notFoundPage(c.env.call);
  });
}

function info(call: Call): Response {
  const { world, params, state } = call;
  const room = world.rooms.get(params.integer("roomId", -1)) ?? null;
  const ids = (params.get("ids") ?? "").split(",").map((text) => Number(text.trim()));
  const users = [...new Set(ids)].flatMap((id) => {
    const user = world.users.get(id);
    return user ? [rawUser(state, user, room)] : [];
  });
  return jsonAnswer({ users });
}

function rawUser(state: Call["state"], user: UserRecord, room: RoomRecord | null): object {
  const person = personView(state, user, room);
  return {
    id: person.id,
    name: person.name,
    email_hash: person.emailHash,
    reputation: person.reputation,
    is_moderator: person.isModerator,
    is_owner: person.isOwner || null,
    last_post: person.lastPost,
    last_seen: person.lastSeen,
  };
}

/** The rooms somebody has talked in and the viewer may see, latest first. */
function talkedIn(call: Call, user: UserRecord): RoomRecord[] {
  const lastPost = (room: RoomRecord): number => room.visits.get(user.id)?.lastPost ?? 0;
  return [...call.world.rooms.values()]
    .filter((room) => mayRead(room, call.viewer) && (room.visits.get(user.id)?.messageCount ?? 0) > 0)
    .sort((a, b) => lastPost(b) - lastPost(a));
}

function thumbs(call: Call, user: UserRecord): object {
  const { world, state } = call;
  const person = personView(state, user, null);
  const rooms = [...world.rooms.values()].filter((room) => room.present.has(user.id) && mayRead(room, call.viewer));
  return {
    id: person.id,
    name: person.name,
    reputation: person.reputation,
    is_moderator: person.isModerator,
    is_registered: user.id > 0,
    email_hash: person.emailHash,
    user_message: person.about,
    usage: null,
    last_seen: person.lastSeen,
    last_post: person.lastPost,
    profileUrl: person.parentProfileUrl,
    host: new URL(state.siteUrl).host,
    site: { icon: `${state.siteUrl}/favicon.ico`, caption: state.live.name },
    rooms: rooms.map((room) => {
      const visit = room.visits.get(user.id);
      return { id: room.id, name: room.name, activity: visit?.messageCount ?? 0, last_post: visit?.lastPost ?? 0 };
    }),
    invite_targets: [],
    may_pairoff: false,
  };
}

/** One JSON object a line; the hash is HTML-escaped as recorded. */
function search(call: Call): Response {
  const { world, params } = call;
  const needle = (params.get("q") ?? "").trim().toLowerCase();
  const limit = params.integer("limit", 50);
  if (limit < 0) return notFoundPage(call);
  const hits = [...world.users.values()]
    .filter((user) => needle !== "" && user.id > 0 && user.name.toLowerCase().includes(needle))
    .slice(0, Math.min(limit, 100));
  const lines = hits.map((user) => chatJson({ id: user.id, dn: user.name, hash: escapeHtml(user.emailHash) }));
  return textAnswer(lines.join("\n"));
}

function ignore(call: Call, verb: string): Response {
  const user = actor(call);
  const id = call.params.integer("id", 0);
  if (verb === "add" && call.world.users.has(id)) user.ignored.add(id);
  else user.ignored.delete(id);
  return jsonAnswer([...user.ignored]);
}

function profileView(call: Call, user: UserRecord): ProfilePageView {
  const { world, state, viewer } = call;
  const talked = talkedIn(call, user);
  const withCount = (room: RoomRecord): ReturnType<typeof roomView> & { messagesByUser: number } => ({
    ...roomView(state, room, viewer),
    messagesByUser: room.visits.get(user.id)?.messageCount ?? 0,
  });
  const owning = [...world.rooms.values()].filter((room) => room.owners.has(user.id) && mayRead(room, viewer));
  return {
    frame: frameView(call),
    person: personView(state, user, null),
    memberSince: new Date(user.createdAt * 1000).toISOString().slice(0, 10),
    messageCount: talked.reduce((sum, room) => sum + (room.visits.get(user.id)?.messageCount ?? 0), 0),
    roomCount: talked.length,
    owning: owning.map(withCount),
    rooms: talked.map(withCount),
  };
}
