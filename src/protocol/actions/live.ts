import type { Call } from "../call.js";
import { type KnownKeys, noteKeys, noteOnce } from "../drift.js";
import { noteFrame, noteListedEvents } from "../event-drift.js";
import { type Frame, isRawEvent, readFrame } from "../frames.js";
import type { RawEvent } from "../raw.js";
import { assertSuccess, notUnderstood, readJson } from "../refusals.js";
import { countOf, isRecord, itemsOf, stringOf } from "../values.js";

/** Options of {@link roomEvents}. */
export interface RoomEventsOptions {
  /** `Messages` returns one record per message, in its current state. @default "Messages" */
  readonly mode?: "Messages" | "Events";
  /** How many records, at most 500. @default 100 */
  readonly count?: number;
  /** Only messages with a smaller id. */
  readonly before?: number;
  /** Only messages with this id or a larger one. */
  readonly after?: number;
}

/** The keys of {@link RawEventsAnswer}, and those of a frame's room part that it may also have. */
const EVENTS_ANSWER_KEYS: KnownKeys = {
  events: true,
  time: true,
  sync: true,
  ms: false,
  timeout: false,
  reset: false,
  exit: false,
};

/** The current messages of a room, ascending by id, and the host's cursor. */
export interface RoomEvents {
  readonly events: readonly RawEvent[];
  /** The host's newest event id: the cursor to start listening from. */
  readonly time: number;
  /** The server's clock in Unix seconds; null if missing. */
  readonly sync: number | null;
}

/** `POST /chats/{room}/events`: the newest messages of a room (protocol.md §3.2, OBS). */
export function roomEvents(roomId: number, options: RoomEventsOptions = {}): Call<RoomEvents> {
  const { mode = "Messages", count = 100, before, after } = options;
  const tried = `read the messages of room ${roomId}`;
  return {
    request: {
      method: "POST",
      path: `/chats/${roomId}/events`,
      form: {
        since: "0",
        mode,
        msgCount: String(count),
        ...(before === undefined ? {} : { before: String(before) }),
        ...(after === undefined ? {} : { after: String(after) }),
      },
      needs: "fkey",
      referer: `/rooms/${roomId}`,
      tried,
    },
    read(answer) {
      const value = readJson(answer, "list of events", { tried, roomId });
      const time = isRecord(value) ? countOf(value.time) : undefined;
      if (!isRecord(value) || time === undefined) {
        throw notUnderstood(answer, "list of events", 'the key "time"', { tried, roomId });
      }
      const events = itemsOf(value.events).filter(isRawEvent);
      const drift = noteOnce(answer.drift);
      noteKeys(drift, value, EVENTS_ANSWER_KEYS);
      noteListedEvents(drift, events);
      return { events, time, sync: countOf(value.sync) ?? null };
    },
  };
}

/** `POST /ws-auth`: the URL of a socket for a room (protocol.md §3.3, OBS). */
export function authorizeSocket(roomId: number): Call<{ readonly url: string }> {
  const tried = `open a socket for room ${roomId}`;
  return {
    request: {
      method: "POST",
      path: "/ws-auth",
      form: { roomid: String(roomId) },
      needs: "fkey",
      referer: `/rooms/${roomId}`,
      tried,
    },
    read(answer) {
      const value = readJson(answer, "socket authorization", { tried, roomId });
      const url = isRecord(value) ? stringOf(value.url) : undefined;
      if (!url || !/^wss?:$/.test(URL.parse(url)?.protocol ?? "")) {
        throw notUnderstood(answer, "socket authorization", 'a "url" of a socket', { tried, roomId });
      }
      noteKeys(answer.drift, value, { url: true });
      return { url };
    },
  };
}

/** `POST /events`: polls the events of rooms since their cursors (protocol.md §3.5). */
export function pollEvents(cursors: ReadonlyMap<number, number>): Call<Frame> {
  const tried = `poll the events of room ${[...cursors.keys()].join(", ")}`;
  return {
    request: {
      method: "POST",
      path: "/events",
      form: Object.fromEntries([...cursors].map(([roomId, since]) => [`r${roomId}`, String(since)])),
      needs: "fkey",
      tried,
    },
    read(answer) {
      const value = readJson(answer, "poll of events", { tried });
      const frame = readFrame(value);
      noteFrame(answer.drift, frame);
      // An answer without any of these rooms and without a time proves nothing, least of all that nothing happened.
      if (
        frame.rooms.some(({ roomId }) => cursors.has(roomId)) ||
        (isRecord(value) && countOf(value.sync) !== undefined)
      )
        return frame;
      throw notUnderstood(answer, "poll of events", 'a room, or the key "sync"', { tried });
    },
  };
}

/** `POST /chats/leave/{room}`: leaves a room, or all rooms at once (protocol.md §3.1). */
export function leaveRoom(room: number | "all"): Call<void> {
  const tried = room === "all" ? "leave all rooms" : `leave room ${room}`;
  return {
    request: { method: "POST", path: `/chats/leave/${room}`, form: { quiet: "true" }, needs: "login", tried },
    read: (answer) => assertSuccess(answer, { tried }),
  };
}
