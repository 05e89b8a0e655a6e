/** Notes unknown and missing keys of events (protocol.md §4). Pure. */
import { type DriftSink, type Members, noteMembers, shownWord } from "./drift.js";
import type { Frame } from "./frames.js";
import { EventType, type RawEvent } from "./raw.js";

/** Every key that an event has been seen with. */
const known: Members = Object.fromEntries(
  (
    "event_type time_stamp content id user_id target_user_id user_name room_id room_name message_id parent_id " +
    "message_stars message_owner_stars message_starred message_owner_starred message_edits message_flagged " +
    "message_flags show_parent moved parent_username parent_text user_email_hash"
  )
    .split(" ")
    .map((key) => [key, false]),
);
/** The records of a list have no event number. */
const listed: Members = { ...known, time_stamp: true, message_id: true, room_id: true };
const live: Members = { ...known, time_stamp: true, id: true };
const ofMessage: Members = { ...live, message_id: true, room_id: true };

const types: ReadonlySet<number> = new Set(Object.values(EventType));

const messageTypes: ReadonlySet<number> = new Set([
  EventType.MessagePosted,
  EventType.MessageEdited,
  EventType.MessageStarred,
  EventType.UserMentioned,
  EventType.MessageDeleted,
  EventType.MessageReply,
  EventType.MessageMovedOut,
  EventType.MessageMovedIn,
]);

const accessLevels: ReadonlySet<string> = new Set(["owner", "read-write", "read-only", "(default)", "request"]);

/** Whether the servers' own name for a type is known. */
export function isKnownType(type: number): boolean {
  return types.has(type);
}

/** Notes what one live event has that nobody knows, and what it lacks. */
export function noteEvent(sink: DriftSink, event: RawEvent): void {
  const type = event.event_type;
  if (!isKnownType(type)) {
    sink({ where: "frame", what: "unknown event type", detail: String(type) });
    return;
  }
  const own = named(sink, `event ${type}`);
  noteMembers(own, event, messageTypes.has(type) ? ofMessage : live);
  if (type === EventType.AccessLevelChanged) noteLevel(own, event.content);
}

/** Notes what a frame has that nobody knows, events apart. */
export function noteFrame(sink: DriftSink | undefined, { malformed, unknownKeys }: Frame): void {
  if (malformed.length > 0) sink?.({ where: "frame", what: "unknown form", detail: "part" });
  for (const key of unknownKeys) sink?.({ where: "frame", what: "unknown key", detail: shownWord(key) });
}

/** Notes the same of the records of a list of messages. */
export function noteListed(sink: DriftSink | undefined, events: readonly RawEvent[]): void {
  if (sink) for (const event of events) noteMembers(sink, event, listed, "events.");
}

function noteLevel(sink: DriftSink, content: unknown): void {
  const level = typeof content === "string" ? /^Access now (.*)$/s.exec(content)?.[1] : undefined;
  if (level === undefined) sink({ what: "unknown form", detail: "content" });
  else if (!accessLevels.has(level)) sink({ what: "unknown access level", detail: shownWord(level) });
}

function named(sink: DriftSink, where: string): DriftSink {
  return (note) => sink({ ...note, where });
}
