/**
 * Parses frames of the live channel: a JSON object with a key `r{room}` for each room (protocol.md §3.4), from a socket
 * or
 * from `POST /events`. A malformed part is set aside without losing the rest.
 */
import { ParseError } from "../errors/index.js";
import type { RawEvent } from "./raw.js";
import { countOf, isRecord, itemsOf, numberOf } from "./values.js";

const LETTER_R = 0x72;
const LETTER_H = 0x68;
const DIGIT_0 = 0x30;

const NO_PARTS: readonly unknown[] = [];
const NO_KEYS: readonly string[] = [];

/** Keys of a frame or of the answer to a poll that are not rooms (protocol.md §3.5). */
const FRAME_KEYS: ReadonlySet<string> = new Set(["sync", "reset", "ms", "action"]);
/** Keys of a room's part besides its events and counters. */
const ROOM_KEYS: ReadonlySet<string> = new Set(["timeout", "reset", "exit", "ms"]);
/** No frame reports more than this. */
const MAX_UNKNOWN_KEYS = 10;

function addKey(keys: readonly string[], key: string): readonly string[] {
  return keys.length < MAX_UNKNOWN_KEYS ? [...keys, key] : keys;
}

/** One room's part of a frame. */
export interface RoomFrame {
  readonly roomId: number;
  readonly events: readonly RawEvent[];
  /** The host's newest event id, if the frame has it. */
  readonly t: number | undefined;
  /** How far `t` advanced: the frame covers the ids (t - d, t]. */
  readonly d: number | undefined;
  /** Whether we were removed from the room. */
  readonly exit: boolean;
  /** Whether our cursor is useless now and everything must be loaded again. */
  readonly reset: boolean;
  /** The room is in timeout for this many seconds. */
  readonly timeout: number | undefined;
  /** Whether some events were malformed and left out. */
  readonly isDamaged: boolean;
}

/** A parsed frame. */
export interface Frame {
  readonly rooms: readonly RoomFrame[];
  /** Malformed parts, for the log. */
  readonly malformed: readonly unknown[];
  /** Unknown keys of the frame and of its parts. */
  readonly unknownKeys: readonly string[];
}

/**
 * Whether a value is an event: it has a valid event type, the only required field, and no impossible number as an id.
 */
export function isRawEvent(value: unknown): value is RawEvent {
  if (!isRecord(value) || !Number.isInteger(value.event_type)) return false;
  return !isImpossible(value.id) && !isImpossible(value.message_id) && !isImpossible(value.room_id);
}

/** A number that no counter of a server can have reached is not trusted. */
function isImpossible(value: unknown): boolean {
  return typeof value === "number" && countOf(value) === undefined;
}

/**
 * Parses a frame.
 * @throws {NOT_UNDERSTOOD} when the text is not a JSON object
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
 * Reads a decoded frame.
 * @throws {NOT_UNDERSTOOD} when it is not an object
 */
export function readFrame(value: unknown): Frame {
  if (!isRecord(value)) throw new ParseError("frame", "an object with room keys");
  const rooms: RoomFrame[] = [];
  let malformed: unknown[] | undefined;
  let unknownKeys: readonly string[] = NO_KEYS;
  for (const key in value) {
    const roomId = roomOfKey(key);
    if (roomId === undefined) {
      if (!FRAME_KEYS.has(key)) unknownKeys = addKey(unknownKeys, key);
      continue;
    }
    const part = value[key];
    if (!isRecord(part)) {
      malformed ??= [];
      malformed.push(part);
      continue;
    }
    for (const own in part)
      if (own !== "e" && own !== "t" && own !== "d" && !ROOM_KEYS.has(own)) unknownKeys = addKey(unknownKeys, own);
    const all = itemsOf(part.e);
    const events = all.every(isRawEvent) ? all : all.filter(isRawEvent);
    const isPartial = events.length < all.length;
    rooms.push(readRoom(roomId, part, events, isPartial));
    if (!isPartial) continue;
    malformed ??= [];
    for (const event of all) if (!isRawEvent(event)) malformed.push(event);
  }
  return { rooms, malformed: malformed ?? NO_PARTS, unknownKeys };
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

/** Seconds, which some servers send as a string. */
function secondsOf(value: unknown): number | undefined {
  return typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : numberOf(value);
}

/**
 * The room of a key such as `r123`, or `h123` in highlights mode. Parsed digit by digit, because every frame has one.
 */
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
