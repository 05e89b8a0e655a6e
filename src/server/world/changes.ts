/**
 * What has changed in a world, for whoever keeps it beyond the process. The rules name every record that they change;
 * the changes go out together, before anybody else hears of the events that they caused. Costs nothing unless watched.
 */
import type { EventLog, LoggedEvent } from "./event-log.js";
import type { MessageRecord, RoomRecord, UserRecord } from "./records.js";

/** Records that changed together, each once, as they are now. */
export interface ChangeSet {
  readonly users: ReadonlySet<UserRecord>;
  readonly rooms: ReadonlySet<RoomRecord>;
  readonly messages: ReadonlySet<MessageRecord>;
  /** What rooms remember of people, who is there included. */
  readonly visits: ReadonlyMap<RoomRecord, ReadonlySet<number>>;
  readonly events: readonly LoggedEvent[];
}

export class Changes {
  readonly #log: EventLog;
  #watcher: ((changes: ChangeSet) => void) | null = null;
  #users = new Set<UserRecord>();
  #rooms = new Set<RoomRecord>();
  #messages = new Set<MessageRecord>();
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

  user(user: UserRecord): void {
    if (!this.#watcher) return;
    this.#users.add(user);
    this.#later();
  }

  /** Everything about a room but its messages and visits. */
  room(room: RoomRecord): void {
    if (!this.#watcher) return;
    this.#rooms.add(room);
    this.#later();
  }

  message(message: MessageRecord): void {
    if (!this.#watcher) return;
    this.#messages.add(message);
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
    const users = this.#users;
    const rooms = this.#rooms;
    const messages = this.#messages;
    const visits = this.#visits;
    const events = this.#events;
    if (users.size + rooms.size + messages.size + visits.size + events.length === 0) return;
    this.#users = new Set();
    this.#rooms = new Set();
    this.#messages = new Set();
    this.#visits = new Map();
    this.#events = [];
    this.#watcher?.({ users, rooms, messages, visits, events });
  }
}
