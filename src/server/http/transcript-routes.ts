/** Transcripts, starred messages and search (protocol.md §6.5, §6.7, §6.11). */
import type { Hono } from "hono";
import { renderError, renderSearch, renderStarsFragment, renderTranscript } from "../pages/index.js";
import { frameView, messageView } from "../views/frame-view.js";
import { searchView } from "../views/message-views.js";
import { dayNumber, type TranscriptRequest, transcriptView } from "../views/transcript-view.js";
import { mayRead } from "../world/access.js";
import { findMessage, roomOf } from "../world/posting.js";
import type { RoomRecord } from "../world/records.js";
import { starredMessages } from "../world/starring.js";
import type { Call, ServerEnv } from "./call.js";
import { readableRoom } from "./live-routes.js";
import { htmlResponse, notFoundPage } from "./responses.js";

/** The most stars in one response. A count of 0 requests all, and every message of a room may have stars. */
const MAX_STARS = 1_000;

export function addTranscriptRoutes(app: Hono<ServerEnv>): void {
  app.get("/transcript/message/:id{[0-9]+}", ({ env: { call }, req }) => {
    const message = findMessage(call.world, Number(req.param("id")), call.viewer);
    return show(call, roomOf(call.world, message), { day: null, message });
  });
  app.get("/transcript/:room{[0-9]+}", ({ env: { call }, req }) => {
    const room = call.world.rooms.get(Number(req.param("room")));
    if (!room || !mayRead(room, call.viewer)) return notFoundPage(call);
    const wanted = call.world.messages.get(call.params.integer("m", 0));
    return show(call, room, wanted?.roomId === room.id ? { day: null, message: wanted } : { day: null });
  });
  const day =
    "/transcript/:room{[0-9]+}/:year{[0-9]{4}}/:month{[0-9]{1,2}}/:date{[0-9]{1,2}}/:hours{[0-9]{1,2}-[0-9]{1,2}}?";
  app.get(day, ({ env: { call }, req }) => {
    const { room: roomId, year, month, date, hours: hoursText } = req.param();
    const room = call.world.rooms.get(Number(roomId));
    const number = dayNumber(Number(year), Number(month), Number(date));
    if (!room || !mayRead(room, call.viewer) || number === null) return notFoundPage(call);
    const [from = 0, to = 24] = (hoursText ?? "").split("-").filter(Boolean).map(Number);
    if (from >= to || to > 24) return notFoundPage(call);
    return show(call, room, { day: number, ...(hoursText ? { hours: { from, to } } : {}) });
  });
  app.get("/chats/stars/:room{[0-9]+}", ({ env: { call }, req }) => {
    const starred = starredMessages(call.world, readableRoom(call, Number(req.param("room"))));
    const count = call.params.integer("count", 0);
    const views = starred
      .slice(0, count > 0 ? Math.min(count, MAX_STARS) : MAX_STARS)
      .map((m) => messageView(call.state, m, call.viewer));
    return htmlResponse(renderStarsFragment(views, frameView(call).me));
  });
  app.get("/search", async ({ env: { call } }) => htmlResponse(renderSearch(await searchView(call))));
  app.get("/error", ({ env: { call } }) =>
    htmlResponse(renderError(frameView(call), 200, "The page or message you asked for does not exist, or is broken.")),
  );
}

function show(call: Call, room: RoomRecord, request: TranscriptRequest): Response {
  return htmlResponse(renderTranscript(transcriptView(call, room, request)));
}
