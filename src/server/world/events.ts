/**
 * Event objects exactly as recorded: the same keys in the same order, nothing that the servers leave out
 * (protocol.md §4.1). Pure functions from records to wire objects.
 */
import { EventType, type RawEvent } from "../../protocol/raw.js";
import { seesFlags } from "./access.js";
import type { MessageRecord, RoomRecord, UserRecord } from "./records.js";

/** Who and where a message event is about; what is missing is left out of the object. */
interface MessageContext {
  readonly id?: number;
  readonly room: RoomRecord;
  /** The actor; type 9 names nobody, type 6 its actor to that actor alone [OBS]. */
  readonly user?: UserRecord | undefined;
  readonly targetId?: number | undefined;
}

/** The keys of a message's event as recorded (protocol.md §4.1). */
const wireOrder: readonly (keyof RawEvent)[] = [
  ...(["event_type", "time_stamp", "content", "id", "user_id", "target_user_id", "user_name"] as const),
  ...(["room_id", "room_name", "message_id", "parent_id", "message_flags", "message_stars"] as const),
  ...(["message_owner_stars", "message_starred", "message_owner_starred", "message_edits"] as const),
  ...(["show_parent", "moved"] as const),
];

/** An event with its keys in the order of the wire; others go last. */
export function inWireOrder<T extends object>(event: T): T {
  const given = new Map(Object.entries(event));
  const first = wireOrder.filter((key) => given.has(key)).map((key) => [key, given.get(key)] as const);
  return { ...(Object.fromEntries(first) as Partial<T>), ...event };
}

/** Types 1, 2, 6, 8, 9, 10, 18, 19 and 20. The time is that of the original post, whatever happened now. */
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

/** The viewer's own marks on a message. */
function markOwn(event: RawEvent, message: MessageRecord, viewer: UserRecord): void {
  if (message.stars.has(viewer.id)) event.message_starred = true;
  if (message.pins.has(viewer.id)) event.message_owner_starred = true;
}

/** An item of a `mode=Messages` list: no `id`, no `room_name`, what the viewer did to the message, and flags if they may know. */
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
  if (flags && flags.by.size > 0 && seesFlags(room, viewer)) item.message_flags = flags.by.size;
  return item;
}

/** Types 3 and 4. */
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
  /** Missing in types 13 and 16, which are about no room (OBS for 16). */
  readonly room?: RoomRecord;
  readonly user: UserRecord;
  readonly content?: string;
  readonly targetId?: number;
}

/** Types 5, 13, 15, 16, 17, 22 and 34: something about a room or a person, with no message. */
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
