/**
 * Records as a journal writes them: the same fields, with sets and maps as arrays. What stands in a row replaces what
 * stood there before, so a journal is read by taking the rows in their order.
 */
import type { LoggedEvent } from "../world/event-log.js";
import type { Bookmark, MessageFlags, MessageRecord, RoomRecord, UserRecord, Visit } from "../world/records.js";
import type { World } from "../world/world.js";

/** The first line of every journal. */
export const header: string = JSON.stringify({ journal: "chatexchange-ts", version: 1 });

type Pairs<V> = (readonly [number, V])[];

type Stored<T, K extends keyof T, As> = Omit<T, K> & { [P in K]: As extends Record<P, infer V> ? V : never };

/** A person. */
export type StoredUser = Stored<
  UserRecord,
  "ignored" | "invitedTo" | "pings",
  { ignored: number[]; invitedTo: number[]; pings: Pairs<number> }
>;

/** A room without its messages and visits. */
export type StoredRoom = Stored<
  Omit<RoomRecord, "messages" | "visits" | "present" | "messageCount">,
  "owners" | "granted" | "requests" | "kicked" | "favouriteOf" | "bookmarks",
  {
    owners: number[];
    granted: Pairs<"read-write" | "read-only">;
    requests: number[];
    kicked: Pairs<{ until: number; times: number[] }>;
    favouriteOf: number[];
    bookmarks: Bookmark[];
  }
>;

type StoredFlags = Stored<MessageFlags, "by" | "unsure", { by: number[]; unsure: number[] }>;

export type StoredMessage = Stored<
  MessageRecord,
  "flags" | "stars" | "pins" | "pinged",
  { flags: StoredFlags | null; stars: number[]; pins: Pairs<number>; pinged: number[] }
>;

/** Of a room and a person: what the room remembers, whether they are there, and how many messages the room has had. */
export interface StoredVisit extends Visit {
  readonly roomId: number;
  readonly userId: number;
  readonly isPresent: boolean;
  readonly roomMessageCount: number;
}

export function storedUser(user: UserRecord): StoredUser {
  return { ...user, ignored: [...user.ignored], invitedTo: [...user.invitedTo], pings: [...user.pings] };
}

export function storedRoom(room: RoomRecord): StoredRoom {
  const { messages, visits, present, messageCount, ...rest } = room;
  return {
    ...rest,
    owners: [...room.owners],
    granted: [...room.granted],
    requests: [...room.requests],
    kicked: [...room.kicked],
    favouriteOf: [...room.favouriteOf],
    bookmarks: [...room.bookmarks.values()],
  };
}

export function storedMessage(message: MessageRecord): StoredMessage {
  // Field by field, because messages of a made-up history have theirs as accessors.
  const { id, roomId, userId, timeStamp, source, content, deleted, parentId, showParent, edits, moved } = message;
  const { revisions, purged, flags } = message;
  return {
    id,
    roomId,
    userId,
    timeStamp,
    source,
    content,
    deleted,
    parentId,
    showParent,
    edits,
    moved,
    revisions,
    purged,
    flags: flags && { ...flags, by: [...flags.by], unsure: [...flags.unsure] },
    stars: [...message.stars],
    pins: [...message.pins],
    pinged: [...message.pinged],
  };
}

export function storedVisit(room: RoomRecord, userId: number): StoredVisit {
  const visit = room.visits.get(userId) ?? { lastSeen: 0, lastPost: 0, messageCount: 0, lastMessageId: null };
  return {
    roomId: room.id,
    userId,
    isPresent: room.present.has(userId),
    roomMessageCount: room.messageCount,
    ...visit,
  };
}

/** An event beside its own JSON, which stays as it is. */
export function storedEvent({ json, ...event }: LoggedEvent): object {
  return { ...event, raw: JSON.parse(json) };
}

export function restoreUser(world: World, stored: StoredUser): void {
  const { ignored, invitedTo, pings } = stored;
  world.keepUser({ ...stored, ignored: new Set(ignored), invitedTo: new Set(invitedTo), pings: new Map(pings) });
}

export function restoreRoom(world: World, stored: StoredRoom): void {
  const before = world.rooms.get(stored.id);
  world.keepRoom({
    ...stored,
    // Files from before parent sites have none.
    parentSite: stored.parentSite ?? null,
    owners: new Set(stored.owners),
    granted: new Map(stored.granted),
    requests: new Set(stored.requests),
    kicked: new Map(stored.kicked),
    favouriteOf: new Set(stored.favouriteOf),
    bookmarks: new Map(stored.bookmarks.map((bookmark) => [bookmark.slug, bookmark])),
    messages: before?.messages ?? [],
    visits: before?.visits ?? new Map(),
    present: before?.present ?? new Set(),
    messageCount: before?.messageCount ?? 0,
  });
}

export function restoreMessage(world: World, stored: StoredMessage): void {
  const { flags } = stored;
  const message: MessageRecord = {
    ...stored,
    flags: flags && { ...flags, by: new Set(flags.by), unsure: new Set(flags.unsure) },
    stars: new Set(stored.stars),
    pins: new Map(stored.pins),
    pinged: new Set(stored.pinged),
  };
  world.keepMessage(message);
}

export function restoreVisit(world: World, stored: StoredVisit): void {
  const { roomId, userId, isPresent, roomMessageCount, ...visit } = stored;
  const room = world.rooms.get(roomId);
  if (!room) return;
  room.visits.set(userId, visit);
  if (isPresent) room.present.add(userId);
  else room.present.delete(userId);
  room.messageCount = roomMessageCount;
  const user = world.users.get(userId);
  if (!user) return;
  user.lastSeen = Math.max(user.lastSeen ?? 0, visit.lastSeen);
  if (visit.lastPost > 0) user.lastPost = Math.max(user.lastPost ?? 0, visit.lastPost);
}
