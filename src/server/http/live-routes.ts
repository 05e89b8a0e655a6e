/** Recent messages, socket tickets, polling, leaving and acknowledging (protocol.md §3). */
import type { Hono } from "hono";
import { EventType } from "../../protocol/raw.js";
import { chatJson } from "../chat-json.js";
import { type RoomFrameState, roomText } from "../live/frames.js";
import { PolledEvents } from "../live/polling.js";
import { mayEnter, mayRead } from "../world/access.js";
import { lowerBound } from "../world/ascending.js";
import { roomsOf } from "../world/attendance.js";
import { type LoggedEvent, versionFor } from "../world/event-log.js";
import { listItem } from "../world/events.js";
import { canSeeEvent } from "../world/flagging.js";
import { timeoutLeft } from "../world/membership.js";
import { acknowledge } from "../world/people.js";
import type { MessageRecord, RoomRecord, UserRecord } from "../world/records.js";
import { noSuchRoom } from "../world/refusal.js";
import { type Call, checkFkey, requireLogin, type ServerEnv } from "./call.js";
import { jsonResponse, rawJsonResponse, redirectResponse, textResponse } from "./responses.js";

export function addLiveRoutes(app: Hono<ServerEnv>): void {
  app.post("/chats/:id{[0-9]+}/events", (c) => recentEvents(c.env.call, Number(c.req.param("id"))));
  app.post("/chats/:id{[0-9]+}/lastMessage", (c) => lastMessage(c.env.call, Number(c.req.param("id"))));
  app.post("/ws-auth", (c) => socketUrl(c.env.call));
  app.post("/events", (c) => poll(c.env.call));
  app.post("/chats/leave/:which{all|[0-9]+}", (c) => leave(c.env.call, c.req.param("which")));
  app.post("/messages/ack", (c) => acknowledgePings(c.env.call));
}

/** Returns a room that the viewer may read. @throws a {@link Refusal} */
export function readableRoom(call: Call, id: number): RoomRecord {
  const room = call.world.rooms.get(id);
  if (!room || !mayRead(room, call.viewer)) throw noSuchRoom();
  return room;
}

/** Returns a room that the viewer may enter now. @throws a {@link Refusal}, also for kicked users */
function openRoom(call: Call, id: number): RoomRecord {
  const room = readableRoom(call, id);
  if (!mayEnter(room, call.viewer, call.world.now())) throw noSuchRoom();
  return room;
}

function recentEvents(call: Call, roomId: number): Response {
  checkFkey(call);
  const { world, params, state, viewer } = call;
  const room = openRoom(call, roomId);
  if (viewer && state.options.enterByEvents) state.presence.enter(room, viewer);
  const count = Math.max(0, Math.min(500, params.integer("msgCount", 100)));
  const asEvents = params.get("mode")?.toLowerCase() === "events";
  const left = timeoutLeft(world, room);
  const timeout = left > 0 ? `,"timeout":${left}` : "";
  const items = asEvents
    ? latestEvents(call, room, count)
    : latestMessages(call, room, count, state.options.maxPollBytes);
  return rawJsonResponse(
    `{"events":[${items.join(",")}],"time":${world.log.newest},"sync":${world.now()},"ms":0${timeout}}`,
  );
}

/** The newest messages between `after` (inclusive) and `before` (exclusive), ascending, as many as fit. */
function latestMessages(call: Call, room: RoomRecord, count: number, maxBytes: number): string[] {
  const { world, params, viewer } = call;
  const before = params.integer("before", Number.MAX_SAFE_INTEGER);
  const after = params.integer("after", 0);
  const listed = params.flag("highlights") ? world.index(room).highlights(viewer?.id ?? null) : room.messages;
  const [start, end] = [lowerBound(listed, after), lowerBound(listed, before)];
  const fromStart = params.get("after") && !params.get("before");
  const chosen = fromStart
    ? listed.slice(start, Math.min(end, start + count))
    : listed.slice(Math.max(start, end - count), end);
  const items: string[] = [];
  let left = maxBytes;
  for (const message of fromStart ? chosen : chosen.toReversed()) {
    const item = chatJson(listItem(message, room, world.users.get(message.userId), viewer));
    left -= Buffer.byteLength(item);
    if (left < 0 && items.length > 0) break;
    items.push(item);
  }
  return fromStart ? items : items.reverse();
}

function latestEvents(call: Call, room: RoomRecord, count: number): string[] {
  if (count === 0) return [];
  const { log } = call.world;
  const after = call.params.integer("since", 0);
  const isMine = (event: LoggedEvent): boolean =>
    event.roomId === room.id && event.onlyFor === null && canSeeEvent(call.world, call.viewer, event);
  const mine = log.since(after).filter(isMine);
  return mine.slice(-count).map((event) => versionFor(event, call.viewer?.id ?? null).json);
}

function isHighlight(message: MessageRecord, viewer: UserRecord | null): boolean {
  return message.stars.size > 0 || message.pins.size > 0 || (viewer !== null && message.pinged.has(viewer.id));
}

function socketUrl(call: Call): Response {
  checkFkey(call);
  const { network, place, state, viewer } = call;
  const room = openRoom(call, call.params.integer("roomid", -1));
  const session = viewer ? call.session : null;
  const ticket = { host: state.host, roomId: room.id, session, userId: viewer?.id ?? null };
  const token = network.tickets.issue(ticket, state.options.clock.now());
  return jsonResponse({ url: `${place.socketUrl}/events/${room.id}/${token}` });
}

/** One room of a poll. */
interface Asked {
  /** null if the value is not a cursor, which means from now on. */
  readonly cursor: number | null;
  readonly highlights: boolean;
}

/**
 * Polls rooms: each parameter `r{room}`, or `h{room}` for highlights, has the reader's cursor. Each room appears once in
 * the response. The response is bounded: it has the oldest events that fit, and `t` is the id of the last one, so that the
 * reader polls again from there.
 */
function poll(call: Call): Response {
  checkFkey(call);
  const { world, viewer, state, params } = call;
  const { log } = world;
  const asked = new Map<number, Asked>();
  let oldest = log.newest;
  for (const [name, text] of params.entries()) {
    const match = /^([rh])(\d{1,15})$/.exec(name);
    const roomId = Number(match?.[2]);
    if (!match || asked.has(roomId)) continue;
    const cursor = /^\d{1,15}$/.test(text) ? Math.min(Number(text), log.newest) : null;
    asked.set(roomId, { cursor, highlights: match[1] === "h" });
    if (cursor !== null && cursor >= log.oldestCursor) oldest = Math.min(oldest, cursor);
  }
  const sees = (event: LoggedEvent): boolean => canSeeEvent(world, viewer, event);
  const events = new PolledEvents(log.since(oldest), { rooms: asked, userId: viewer?.id ?? null, sees });
  let left = state.options.maxPollBytes;
  const parts: string[] = [];
  for (const [roomId, about] of asked) {
    const text = pollRoom(call, roomId, about, events, left);
    left -= Buffer.byteLength(text);
    parts.push(`"r${roomId}":${text}`);
  }
  return rawJsonResponse(`{${[...parts, `"sync":${world.now()}`].join(",")}}`);
}

function pollRoom(call: Call, roomId: number, asked: Asked, events: PolledEvents, maxBytes: number): string {
  const { world, viewer } = call;
  const room = world.rooms.get(roomId);
  if (!room || !mayEnter(room, viewer, world.now())) return `{"exit":true}`;
  const { log } = world;
  const cursor = asked.cursor ?? log.newest;
  // The log no longer reaches back to the cursor, so the reader must reload everything.
  if (cursor < log.oldestCursor) return `{"reset":true,"t":${log.newest}}`;
  const timeout = timeoutLeft(world, room);
  const state: RoomFrameState = timeout > 0 ? { timeout } : {};
  if (cursor === log.newest) return JSON.stringify(state);
  const fitting: LoggedEvent[] = [];
  let size = 0;
  for (const event of events.of(roomId, cursor)) {
    if (asked.highlights && !isHighlightEvent(call, event)) continue;
    size += Buffer.byteLength(event.json);
    if (size > maxBytes && (fitting.length > 0 || maxBytes <= 0)) {
      const t = fitting.at(-1)?.id ?? cursor;
      return roomText(fitting, t, t - cursor, state);
    }
    fitting.push(event);
  }
  return roomText(fitting, log.newest, log.newest - cursor, state);
}

function isHighlightEvent(call: Call, event: LoggedEvent): boolean {
  if (event.type === EventType.MessageReply || event.type === EventType.UserMentioned) return true;
  const message = event.messageId === null ? undefined : call.world.messages.get(event.messageId);
  return message !== undefined && isHighlight(message, call.viewer);
}

/** Leaves rooms. With `quiet` the response is empty; otherwise it redirects a browser to the start page. */
function leave(call: Call, which: string): Response {
  const user = requireLogin(call);
  const { world, state, params } = call;
  const rooms = which === "all" ? roomsOf(world, user.id) : [readableRoom(call, Number(which))];
  world.log.batch(() => {
    for (const room of rooms) state.presence.leave(room, user);
  });
  return params.flag("quiet") ? textResponse("") : redirectResponse("/");
}

/** The user's latest message before another one, and the number of messages between the two. */
function lastMessage(call: Call, roomId: number): Response {
  const user = requireLogin(call);
  const room = readableRoom(call, roomId);
  const { params } = call;
  const index = call.world.index(room);
  const before = params.integer("beforeId", Number.MAX_SAFE_INTEGER);
  const isMine = (message: MessageRecord): boolean =>
    message.id < before && message.userId === user.id && !message.deleted;
  const listed = params.flag("highlights") ? index.highlights(user.id) : room.messages;
  const last = (params.flag("highlights") ? listed : index.byAuthor(user.id)).findLast(isMine);
  const gap = lowerBound(listed, before) - (last ? lowerBound(listed, last.id) + 1 : 0);
  return jsonResponse({ msgid: last?.id ?? null, gap });
}

function acknowledgePings(call: Call): Response {
  const user = requireLogin(call);
  acknowledge(call.world, user, (call.params.get("id") ?? "").split(",").map(Number));
  return rawJsonResponse('"ok"');
}
