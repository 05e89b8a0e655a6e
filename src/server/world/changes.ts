/**
 * Change tracking for the journal. Every rule reports the records it creates, and the fields it changes in existing ones.
 * Changes that belong together are emitted together, before any other listener gets the events they caused. Costs
 * nothing without a watcher.
 */
import type { EventLog, LoggedEvent } from "./event-log.js";
import type { MessageRecord, RoomRecord, UserRecord } from "./records.js";

/** A changed field, or a field and the key of its one changed member. */
export type Part<T> = keyof T | readonly [field: keyof T, key: number | string];

/** The changed parts of a record: for each field the keys of changed members, or all of it. */
export type Parts = ReadonlyMap<PropertyKey, ReadonlySet<number | string> | "all">;

/** Changed records: "all" for a new record, the changed parts for an existing one. */
export type Changed<T> = ReadonlyMap<T, Parts | "all">;

/** Changes that belong together. */
export interface ChangeSet {
  readonly users: Changed<UserRecord>;
  readonly rooms: Changed<RoomRecord>;
  readonly messages: Changed<MessageRecord>;
  /** Users whose visit or presence changed, by room. */
  readonly visits: ReadonlyMap<RoomRecord, ReadonlySet<number>>;
  readonly events: readonly LoggedEvent[];
}

export class Changes {
  readonly #log: EventLog;
  #watcher: ((changes: ChangeSet) => void) | null = null;
  #users = new ChangedParts<UserRecord>();
  #rooms = new ChangedParts<RoomRecord>();
  #messages = new ChangedParts<MessageRecord>();
  #visits = new Map<RoomRecord, Set<number>>();
  #events: LoggedEvent[] = [];
  #scheduled = false;

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** Calls back with all changes from now on, before any listener of the event log. */
  watch(watcher: (changes: ChangeSet) => void): void {
    this.#watcher = watcher;
    this.#log.persistWith((batch) => {
      this.#events.push(...batch);
      this.#emit();
    });
  }

  /** Reports a new user, or changed parts of an existing one. */
  user(user: UserRecord, ...parts: readonly Part<UserRecord>[]): void {
    if (!this.#watcher) return;
    this.#users.note(user, parts);
    this.#scheduleEmit();
  }

  /** Reports a new room, or changed parts of an existing one. Messages and visits are reported separately. */
  room(room: RoomRecord, ...parts: readonly Part<RoomRecord>[]): void {
    if (!this.#watcher) return;
    this.#rooms.note(room, parts);
    this.#scheduleEmit();
  }

  /** Reports a new message, or changed parts of an existing one. */
  message(message: MessageRecord, ...parts: readonly Part<MessageRecord>[]): void {
    if (!this.#watcher) return;
    this.#messages.note(message, parts);
    this.#scheduleEmit();
  }

  /** Reports a changed visit, or changed presence, of a user in a room. */
  visit(room: RoomRecord, userId: number): void {
    if (!this.#watcher) return;
    const people = this.#visits.get(room);
    if (people) people.add(userId);
    else this.#visits.set(room, new Set([userId]));
    this.#scheduleEmit();
  }

  /** Emits changes that cause no event, after the current task. */
  #scheduleEmit(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#emit();
    });
  }

  #emit(): void {
    const users = this.#users.all;
    const rooms = this.#rooms.all;
    const messages = this.#messages.all;
    const visits = this.#visits;
    const events = this.#events;
    if (users.size + rooms.size + messages.size + visits.size + events.length === 0) return;
    this.#users = new ChangedParts();
    this.#rooms = new ChangedParts();
    this.#messages = new ChangedParts();
    this.#visits = new Map();
    this.#events = [];
    this.#watcher?.({ users, rooms, messages, visits, events });
  }
}

class ChangedParts<T> {
  readonly all: Map<T, Map<PropertyKey, Set<number | string> | "all"> | "all"> = new Map();

  note(record: T, parts: readonly Part<T>[]): void {
    const known = this.all.get(record);
    if (known === "all") return;
    if (parts.length === 0) {
      this.all.set(record, "all");
      return;
    }
    const fields = known ?? new Map<PropertyKey, Set<number | string> | "all">();
    if (!known) this.all.set(record, fields);
    for (const part of parts) {
      if (typeof part !== "object") {
        fields.set(part, "all");
        continue;
      }
      const [field, key] = part;
      const keys = fields.get(field);
      if (keys === undefined) fields.set(field, new Set([key]));
      else if (keys !== "all") keys.add(key);
    }
  }
}
