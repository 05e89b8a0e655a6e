/** The codecs of users, rooms, visits, accounts and images in a journal. */
import { isRecord } from "../../protocol/values.js";
import type { Account, StoredKeys, StoredNetwork, StoredSession } from "../network.js";
import type { ParentSite } from "../parent-sites.js";
import type { Bookmark, RoomRecord, UserRecord, Visit } from "../world/records.js";
import {
  addedLater,
  amount,
  type Codec,
  type Fields,
  flag,
  id,
  indexed,
  listOf,
  mapOf,
  nullable,
  oneOf,
  recordOf,
  setOf,
  text,
  withDefault,
} from "./fields.js";

export const userCodecs: Fields<UserRecord> = {
  id,
  email: withDefault(nullable(text), null),
  name: text,
  emailHash: text,
  reputation: amount,
  isModerator: withDefault(flag, false),
  about: withDefault(text, ""),
  createdAt: amount,
  lastSeen: withDefault(nullable(amount), null),
  lastPost: withDefault(nullable(amount), null),
  blockedUntil: withDefault(nullable(amount), null),
  ignored: setOf(id),
  invitedTo: setOf(id),
  desktopNotify: withDefault(flag, false),
  pings: mapOf(id, id),
  starDay: withDefault(amount, 0),
  starsToday: withDefault(amount, 0),
};

const bookmark: Codec<Bookmark> = recordOf<Bookmark>(
  { slug: text, title: text, firstId: id, lastId: id, userId: id, createdAt: amount },
  "a bookmark",
);

/** A room without its messages, visits and presence. */
export type StoredRoom = Omit<RoomRecord, "messages" | "visits" | "present" | "messageCount">;

export const roomCodecs: Fields<StoredRoom> = {
  id,
  name: text,
  description: withDefault(text, ""),
  tags: listOf(text),
  access: oneOf("public", "gallery", "private"),
  parentSite: addedLater(nullable(recordOf<ParentSite>({ host: text, name: text }, "a site")), null),
  frozen: withDefault(flag, false),
  deleted: withDefault(flag, false),
  timeoutUntil: withDefault(nullable(amount), null),
  owners: setOf(id),
  granted: mapOf(id, oneOf("read-write", "read-only")),
  requests: setOf(id),
  kicked: mapOf(id, recordOf({ until: amount, times: listOf(amount) }, "a kick")),
  favoriteOf: setOf(id),
  bookmarks: indexed(bookmark, ({ slug }) => slug),
};

/** Journals keep the spelling of their first version for this field of a room. */
const STORED_SPELLING = "favouriteOf";
const SPELLING = "favoriteOf" satisfies keyof StoredRoom;

/** The row of a room, or of its changed parts, with the keys that journals use. */
export function withStoredKeys(row: Record<string, unknown>): Record<string, unknown> {
  return withKey(row, SPELLING, STORED_SPELLING);
}

/** The row of a room with the keys of its record. */
export function withRecordKeys(row: unknown): unknown {
  return isRecord(row) ? withKey(row, STORED_SPELLING, SPELLING) : row;
}

function withKey(row: Record<string, unknown>, from: string, to: string): Record<string, unknown> {
  const key = new RegExp(`^([+-]?)${from}$`);
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name.replace(key, `$1${to}`), value]));
}

/** A user's visit to a room, with their presence and the room's message count. */
export interface StoredVisit extends Visit {
  readonly roomId: number;
  readonly userId: number;
  readonly isPresent: boolean;
  readonly roomMessageCount: number;
}

export const visitCodecs: Fields<StoredVisit> = {
  roomId: id,
  userId: id,
  isPresent: withDefault(flag, false),
  roomMessageCount: withDefault(amount, 0),
  lastSeen: withDefault(amount, 0),
  lastPost: withDefault(amount, 0),
  messageCount: withDefault(amount, 0),
  lastMessageId: withDefault(nullable(id), null),
};

const account: Codec<Account> = recordOf<Account>({ email: text, name: text, password: text }, "an account");

export const networkCodecs: Fields<StoredNetwork> = {
  keys: recordOf<StoredKeys>({ secret: text, generation: amount }, "a record of keys"),
  accounts: listOf(account),
  sessions: listOf(recordOf<StoredSession>({ id: text, acct: text, chat: text, email: text }, "a login")),
  ended: nullable(listOf(text)),
};

/** The smallest ids that the next message, flag and event may get. */
export const nextIdCodecs: Fields<{ message: number; flag: number; event: number }> = {
  message: id,
  flag: id,
  event: id,
};

/** An uploaded image. */
export interface StoredImageRow {
  readonly name: string;
  readonly type: string;
  readonly base64: string;
}

export const imageCodecs: Fields<StoredImageRow> = { name: text, type: text, base64: text };
