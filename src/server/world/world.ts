/**
 * The state of one chat installation: its people, rooms, messages and event log. It knows nothing of HTTP. The rules
 * that change it (posting, starring, presence, owners' rights) are functions in the files beside this one.
 */
import { EventType } from "../../protocol/raw.js";
import type { Clock } from "../../util/clock.js";
import { emailHash } from "../chat-json.js";
import type { ParentSite } from "../parent-sites.js";
import { addTo, removeFrom } from "./ascending.js";
import { Changes, type Part } from "./changes.js";
import { EventLog, type LoggedEvent } from "./event-log.js";
import type { TextLimits } from "./limits.js";
import { LongTexts } from "./long-texts.js";
import { NameIndex } from "./name-index.js";
import {
  communityUserId,
  feedsUserId,
  type MessageRecord,
  type RoomAccess,
  type RoomRecord,
  type UserRecord,
  type Visit,
} from "./records.js";
import { RoomIndex } from "./room-index.js";
import { RoomSignals } from "./room-signals.js";

/** The numbers that rules depend on. */
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

/** What a new person starts with. */
export interface NewUser {
  readonly id?: number | undefined;
  readonly email?: string | undefined;
  readonly name: string;
  readonly reputation?: number | undefined;
  readonly isModerator?: boolean | undefined;
  readonly about?: string | undefined;
  readonly createdAt?: number | undefined;
}

/** What a new room starts with. */
export interface NewRoom {
  readonly id?: number | undefined;
  readonly name: string;
  readonly description?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly access?: RoomAccess | undefined;
  /** The Q&A site it is about. @default that of the whole chat */
  readonly parentSite?: ParentSite | null | undefined;
  readonly owners?: readonly number[] | undefined;
}

/** Realistic starting points of the counters: those of 2018. */
const firstEventId = 90_287_600;
const firstMessageId = 44_402_000;
const firstUserId = 200_001;
const firstRoomId = 201;

export class World {
  readonly users: Map<number, UserRecord> = new Map();
  readonly rooms: Map<number, RoomRecord> = new Map();
  readonly messages: Map<number, MessageRecord> = new Map();
  /** The messages with flags, by id. */
  readonly flagged: Map<number, MessageRecord> = new Map();
  /** Whom an `@name` can mean. */
  readonly names: NameIndex = new NameIndex();
  readonly log: EventLog;
  /** Every change of a record is named here. */
  readonly changes: Changes;
  readonly signals: RoomSignals = new RoomSignals();
  readonly rules: WorldRules;
  /** The Q&A site that tags and parent profiles point at. */
  readonly siteUrl: string;
  /** The root of the chat site itself, which notices link to with their host [OBS]. */
  readonly chatOrigin: string;
  readonly #clock: Clock;
  readonly #indexes = new Map<number, RoomIndex>();
  readonly #longTexts: LongTexts;
  readonly #byEmail = new Map<string, UserRecord>();
  #pretended: number | null = null;
  #oldestMessageId = firstMessageId;
  #nextMessageId = firstMessageId;
  #nextUserId = firstUserId;
  #nextRoomId = firstRoomId;
  #nextFlagId = 1;

  constructor(rules: WorldRules, siteUrl: string, clock: Clock) {
    this.rules = rules;
    this.#longTexts = new LongTexts(rules.maxLongText);
    this.siteUrl = siteUrl;
    this.chatOrigin = siteUrl.replace("//", "//chat.");
    this.#clock = clock;
    this.log = new EventLog(firstEventId, rules.maxEvents);
    this.changes = new Changes(this.log);
    this.log.onBatch((batch) => this.#updateIndexes(batch));
    this.addUser({ id: communityUserId, name: "Community" });
    this.addUser({ id: feedsUserId, name: "Feeds" });
  }

  /** Unix seconds. */
  now(): number {
    return this.#pretended ?? Math.floor(this.#clock.now() / 1000);
  }

  /** Acts as if it were another time: how a seed writes history. */
  at<T>(time: number, act: () => T): T {
    const before = this.#pretended;
    this.#pretended = time;
    try {
      return act();
    } finally {
      this.#pretended = before;
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
    this.keepUser(user);
    return user;
  }

  /** Takes in a person as they are. */
  keepUser(user: UserRecord): void {
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
      favouriteOf: new Set(),
      bookmarks: new Map(),
      messages: [],
      messageCount: 0,
      visits: new Map(),
      present: new Set(),
    };
    this.keepRoom(room);
    return room;
  }

  /** Takes in a room as it is. */
  keepRoom(room: RoomRecord): void {
    this.rooms.set(room.id, room);
    this.changes.room(room);
  }

  nextMessageId(): number {
    return this.#nextMessageId++;
  }

  /** Sets ids aside for messages that are newer than all others; answers the first. */
  messageIdsAfter(count: number): number {
    this.#nextMessageId += count;
    return this.#nextMessageId - count;
  }

  /** The same for messages that are older than all others. */
  messageIdsBefore(count: number): number {
    this.#oldestMessageId -= count;
    return this.#oldestMessageId;
  }

  nextFlagId(): number {
    return this.#nextFlagId++;
  }

  /** The ids that the next message and the next flag get. */
  get nextIds(): { readonly message: number; readonly flag: number } {
    return { message: this.#nextMessageId, flag: this.#nextFlagId };
  }

  /** Ids below these are never given again. */
  skipIds(next: { readonly message?: number; readonly flag?: number }): void {
    this.#nextMessageId = Math.max(this.#nextMessageId, next.message ?? 0);
    this.#nextFlagId = Math.max(this.#nextFlagId, next.flag ?? 0);
  }

  /** Files a message in its room, in the order of ids, and lets the oldest go when the room holds too many. */
  file(message: MessageRecord, room: RoomRecord, ...changed: readonly Part<MessageRecord>[]): void {
    this.messages.set(message.id, message);
    this.changes.message(message, ...changed);
    const list = room.messages;
    addTo(list, message);
    this.#indexes.get(room.id)?.add(message);
    this.weigh(message);
    const { maxMessagesPerRoom } = this.rules;
    // Trimming in steps keeps the cost per message constant, and small steps keep it from being felt.
    if (list.length <= maxMessagesPerRoom + Math.min(1_000, maxMessagesPerRoom * 0.1)) return;
    for (const old of list.splice(0, list.length - maxMessagesPerRoom)) {
      this.messages.delete(old.id);
      this.flagged.delete(old.id);
      this.#longTexts.remove(old.id);
    }
    this.#indexes.get(room.id)?.dropBefore(list[0]?.id ?? 0);
  }

  /** Takes note of how long a message has become: the oldest long ones go when the site has too much of them. */
  weigh(message: MessageRecord): void {
    for (const id of this.#longTexts.add(message)) {
      const gone = this.messages.get(id);
      this.messages.delete(id);
      this.flagged.delete(id);
      if (!gone) continue;
      this.#indexes.get(gone.roomId)?.remove(gone);
      removeFrom(this.rooms.get(gone.roomId)?.messages ?? [], id);
    }
  }

  /** Where the messages of a room are; made when first asked for, and current from then on. */
  index(room: RoomRecord): RoomIndex {
    const known = this.#indexes.get(room.id);
    if (known) return known;
    const index = new RoomIndex(room.messages);
    this.#indexes.set(room.id, index);
    return index;
  }

  /** Every change that an index must know of makes an event: stars, pings, moves. */
  #updateIndexes(batch: readonly LoggedEvent[]): void {
    for (const { messageId, roomId, type } of batch) {
      const index = this.#indexes.get(roomId);
      const message = messageId === null ? undefined : this.messages.get(messageId);
      if (!index || !message) continue;
      if (type === EventType.MessageMovedOut) index.remove(message);
      else if (message.roomId === roomId) index.add(message);
    }
  }

  /** Takes in a message as it is, in the place of what was known of it. */
  keepMessage(message: MessageRecord): void {
    const before = this.messages.get(message.id);
    const room = this.rooms.get(message.roomId);
    if (!room) return;
    if (before && before.roomId === room.id) {
      Object.assign(before, message);
      this.weigh(before);
    } else {
      removeFrom((before && this.rooms.get(before.roomId)?.messages) ?? [], message.id);
      this.file(message, room);
    }
    const kept = this.messages.get(message.id);
    if (kept?.flags) this.flagged.set(kept.id, kept);
    else this.flagged.delete(message.id);
    const newestFlag = Math.max(0, ...(message.flags?.notes ?? []).map(({ id }) => id));
    this.skipIds({ message: message.id + 1, flag: newestFlag + 1 });
    this.#oldestMessageId = Math.min(this.#oldestMessageId, message.id);
  }

  /** What the room remembers of somebody, begun now if it is their first time. */
  visit(room: RoomRecord, userId: number): Visit {
    const known = room.visits.get(userId);
    if (known) return known;
    const visit: Visit = { lastSeen: this.now(), lastPost: 0, messageCount: 0, lastMessageId: null };
    room.visits.set(userId, visit);
    return visit;
  }

  /** The Q&A site that the tags of a room lead to. */
  siteUrlOf(room: RoomRecord): string {
    return room.parentSite ? `https://${room.parentSite.host}` : this.siteUrl;
  }

  /** The name of an author, also of one that is gone. */
  nameOf(userId: number): string {
    return this.users.get(userId)?.name ?? `user${userId}`;
  }

  #freeId(taken: ReadonlyMap<number, unknown>, next: () => number): number {
    let id = next();
    while (taken.has(id)) id = next();
    return id;
  }
}
