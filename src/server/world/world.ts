/**
 * The state of one chat installation: its people, rooms, messages and event log. It knows nothing of HTTP. The rules
 * that change it (posting, starring, presence, owners' rights) are functions in the files beside this one.
 */
import type { Clock } from "../../util/clock.js";
import { emailHash } from "../chat-json.js";
import { EventLog } from "./event-log.js";
import {
  communityUserId,
  feedsUserId,
  type MessageRecord,
  type RoomAccess,
  type RoomRecord,
  type UserRecord,
  type Visit,
} from "./records.js";
import { RoomSignals } from "./room-signals.js";

/** The numbers that rules depend on. */
export interface WorldRules {
  readonly editWindowMs: number;
  readonly editGraceMs: number;
  readonly duplicateWindowMs: number;
  readonly minimumReputation: number;
  readonly starsPerDay: number;
  readonly replyPrefixInContent: boolean;
  readonly mentionBesideReply: boolean;
  readonly maxEvents: number;
  readonly maxMessagesPerRoom: number;
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
  readonly log: EventLog;
  readonly signals: RoomSignals = new RoomSignals();
  readonly rules: WorldRules;
  /** The Q&A site that tags and parent profiles point at. */
  readonly siteUrl: string;
  readonly #clock: Clock;
  readonly #byEmail = new Map<string, UserRecord>();
  #pretended: number | null = null;
  #nextMessageId = firstMessageId;
  #nextUserId = firstUserId;
  #nextRoomId = firstRoomId;
  #nextFlagId = 1;

  constructor(rules: WorldRules, siteUrl: string, clock: Clock) {
    this.rules = rules;
    this.siteUrl = siteUrl;
    this.#clock = clock;
    this.log = new EventLog(firstEventId, rules.maxEvents);
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
    this.users.set(id, user);
    if (email) this.#byEmail.set(email, user);
    return user;
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
    this.rooms.set(room.id, room);
    return room;
  }

  nextMessageId(): number {
    return this.#nextMessageId++;
  }

  nextFlagId(): number {
    return this.#nextFlagId++;
  }

  /** Files a message in its room, in the order of ids, and lets the oldest go when the room holds too many. */
  file(message: MessageRecord, room: RoomRecord): void {
    this.messages.set(message.id, message);
    const list = room.messages;
    const last = list[list.length - 1];
    if (!last || last.id < message.id) list.push(message);
    else list.splice(firstIndex(list, message.id), 0, message);
    const { maxMessagesPerRoom } = this.rules;
    if (list.length <= maxMessagesPerRoom * 1.1) return;
    for (const old of list.splice(0, list.length - maxMessagesPerRoom)) {
      this.messages.delete(old.id);
      this.flagged.delete(old.id);
    }
  }

  /** What the room remembers of somebody, begun now if it is their first time. */
  visit(room: RoomRecord, userId: number): Visit {
    const known = room.visits.get(userId);
    if (known) return known;
    const visit: Visit = { lastSeen: this.now(), lastPost: 0, messageCount: 0, lastMessageId: null };
    room.visits.set(userId, visit);
    return visit;
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

/** The index of the first message with an id of at least `id`. */
export function firstIndex(messages: readonly MessageRecord[], id: number): number {
  let low = 0;
  let high = messages.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((messages[middle]?.id ?? 0) >= id) high = middle;
    else low = middle + 1;
  }
  return low;
}
