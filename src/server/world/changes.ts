/**
 * The changes of a world, for a journal that outlives the process. The rules name every record that they change, and
 * in a record that is there already the fields; the changes go out together, before anybody else hears of the events
 * that they caused. Costs nothing unless watched.
 */
import type { EventLog, LoggedEvent } from "./event-log.js";
import type { MessageRecord, RoomRecord, UserRecord } from "./records.js";

/** A field that changed, or a field and the key of the one member that did. */
export type Part<T> = keyof T | readonly [field: keyof T, key: number | string];

/** The parts of a record that changed: of each field its members by their keys, or all of it. */
export type Parts = ReadonlyMap<PropertyKey, ReadonlySet<number | string> | "all">;

/** Records that changed, each once, as they are now: all of a record that is new, or parts of one that is known. */
export type Changed<T> = ReadonlyMap<T, Parts | "all">;

/** Everything that changed together. */
export interface ChangeSet {
  readonly users: Changed<UserRecord>;
  readonly rooms: Changed<RoomRecord>;
  readonly messages: Changed<MessageRecord>;
  /** What rooms remember of people, who is there included. */
  readonly visits: ReadonlyMap<RoomRecord, ReadonlySet<number>>;
  readonly events: readonly LoggedEvent[];
}

export class Changes {
  readonly #log: EventLog;
  #watcher: ((changes: ChangeSet) => void) | null = null;
  #users = new PartsOf<UserRecord>();
  #rooms = new PartsOf<RoomRecord>();
  #messages = new PartsOf<MessageRecord>();
  #visits = new Map<RoomRecord, Set<number>>();
  #events: LoggedEvent[] = [];
  #scheduled = false;

  constructor(log: EventLog) {
    this.#log = log;
  }

  /** Tells the changes from now on; to be called before anybody else listens to the log. */
  watch(watcher: (changes: ChangeSet) => void): void {
    this.#watcher = watcher;
    this.#log.keepWith((batch) => {
      this.#events.push(...batch);
      this.#tell();
    });
  }

  /** A person is new, or parts of one changed. */
  user(user: UserRecord, ...parts: readonly Part<UserRecord>[]): void {
    if (!this.#watcher) return;
    this.#users.note(user, parts);
    this.#later();
  }

  /** A room is new, or parts of one changed; its messages and visits are no parts of it. */
  room(room: RoomRecord, ...parts: readonly Part<RoomRecord>[]): void {
    if (!this.#watcher) return;
    this.#rooms.note(room, parts);
    this.#later();
  }

  /** A message is new, or parts of one changed. */
  message(message: MessageRecord, ...parts: readonly Part<MessageRecord>[]): void {
    if (!this.#watcher) return;
    this.#messages.note(message, parts);
    this.#later();
  }

  /** What a room remembers of somebody, or whether they are there. */
  visit(room: RoomRecord, userId: number): void {
    if (!this.#watcher) return;
    const people = this.#visits.get(room);
    if (people) people.add(userId);
    else this.#visits.set(room, new Set([userId]));
    this.#later();
  }

  /** Changes without an event go out when what caused them is done. */
  #later(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#tell();
    });
  }

  #tell(): void {
    const users = this.#users.all;
    const rooms = this.#rooms.all;
    const messages = this.#messages.all;
    const visits = this.#visits;
    const events = this.#events;
    if (users.size + rooms.size + messages.size + visits.size + events.length === 0) return;
    this.#users = new PartsOf();
    this.#rooms = new PartsOf();
    this.#messages = new PartsOf();
    this.#visits = new Map();
    this.#events = [];
    this.#watcher?.({ users, rooms, messages, visits, events });
  }
}

class PartsOf<T> {
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
