/** One room: its page, its info, and its JSON endpoints (protocol.md §6.1, §6.3, §6.9). */
import type { Hono } from "hono";
import {
  renderCalendar,
  renderError,
  renderPrivateRoom,
  renderRoom,
  renderRoomInfo,
  renderTags,
} from "../pages/index.js";
import { frameView, roomView } from "../views/frame-view.js";
import { roomInfoView, roomPageView } from "../views/room-views.js";
import { mayEnter, mayRead } from "../world/access.js";
import { requestAccess, toggleFavorite } from "../world/membership.js";
import { pingable } from "../world/mentions.js";
import type { RoomRecord } from "../world/records.js";
import { type Call, requireLogin, type ServerEnv } from "./call.js";
import { readableRoom } from "./live-routes.js";
import { htmlResponse, jsonResponse, notFoundPage, redirectResponse, textResponse } from "./responses.js";

export function addRoomRoutes(app: Hono<ServerEnv>): void {
  app.get("/rooms/info/:id{[0-9]+}/:slug?", ({ env: { call }, req }) =>
    withPage(call, Number(req.param("id")), (room) => renderRoomInfo(roomInfoView(call, room))),
  );
  app.get("/rooms/thumbs/:id{[0-9]+}", ({ env: { call }, req }) => {
    const room = call.world.rooms.get(Number(req.param("id")));
    return room && mayRead(room, call.viewer) ? jsonResponse(thumbs(call, room)) : notFoundPage(call);
  });
  app.get("/rooms/pingable/:id{[0-9]+}", (c) => pingableRows(c.env.call, Number(c.req.param("id"))));
  app.post("/rooms/favorite", ({ env: { call } }) => {
    const user = requireLogin(call);
    const room = readableRoom(call, call.params.integer("roomId", -1));
    toggleFavorite(call.world, room, user);
    return jsonResponse(thumbs(call, room));
  });
  app.post("/rooms/requestaccess", ({ env: { call } }) => {
    const user = requireLogin(call);
    const room = call.world.rooms.get(call.params.integer("roomId", -1));
    if (!room) return notFoundPage(call);
    requestAccess(call.world, room, user);
    return redirectResponse(`/rooms/${room.id}`);
  });
  app.get("/rooms/schedule/export/all", ({ env: { call } }) =>
    calendarResponse(new URL(call.state.live.chatOrigin).host),
  );
  app.get("/rooms/schedule/export/:id{[0-9]+}/all", ({ env: { call }, req }) => {
    const room = call.world.rooms.get(Number(req.param("id")));
    return room && mayRead(room, call.viewer) ? calendarResponse(room.name) : notFoundPage(call);
  });
  app.get("/rooms/:id{[0-9]+}/:slug?", ({ env: { call }, req }) =>
    withPage(call, Number(req.param("id")), (room) => {
      if (!mayEnter(room, call.viewer, call.world.now())) return null;
      // Loading the page makes a user present (protocol.md §3.1).
      if (call.viewer && !room.deleted) call.state.presence.enter(room, call.viewer);
      return renderRoom(roomPageView(call, room));
    }),
  );
}

/**
 * The page of a room, the "Private Room" page, or the 404 page, which also hides deleted rooms. A null page means that the
 * viewer was kicked (never recorded).
 */
function withPage(call: Call, roomId: number, render: (room: RoomRecord) => string | null): Response {
  const room = call.world.rooms.get(roomId);
  if (room && mayRead(room, call.viewer)) {
    const page = render(room);
    return page === null ? htmlResponse(renderError(frameView(call), 404, KICKED_SENTENCE), 404) : htmlResponse(page);
  }
  if (room && !room.deleted) return htmlResponse(renderPrivateRoom(frameView(call), room.id));
  return notFoundPage(call);
}

const KICKED_SENTENCE =
  "The room does not exist, or you do not have permission: you have been kicked and cannot return yet.";

function calendarResponse(name: string): Response {
  const answer = textResponse(renderCalendar(name));
  answer.headers.set("Content-Type", "text/calendar; charset=utf-8");
  return answer;
}

/** `description` and `tags` are HTML, `name` is not. */
function thumbs(call: Call, room: RoomRecord): object {
  const view = roomView(call.state, room, call.viewer);
  return {
    id: room.id,
    name: room.name,
    description: view.descriptionHtml,
    isFavorite: view.isFavorite,
    usage: null,
    tags: renderTags(room.tags, view.parentSiteUrl),
  };
}

function pingableRows(call: Call, roomId: number): Response {
  const { world, viewer } = call;
  const room = world.rooms.get(roomId);
  if (!viewer || !room || !mayRead(room, viewer)) return jsonResponse([]);
  const rows = pingable(world, room)
    .sort(([, a], [, b]) => a.lastSeen - b.lastSeen)
    .map(([id, visit]) => [id, world.nameOf(id), visit.lastSeen, visit.lastPost]);
  return jsonResponse(rows);
}
