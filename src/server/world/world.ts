/**
 * The state of one chat site: its users, rooms, messages and event log. It knows nothing of HTTP. The rules that change it
 * (posting, starring, membership) are functions in the files beside this one.
 */
import { EventType } from "../../protocol/raw.js";
import type { Clock } from "../../util/clock.js";
import { emailHash } from "../chat-json.js";
import type { ParentSite } from "../parent-sites.js";
import { insertById, removeById } from "./ascending.js";
import { Changes, type Part } from "./changes.js";
import { EventLog, type LoggedEvent } from "./event-log.js";
import type { TextLimits } from "./limits.js";
import { LongTexts } from "./long-texts.js";
import { NameIndex } from "./name-index.js";
import {
  COMMUNITY_USER_ID,
  FEEDS_USER_ID,
  type MessageRecord,
  type RoomAccess,
  type RoomRecord,
  type UserRecord,
  type Visit,
} from "./records.js";
import { RoomIndex } from "./room-index.js";
import { RoomSignals } from "./room-signals.js";

/** The server options that rules depend on. */
export interface WorldRules {
  readonly editWindowMs: number;
  readonly editGraceMs: number;
  readonly duplicateWindowMs: number;
  readonly minimumReputation: number;
  readonly starsPerDay: number;
  readonly replyPrefixInContent: boolean;
  readonly parentInReplies: boolean;
  readonly mentionBesideReply: boolean;
  readonly maxEvents: number;
  readonly maxMessagesPerRoom: number;
  readonly maxPings: number;
  readonly maxLongText: number;
  readonly textLimits: TextLimits;
}

/** The initial data of a new user. */
export interface NewUser {
  readonly id?: number | undefined;
  readonly email?: string | undefined;
  readonly name: string;
  readonly reputation?: number | undefined;
  readonly isModerator?: boolean | undefined;
  readonly about?: string | undefined;
  readonly createdAt?: number | undefined;
}

/** The initial data of a new room. */
export interface NewRoom {
  readonly id?: number | undefined;
  readonly name: string;
  readonly description?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly access?: RoomAccess | undefined;
  /** The Q&A site it belongs to. @default the site of the whole chat host */
  readonly parentSite?: ParentSite | null | undefined;
  readonly owners?: readonly number[] | undefined;
}

/** Realistic initial values of the counters, from 2018. */
const FIRST_EVENT_ID = 90_287_600;
const FIRST_MESSAGE_ID = 44_402_000;
const FIRST_USER_ID = 200_001;
const FIRST_ROOM_ID = 201;

export class World {
  readonly users: Map<number, UserRecord> = new Map();
  readonly rooms: Map<number, RoomRecord> = new Map();
  readonly messages: Map<number, MessageRecord> = new Map();
  /** The messages with flags, by id. */
  readonly flagged: Map<number, MessageRecord> = new Map();
  /** User names by prefix, to resolve `@names`. */
  readonly names: NameIndex = new NameIndex();
  readonly log: EventLog;
  /** Reports every change of a record to the journal. */
  readonly changes: Changes;
  readonly signals: RoomSignals = new RoomSignals();
  readonly rules: WorldRules;
  /** The URL of the Q&A site that tags and parent profiles link to. */
  readonly siteUrl: string;
  /** The origin of the live chat site, which notices link to [OBS]. */
  readonly chatOrigin: string;
  readonly #clock: Clock;
  readonly #indexes = new Map<number, RoomIndex>();
  readonly #longTexts: LongTexts;
  readonly #byEmail = new Map<string, UserRecord>();
  #fixedTime: number | null = null;
  #oldestMessageId = FIRST_MESSAGE_ID;
  #nextMessageId = FIRST_MESSAGE_ID;
  #nextUserId = FIRST_USER_ID;
  #nextRoomId = FIRST_ROOM_ID;
  #nextFlagId = 1;

  constructor(rules: WorldRules, siteUrl: string, clock: Clock) {
    this.rules = rules;
    this.#longTexts = new LongTexts(rules.maxLongText);
    this.siteUrl = siteUrl;
    this.chatOrigin = siteUrl.replace("//", "//chat.");
    this.#clock = clock;
    this.log = new EventLog(FIRST_EVENT_ID, rules.maxEvents);
    this.changes = new Changes(this.log);
    this.log.onBatch((batch) => this.#updateIndexes(batch));
    this.addUser({ id: COMMUNITY_USER_ID, name: "Community" });
    this.addUser({ id: FEEDS_USER_ID, name: "Feeds" });
  }

  /** The current time in unix seconds. */
  now(): number {
    return this.#fixedTime ?? Math.floor(this.#clock.now() / 1000);
  }

  /** Runs an action at another time, for seeds that write history. */
  at<T>(time: number, act: () => T): T {
    const before = this.#fixedTime;
    this.#fixedTime = time;
    try {
      return act();
    } finally {
      this.#fixedTime = before;
    }
  }

  addUser(fields: NewUser): UserRecord {
    const id = fields.id ?? this.#freeId(this.users, () => this.#nextUserId++);
    const email = fields.email?.trim().toLowerCase() ?? null;
    const user: UserRecord = {
      id,
      email,
      name: fields.name,
      emailHash: emailHash(email ?? `user${id}@chat.invalid`),
      reputation: fields.reputation ?? 101,
      isModerator: fields.isModerator ?? false,
      about: fields.about ?? "",
      createdAt: fields.createdAt ?? this.now(),
      lastSeen: null,
      lastPost: null,
      blockedUntil: null,
      ignored: new Set(),
      invitedTo: new Set(),
      desktopNotify: false,
      pings: new Map(),
      starDay: 0,
      starsToday: 0,
    };
    this.putUser(user);
    return user;
  }

  /** Inserts or replaces a user. */
  putUser(user: UserRecord): void {
    this.users.set(user.id, user);
    this.names.set(user.id, user.name);
    if (user.email) this.#byEmail.set(user.email, user);
    this.changes.user(user);
  }

  userByEmail(email: string): UserRecord | undefined {
    return this.#byEmail.get(email.trim().toLowerCase());
  }

  userByName(name: string): UserRecord | undefined {
    for (const user of this.users.values()) if (user.name === name) return user;
    return undefined;
  }

  addRoom(fields: NewRoom): RoomRecord {
    const room: RoomRecord = {
      id: fields.id ?? this.#freeId(this.rooms, () => this.#nextRoomId++),
      name: fields.name,
      description: fields.description ?? "",
      tags: fields.tags ?? [],
      access: fields.access ?? "public",
      parentSite: fields.parentSite ?? null,
      frozen: false,
      deleted: false,
      timeoutUntil: null,
      owners: new Set(fields.owners),
      granted: new Map(),
      requests: new Set(),
      kicked: new Map(),
      favoriteOf: new Set(),
      bookmarks: new Map(),
      messages: [],
      messageCount: 0,
      visits: new Map(),
      present: new Set(),
    };
    this.putRoom(room);
    return room;
  }

  /** Inserts or replaces a room. */
  putRoom(room: RoomRecord): void {
    this.rooms.set(room.id, room);
    this.changes.room(room);
  }

  nextMessageId(): number {
    return this.#nextMessageId++;
  }

  /** Reserves ids for messages newer than all others. Returns the first one. */
  messageIdsAfter(count: number): number {
    this.#nextMessageId += count;
    return this.#nextMessageId - count;
  }

  /** Reserves ids for messages older than all others. Returns the first one. */
  messageIdsBefore(count: number): number {
    this.#oldestMessageId -= count;
    return this.#oldestMessageId;
  }

  nextFlagId(): number {
    return this.#nextFlagId++;
  }

  /** The ids of the next message and the next flag. */
  get nextIds(): { readonly message: number; readonly flag: number } {
    return { message: this.#nextMessageId, flag: this.#nextFlagId };
  }

  /** Makes the next ids at least as large as these. */
  skipIds(next: { readonly message?: number; readonly flag?: number }): void {
    this.#nextMessageId = Math.max(this.#nextMessageId, next.message ?? 0);
    this.#nextFlagId = Math.max(this.#nextFlagId, next.flag ?? 0);
  }

  /** Inserts a message into its room in order of id, and evicts the oldest if the room has too many. */
  insertMessage(message: MessageRecord, room: RoomRecord, ...changed: readonly Part<MessageRecord>[]): void {
    this.messages.set(message.id, message);
    this.changes.message(message, ...changed);
    const list = room.messages;
    insertById(list, message);
    this.#indexes.get(room.id)?.add(message);
    this.trackLength(message);
    const { maxMessagesPerRoom } = this.rules;
    // Trimming in steps keeps the amortized cost constant; small steps avoid noticeable pauses.
    if (list.length <= maxMessagesPerRoom + Math.min(1_000, maxMessagesPerRoom * 0.1)) return;
    for (const old of list.splice(0, list.length - maxMessagesPerRoom)) {
      this.messages.delete(old.id);
      this.flagged.delete(old.id);
      this.#longTexts.remove(old.id);
    }
    this.#indexes.get(room.id)?.dropBefore(list[0]?.id ?? 0);
  }

  /** Records the current size of a message, and evicts the oldest long messages if the site has too much text. */
  trackLength(message: MessageRecord): void {
    for (const id of this.#longTexts.add(message)) {
      const gone = this.messages.get(id);
      this.messages.delete(id);
      this.flagged.delete(id);
      if (!gone) continue;
      this.#indexes.get(gone.roomId)?.remove(gone);
      removeById(this.rooms.get(gone.roomId)?.messages ?? [], id);
    }
  }

  /** Returns the index of a room's messages, built on first use and kept up to date from then on. */
  index(room: RoomRecord): RoomIndex {
    const known = this.#indexes.get(room.id);
    if (known) return known;
    const index = new RoomIndex(room.messages);
    this.#indexes.set(room.id, index);
    return index;
  }

  /** Every change that affects an index emits an event: stars, pings, moves. */
  #updateIndexes(batch: readonly LoggedEvent[]): void {
    for (const { messageId, roomId, type } of batch) {
      const index = this.#indexes.get(roomId);
      const message = messageId === null ? undefined : this.messages.get(messageId);
      if (!index || !message) continue;
      if (type === EventType.MessageMovedOut) index.remove(message);
      else if (message.roomId === roomId) index.add(message);
    }
  }

  /** Inserts or replaces a message. */
  putMessage(message: MessageRecord): void {
    const before = this.messages.get(message.id);
    const room = this.rooms.get(message.roomId);
    if (!room) return;
    if (before && before.roomId === room.id) {
      Object.assign(before, message);
      this.trackLength(before);
    } else {
      removeById((before && this.rooms.get(before.roomId)?.messages) ?? [], message.id);
      this.insertMessage(message, room);
    }
    const kept = this.messages.get(message.id);
    if (kept?.flags) this.flagged.set(kept.id, kept);
    else this.flagged.delete(message.id);
    const newestFlag = Math.max(0, ...(message.flags?.notes ?? []).map(({ id }) => id));
    this.skipIds({ message: message.id + 1, flag: newestFlag + 1 });
    this.#oldestMessageId = Math.min(this.#oldestMessageId, message.id);
  }

  /** Returns a user's visit to a room, created on their first one. */
  visit(room: RoomRecord, userId: number): Visit {
    const known = room.visits.get(userId);
    if (known) return known;
    const visit: Visit = { lastSeen: this.now(), lastPost: 0, messageCount: 0, lastMessageId: null };
    room.visits.set(userId, visit);
    return visit;
  }

  /** The URL of the Q&A site that a room's tags link to. */
  siteUrlOf(room: RoomRecord): string {
    return room.parentSite ? `https://${room.parentSite.host}` : this.siteUrl;
  }

  /** The name of an author, even if the user no longer exists. */
  nameOf(userId: number): string {
    return this.users.get(userId)?.name ?? `user${userId}`;
  }

  #freeId(taken: ReadonlyMap<number, unknown>, next: () => number): number {
    let id = next();
    while (taken.has(id)) id = next();
    return id;
  }
}
