/**
 * Frames of the live channel: one JSON object with a key `r{room}` for each room (protocol.md §3.4), the same from a
 * socket and from `POST /events`. A broken part is set aside, never the whole.
 */
import { ParseError } from "../errors/index.js";
import type { RawEvent } from "./raw.js";
import { countOf, isRecord, listOf, numberOf } from "./values.js";

const LETTER_R = 0x72;
const LETTER_H = 0x68;
const DIGIT_0 = 0x30;

const nothing: readonly unknown[] = [];
const noKeys: readonly string[] = [];

/** Keys of a frame, or of the answer to a poll, that are no rooms (protocol.md §3.5). */
const frameKeys: ReadonlySet<string> = new Set(["sync", "reset", "ms", "action"]);
/** Keys of a room besides the events and the counters. */
const roomKeys: ReadonlySet<string> = new Set(["timeout", "reset", "exit", "ms"]);
/** No frame needs to tell of more. */
const MOST_KEYS = 10;

function addKey(keys: readonly string[], key: string): readonly string[] {
  return keys.length < MOST_KEYS ? [...keys, key] : keys;
}

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
  /** Keys of the frame and of its parts that nobody knows. */
  readonly unknownKeys: readonly string[];
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
  let malformed: unknown[] | undefined;
  let unknownKeys: readonly string[] = noKeys;
  for (const key in value) {
    const roomId = roomOfKey(key);
    if (roomId === undefined) {
      if (!frameKeys.has(key)) unknownKeys = addKey(unknownKeys, key);
      continue;
    }
    const part = value[key];
    if (!isRecord(part)) {
      malformed ??= [];
      malformed.push(part);
      continue;
    }
    for (const own in part)
      if (own !== "e" && own !== "t" && own !== "d" && !roomKeys.has(own)) unknownKeys = addKey(unknownKeys, own);
    const all = listOf(part.e);
    const events = all.every(isRawEvent) ? all : all.filter(isRawEvent);
    const isPartial = events.length < all.length;
    rooms.push(readRoom(roomId, part, events, isPartial));
    if (!isPartial) continue;
    malformed ??= [];
    for (const event of all) if (!isRawEvent(event)) malformed.push(event);
  }
  return { rooms, malformed: malformed ?? nothing, unknownKeys };
}

function readRoom(
  roomId: number,
  part: Record<string, unknown>,
  events: readonly RawEvent[],
  isPartial: boolean,
): RoomFrame {
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
      isPartial ||
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

/** The room of a key such as `r123`, or `h123` in highlights mode; digit by digit, because every frame has one. */
function roomOfKey(key: string): number | undefined {
  const letter = key.charCodeAt(0);
  if ((letter !== LETTER_R && letter !== LETTER_H) || key.length < 2 || key.length > 16) return undefined;
  let roomId = 0;
  for (let at = 1; at < key.length; at++) {
    const digit = key.charCodeAt(at) - DIGIT_0;
    if (digit < 0 || digit > 9) return undefined;
    roomId = roomId * 10 + digit;
  }
  return roomId;
}
