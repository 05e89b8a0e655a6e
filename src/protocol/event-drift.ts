/** Notes unknown and missing keys of events (protocol.md §4). Pure. */
import { type DriftSink, type KnownKeys, noteKeys, safeIdentifier } from "./drift.js";
import type { Frame } from "./frames.js";
import { EventType, type RawEvent } from "./raw.js";

/** Every key seen in events. */
const EVENT_KEYS: KnownKeys = Object.fromEntries(
  (
    "event_type time_stamp content id user_id target_user_id user_name room_id room_name message_id parent_id " +
    "message_stars message_owner_stars message_starred message_owner_starred message_edits message_flagged " +
    "message_flags show_parent moved parent_username parent_text user_email_hash"
  )
    .split(" ")
    .map((key) => [key, false]),
);
/** The records of a list have no event id. */
const LISTED_EVENT_KEYS: KnownKeys = { ...EVENT_KEYS, time_stamp: true, message_id: true, room_id: true };
const LIVE_EVENT_KEYS: KnownKeys = { ...EVENT_KEYS, time_stamp: true, id: true };
const MESSAGE_EVENT_KEYS: KnownKeys = { ...LIVE_EVENT_KEYS, message_id: true, room_id: true };

const KNOWN_TYPES: ReadonlySet<number> = new Set(Object.values(EventType));

const MESSAGE_TYPES: ReadonlySet<number> = new Set([
  EventType.MessagePosted,
  EventType.MessageEdited,
  EventType.MessageStarred,
  EventType.UserMentioned,
  EventType.MessageDeleted,
  EventType.MessageReply,
  EventType.MessageMovedOut,
  EventType.MessageMovedIn,
]);

const ACCESS_LEVELS: ReadonlySet<string> = new Set(["owner", "read-write", "read-only", "(default)", "request"]);

/** Whether an event type is known. */
export function isKnownEventType(type: number): boolean {
  return KNOWN_TYPES.has(type);
}

/** Notes unknown and missing keys of one live event. */
export function noteEvent(sink: DriftSink, event: RawEvent): void {
  const type = event.event_type;
  if (!isKnownEventType(type)) {
    sink({ where: "frame", what: "unknown event type", detail: String(type) });
    return;
  }
  const own = sinkFor(sink, `event ${type}`);
  noteKeys(own, event, MESSAGE_TYPES.has(type) ? MESSAGE_EVENT_KEYS : LIVE_EVENT_KEYS);
  if (type === EventType.AccessLevelChanged) noteLevel(own, event.content);
}

/** Notes unknown keys of a frame, apart from its events. */
export function noteFrame(sink: DriftSink | undefined, { malformed, unknownKeys }: Frame): void {
  if (malformed.length > 0) sink?.({ where: "frame", what: "unknown form", detail: "part" });
  for (const key of unknownKeys) sink?.({ where: "frame", what: "unknown key", detail: safeIdentifier(key) });
}

/** Notes unknown and missing keys of the records of a message list. */
export function noteListedEvents(sink: DriftSink | undefined, events: readonly RawEvent[]): void {
  if (sink) for (const event of events) noteKeys(sink, event, LISTED_EVENT_KEYS, "events.");
}

function noteLevel(sink: DriftSink, content: unknown): void {
  const level = typeof content === "string" ? /^Access now (.*)$/s.exec(content)?.[1] : undefined;
  if (level === undefined) sink({ what: "unknown form", detail: "content" });
  else if (!ACCESS_LEVELS.has(level)) sink({ what: "unknown access level", detail: safeIdentifier(level) });
}

function sinkFor(sink: DriftSink, where: string): DriftSink {
  return (note) => sink({ ...note, where });
}
