/** The tables of what a journal keeps of people, rooms and visits. */
import type { Account, KeptKeys, KeptNetwork, KeptSession } from "../network.js";
import type { ParentSite } from "../parent-sites.js";
import type { Bookmark, RoomRecord, UserRecord, Visit } from "../world/records.js";
import {
  amount,
  type Fields,
  flag,
  id,
  indexed,
  type Kind,
  later,
  listOf,
  mapOf,
  nullable,
  oneOf,
  or,
  recordOf,
  setOf,
  text,
} from "./fields.js";

export const userFields: Fields<UserRecord> = {
  id,
  email: or(nullable(text), null),
  name: text,
  emailHash: text,
  reputation: amount,
  isModerator: or(flag, false),
  about: or(text, ""),
  createdAt: amount,
  lastSeen: or(nullable(amount), null),
  lastPost: or(nullable(amount), null),
  blockedUntil: or(nullable(amount), null),
  ignored: setOf(id),
  invitedTo: setOf(id),
  desktopNotify: or(flag, false),
  pings: mapOf(id, id),
  starDay: or(amount, 0),
  starsToday: or(amount, 0),
};

const bookmark: Kind<Bookmark> = recordOf<Bookmark>(
  { slug: text, title: text, firstId: id, lastId: id, userId: id, createdAt: amount },
  "a bookmark",
);

/** A room without its messages and visits. */
export type StoredRoom = Omit<RoomRecord, "messages" | "visits" | "present" | "messageCount">;

export const roomFields: Fields<StoredRoom> = {
  id,
  name: text,
  description: or(text, ""),
  tags: listOf(text),
  access: oneOf("public", "gallery", "private"),
  parentSite: later(nullable(recordOf<ParentSite>({ host: text, name: text }, "a site")), null),
  frozen: or(flag, false),
  deleted: or(flag, false),
  timeoutUntil: or(nullable(amount), null),
  owners: setOf(id),
  granted: mapOf(id, oneOf("read-write", "read-only")),
  requests: setOf(id),
  kicked: mapOf(id, recordOf({ until: amount, times: listOf(amount) }, "a kick")),
  favouriteOf: setOf(id),
  bookmarks: indexed(bookmark, ({ slug }) => slug),
};

/** Of a room and a person: what the room remembers, whether they are there, and how many messages the room has had. */
export interface StoredVisit extends Visit {
  readonly roomId: number;
  readonly userId: number;
  readonly isPresent: boolean;
  readonly roomMessageCount: number;
}

export const visitFields: Fields<StoredVisit> = {
  roomId: id,
  userId: id,
  isPresent: or(flag, false),
  roomMessageCount: or(amount, 0),
  lastSeen: or(amount, 0),
  lastPost: or(amount, 0),
  messageCount: or(amount, 0),
  lastMessageId: or(nullable(id), null),
};

const account: Kind<Account> = recordOf<Account>({ email: text, name: text, password: text }, "an account");

export const networkFields: Fields<KeptNetwork> = {
  keys: recordOf<KeptKeys>({ secret: text, generation: amount }, "a record of keys"),
  accounts: listOf(account),
  sessions: listOf(recordOf<KeptSession>({ id: text, acct: text, chat: text, email: text }, "a login")),
  ended: nullable(listOf(text)),
};

/** The numbers that the next message, flag and event get at least. */
export const nextFields: Fields<{ message: number; flag: number; event: number }> = {
  message: id,
  flag: id,
  event: id,
};

/** An uploaded picture. */
export interface StoredPicture {
  readonly name: string;
  readonly type: string;
  readonly base64: string;
}

export const pictureFields: Fields<StoredPicture> = { name: text, type: text, base64: text };
