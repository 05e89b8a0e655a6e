/**
 * Frames of the live channel: one JSON object with a key `r{room}` for each room (protocol.md §3.4), the same from a
 * socket and from `POST /events`. A broken part is set aside, never the whole.
 */
import { ParseError } from "../errors/index.js";
import type { RawEvent } from "./raw.js";
import { countOf, isRecord, listOf, numberOf } from "./values.js";

/** What one frame says about one room. */
export interface RoomFrame {
  readonly roomId: number;
  readonly events: readonly RawEvent[];
  /** The newest event id of the host, when the frame says. */
  readonly t: number | undefined;
  /** How far `t` moved: the frame covers the ids (t - d, t]. */
  readonly d: number | undefined;
  /** We were removed from the room. */
  readonly exit: boolean;
  /** Our cursor is of no use any more: load everything afresh. */
  readonly reset: boolean;
  /** The room is in timeout for this many seconds. */
  readonly timeout: number | undefined;
  /** Some of its events made no sense and are left out. */
  readonly isDamaged: boolean;
}

/** A frame taken apart. */
export interface Frame {
  readonly rooms: readonly RoomFrame[];
  /** Parts that made no sense, for the log. */
  readonly malformed: readonly unknown[];
}

/**
 * True for anything that has a usable event type, the one thing an event can not do without, and no impossible number
 * as its id.
 */
export function isRawEvent(value: unknown): value is RawEvent {
  if (!isRecord(value) || !Number.isInteger(value.event_type)) return false;
  return !isImpossible(value.id) && !isImpossible(value.message_id) && !isImpossible(value.room_id);
}

/** A number that no counter of a server can have reached: it is not believed, and not kept. */
function isImpossible(value: unknown): boolean {
  return typeof value === "number" && countOf(value) === undefined;
}

/**
 * Takes a frame apart.
 * @throws {NOT_UNDERSTOOD} when the text is not a JSON object.
 */
export function parseFrame(text: string): Frame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new ParseError("frame", "JSON");
  }
  return readFrame(value);
}

/**
 * Takes an already decoded frame apart.
 * @throws {NOT_UNDERSTOOD} when it is not an object.
 */
export function readFrame(value: unknown): Frame {
  if (!isRecord(value)) throw new ParseError("frame", "an object with room keys");
  const rooms: RoomFrame[] = [];
  const malformed: unknown[] = [];
  for (const key in value) {
    const roomId = roomOfKey(key);
    if (roomId === undefined) continue;
    const part = value[key];
    if (isRecord(part)) rooms.push(readRoom(roomId, part, malformed));
    else malformed.push(part);
  }
  return { rooms, malformed };
}

function readRoom(roomId: number, part: Record<string, unknown>, malformed: unknown[]): RoomFrame {
  const all = listOf(part.e);
  const events = all.every(isRawEvent) ? all : all.filter(isRawEvent);
  if (events.length < all.length) malformed.push(...all.filter((event) => !isRawEvent(event)));
  const t = countOf(part.t);
  const d = countOf(part.d);
  return {
    roomId,
    events,
    t,
    d,
    exit: part.exit === true,
    reset: part.reset === true,
    timeout: part.timeout === undefined ? undefined : secondsOf(part.timeout),
    isDamaged:
      events.length < all.length ||
      (part.e !== undefined && !Array.isArray(part.e)) ||
      (t === undefined && typeof part.t === "number") ||
      (d === undefined && typeof part.d === "number") ||
      (t !== undefined && d !== undefined && d > t),
  };
}

/** Seconds, which some servers write as a string. */
function secondsOf(value: unknown): number | undefined {
  return typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : numberOf(value);
}

function roomOfKey(key: string): number | undefined {
  return /^[rh]\d{1,15}$/.test(key) ? Number(key.slice(1)) : undefined;
}
