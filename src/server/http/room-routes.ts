/** One room: its page, its info, and the small JSON about it (protocol.md §6.1, §6.3, §6.9). */
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
import { requestAccess, toggleFavourite } from "../world/membership.js";
import { pingable } from "../world/mentions.js";
import type { RoomRecord } from "../world/records.js";
import { htmlAnswer, jsonAnswer, notFoundPage, redirectAnswer, textAnswer } from "./answers.js";
import { actor, type Call, type ServerEnv } from "./call.js";
import { readableRoom } from "./live-routes.js";

export function addRoomRoutes(app: Hono<ServerEnv>): void {
  app.get("/rooms/info/:id{[0-9]+}/:slug?", ({ env: { call }, req }) =>
    withPage(call, Number(req.param("id")), (room) => renderRoomInfo(roomInfoView(call, room))),
  );
  app.get("/rooms/thumbs/:id{[0-9]+}", ({ env: { call }, req }) => {
    const room = call.world.rooms.get(Number(req.param("id")));
    return room && mayRead(room, call.viewer) ? jsonAnswer(thumbs(call, room)) : notFoundPage(call);
  });
  app.get("/rooms/pingable/:id{[0-9]+}", (c) => pingableRows(c.env.call, Number(c.req.param("id"))));
  app.post("/rooms/favorite", ({ env: { call } }) => {
    const user = actor(call);
    const room = readableRoom(call, call.params.integer("roomId", -1));
    toggleFavourite(call.world, room, user);
    return jsonAnswer(thumbs(call, room));
  });
  app.post("/rooms/requestaccess", ({ env: { call } }) => {
    const user = actor(call);
    const room = call.world.rooms.get(call.params.integer("roomId", -1));
    if (!room) return notFoundPage(call);
    requestAccess(call.world, room, user);
    return redirectAnswer(`/rooms/${room.id}`);
  });
  app.get("/rooms/schedule/export/all", ({ env: { call } }) =>
    calendarAnswer(new URL(call.state.live.chatOrigin).host),
  );
  app.get("/rooms/schedule/export/:id{[0-9]+}/all", ({ env: { call }, req }) => {
    const room = call.world.rooms.get(Number(req.param("id")));
    return room && mayRead(room, call.viewer) ? calendarAnswer(room.name) : notFoundPage(call);
  });
  app.get("/rooms/:id{[0-9]+}/:slug?", ({ env: { call }, req }) =>
    withPage(call, Number(req.param("id")), (room) => {
      if (!mayEnter(room, call.viewer, call.world.now())) return null;
      // Loading the page is what brings somebody in (protocol.md §3.1).
      if (call.viewer && !room.deleted) call.state.presence.enter(room, call.viewer);
      return renderRoom(roomPageView(call, room));
    }),
  );
}

/**
 * The page of a room, the "Private Room" page, or the 404 page that also hides what is gone. No page at all is for
 * the kicked (never recorded).
 */
function withPage(call: Call, roomId: number, render: (room: RoomRecord) => string | null): Response {
  const room = call.world.rooms.get(roomId);
  if (room && mayRead(room, call.viewer)) {
    const page = render(room);
    return page === null ? htmlAnswer(renderError(frameView(call), 404, kicked), 404) : htmlAnswer(page);
  }
  if (room && !room.deleted) return htmlAnswer(renderPrivateRoom(frameView(call), room.id));
  return notFoundPage(call);
}

const kicked = "The room does not exist, or you do not have permission: you have been kicked and cannot return yet.";

function calendarAnswer(name: string): Response {
  const answer = textAnswer(renderCalendar(name));
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
  if (!viewer || !room || !mayRead(room, viewer)) return jsonAnswer([]);
  const rows = pingable(world, room)
    .sort(([, a], [, b]) => a.lastSeen - b.lastSeen)
    .map(([id, visit]) => [id, world.nameOf(id), visit.lastSeen, visit.lastPost]);
  return jsonAnswer(rows);
}
