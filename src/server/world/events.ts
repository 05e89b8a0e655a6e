/**
 * Builds event objects exactly as recorded: the same keys in the same order, without keys that the servers omit
 * (protocol.md §4.1). Pure.
 */
import { EventType, type RawEvent } from "../../protocol/raw.js";
import { canSeeFlags } from "./access.js";
import type { MessageRecord, RoomRecord, UserRecord } from "./records.js";

/** The room and the users of a message event; missing ones are omitted from the object. */
interface MessageContext {
  readonly id?: number;
  readonly room: RoomRecord;
  /** The actor. Type 9 names nobody, and type 6 names its actor to that actor only [OBS]. */
  readonly user?: UserRecord | undefined;
  readonly targetId?: number | undefined;
}

/** The keys of a message event in recorded order (protocol.md §4.1). */
const WIRE_ORDER: readonly (keyof RawEvent)[] = [
  ...(["event_type", "time_stamp", "content", "id", "user_id", "target_user_id", "user_name"] as const),
  ...(["room_id", "room_name", "message_id", "parent_id", "message_flags", "message_stars"] as const),
  ...(["message_owner_stars", "message_starred", "message_owner_starred", "message_edits"] as const),
  ...(["show_parent", "moved"] as const),
];

/** Sorts the keys of an event into wire order; unknown keys go last. */
export function inWireOrder<T extends object>(event: T): T {
  const given = new Map(Object.entries(event));
  const first = WIRE_ORDER.filter((key) => given.has(key)).map((key) => [key, given.get(key)] as const);
  return { ...(Object.fromEntries(first) as Partial<T>), ...event };
}

/** Builds types 1, 2, 6, 8, 9, 10, 18, 19 and 20. `time_stamp` is always that of the original post. */
export function messageEvent(type: number, message: MessageRecord, context: MessageContext): RawEvent {
  const { id, room, user, targetId } = context;
  const event: RawEvent = { event_type: type, time_stamp: message.timeStamp };
  if (!message.deleted) event.content = message.content;
  if (id !== undefined) event.id = id;
  if (user) event.user_id = user.id;
  if (targetId !== undefined) event.target_user_id = targetId;
  if (user) event.user_name = user.name;
  event.room_id = room.id;
  if (id !== undefined) event.room_name = room.name;
  event.message_id = message.id;
  if (message.parentId !== null) event.parent_id = message.parentId;
  const flags = message.flags?.by.size ?? 0;
  if (type === EventType.MessageFlagged && flags > 0) event.message_flags = flags;
  if (message.stars.size > 0) event.message_stars = message.stars.size;
  if (message.pins.size > 0) event.message_owner_stars = message.pins.size;
  if (type === EventType.MessageStarred && user) markOwn(event, message, user);
  if (message.edits > 0) event.message_edits = message.edits;
  if (message.showParent) event.show_parent = true;
  if (message.moved) event.moved = true;
  return event;
}

/** Adds the viewer's own star and pin. */
function markOwn(event: RawEvent, message: MessageRecord, viewer: UserRecord): void {
  if (message.stars.has(viewer.id)) event.message_starred = true;
  if (message.pins.has(viewer.id)) event.message_owner_starred = true;
}

/** Builds an item of a `mode=Messages` list: no `id`, no `room_name`, but the viewer's own marks, and flags if they may see them. */
export function listItem(
  message: MessageRecord,
  room: RoomRecord,
  author: UserRecord | undefined,
  viewer: UserRecord | null,
): RawEvent {
  const item = messageEvent(EventType.MessagePosted, message, { room, user: author });
  if (viewer) markOwn(item, message, viewer);
  const { flags } = message;
  if (viewer && flags?.by.has(viewer.id)) item.message_flagged = true;
  if (flags && flags.by.size > 0 && canSeeFlags(room, viewer)) item.message_flags = flags.by.size;
  return item;
}

/** Builds types 3 and 4. */
export function presenceEvent(type: number, id: number, now: number, room: RoomRecord, user: UserRecord): RawEvent {
  return {
    event_type: type,
    time_stamp: now,
    id,
    user_id: user.id,
    target_user_id: user.id,
    user_name: user.name,
    room_id: room.id,
    room_name: room.name,
  };
}

interface NoticeContext {
  readonly id: number;
  readonly now: number;
  /** Missing in types 13 and 16, which belong to no room (OBS for 16). */
  readonly room?: RoomRecord;
  readonly user: UserRecord;
  readonly content?: string;
  readonly targetId?: number;
}

/** Builds types 5, 13, 15, 16, 17, 22 and 34, which are about a room or a user, not about a message. */
export function noticeEvent(type: number, { id, now, room, user, content, targetId }: NoticeContext): RawEvent {
  const event: RawEvent = { event_type: type, time_stamp: now };
  if (content !== undefined) event.content = content;
  event.id = id;
  event.user_id = user.id;
  if (targetId !== undefined) event.target_user_id = targetId;
  event.user_name = user.name;
  if (room) {
    event.room_id = room.id;
    event.room_name = room.name;
  }
  return event;
}
