/** Users: info, thumbs, search, profiles and settings (protocol.md §5.7, §6.1, §6.10). */
import type { Hono } from "hono";
import { escapeHtml } from "../../protocol/markup/escape.js";
import { chatJson } from "../chat-json.js";
import { renderAnybody, renderProfile, userInfo } from "../pages/index.js";
import type { ParentSite } from "../parent-sites.js";
import { personView } from "../views/frame-view.js";
import { profileView } from "../views/profile-view.js";
import { mayRead } from "../world/access.js";
import { setAbout, setDesktopNotify, setIgnored } from "../world/people.js";
import type { UserRecord } from "../world/records.js";
import { type Call, requireLogin, type ServerEnv } from "./call.js";
import { readableRoom } from "./live-routes.js";
import { htmlResponse, jsonResponse, notFoundPage, rawJsonResponse, textResponse } from "./responses.js";

export function addPeopleRoutes(app: Hono<ServerEnv>): void {
  app.post("/user/info", (c) => info(c.env.call));
  app.get("/users/thumbs/:id{-?[0-9]+}", (c) => {
    const user = c.env.call.world.users.get(Number(c.req.param("id")));
    return user ? jsonResponse(thumbs(c.env.call, user)) : notFoundPage(c.env.call);
  });
  app.get("/users/search", (c) => search(c.env.call));
  app.get("/users/ignorelist", ({ env: { call } }) => jsonResponse([...(call.viewer?.ignored ?? [])]));
  app.post("/users/ignorelist/:verb{add|remove}", (c) => ignore(c.env.call, c.req.param("verb")));
  app.post("/users/usermessage/:id{[0-9]+}", (c) => changeAbout(c.env.call, Number(c.req.param("id"))));
  app.post("/users/desktopnotify", ({ env: { call } }) => {
    setDesktopNotify(call.world, requireLogin(call), call.params.flag("value"));
    return rawJsonResponse('"ok"');
  });
  app.get("/rooms/sites", ({ env: { call } }) => jsonResponse(sitesOf(call)));
  app.post("/users/sites/:id{[0-9]+}", ({ env: { call }, req }) =>
    call.world.users.has(Number(req.param("id"))) ? jsonResponse([siteEntry(ownSite(call))]) : notFoundPage(call),
  );
  app.get("/users/any/:room{[0-9]+}", (c) => anybody(c.env.call, Number(c.req.param("room"))));
  app.get("/users/:id{-?[0-9]+}/:slug?", (c) => {
    const user = c.env.call.world.users.get(Number(c.req.param("id")));
    return user ? htmlResponse(renderProfile(profileView(c.env.call, user))) : notFoundPage(c.env.call);
  });
}

function info(call: Call): Response {
  const { world, params, state } = call;
  const asked = world.rooms.get(params.integer("roomId", -1));
  const room = asked && mayRead(asked, call.viewer) ? asked : null;
  const ids = (params.get("ids") ?? "").split(",").map((text) => Number(text.trim()));
  const users = [...new Set(ids)].flatMap((id) => {
    const user = world.users.get(id);
    return user ? [userInfo(personView(state, user, room))] : [];
  });
  return jsonResponse({ users });
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

/** Searches users by name: one JSON object per line. The hash is HTML-escaped, as recorded. */
function search(call: Call): Response {
  const { world, params } = call;
  const needle = (params.get("q") ?? "").trim().toLowerCase();
  const limit = params.integer("limit", 50);
  if (limit < 0) return notFoundPage(call);
  const hits = [...world.users.values()]
    .filter((user) => needle !== "" && user.id > 0 && user.name.toLowerCase().includes(needle))
    .slice(0, Math.min(limit, 100));
  const lines = hits.map((user) => chatJson({ id: user.id, dn: user.name, hash: escapeHtml(user.emailHash) }));
  return textResponse(lines.join("\n"));
}

function ignore(call: Call, verb: string): Response {
  const user = requireLogin(call);
  setIgnored(call.world, user, call.params.integer("id", 0), verb === "add");
  return jsonResponse([...user.ignored]);
}

/** Sets the "about" text of one's own profile or, as a moderator, of another. */
function changeAbout(call: Call, id: number): Response {
  const user = requireLogin(call);
  const target = call.world.users.get(id);
  if (!target) return notFoundPage(call);
  setAbout(call.world, target, user, call.params.get("message") ?? "");
  return rawJsonResponse('"ok"');
}

/** The Q&A site behind this chat. */
function ownSite({ state }: Call): ParentSite {
  return { host: state.host, name: state.live.name };
}

/** The Q&A site behind this chat, and those of its rooms. */
function sitesOf(call: Call): object[] {
  const rooms = [...call.world.rooms.values()].filter((room) => mayRead(room, call.viewer));
  const sites = [ownSite(call), ...rooms.flatMap(({ parentSite }) => parentSite ?? [])];
  return [...new Map(sites.map((site) => [site.host, site])).values()].map(siteEntry);
}

function siteEntry({ host, name }: ParentSite): object {
  return { SiteIcon: `https://${host}/favicon.ico`, SiteCaption: name, Host: host };
}

/** The users that a moderator can ping from a room, present or not. */
function anybody(call: Call, roomId: number): Response {
  if (!call.viewer?.isModerator) return notFoundPage(call);
  const room = readableRoom(call, roomId);
  const filter = (call.params.get("filter") ?? call.params.get("q") ?? "").trim().toLowerCase();
  const people = [...call.world.users.values()]
    .filter((user) => user.id > 0 && user.name.toLowerCase().includes(filter))
    .slice(0, 100);
  return htmlResponse(renderAnybody(people.map((user) => personView(call.state, user, room))));
}
