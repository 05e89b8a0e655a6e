/** The people who are in a room: fetched, and then kept current by the events of entering and leaving. */
import { EventType, type RawEvent } from "../protocol/raw.js";
import { numberOf, stringOf } from "../protocol/values.js";
import type { ObjectContext } from "./context.js";
import type { User } from "./user.js";

export class Presence {
  readonly #context: ObjectContext;
  readonly #roomId: number;
  /** The unbroken run of events in which the list was fetched; undefined when there was none. */
  #run: object | undefined;
  /** The people who came (the user) and went (null) while lists are being fetched, by id. */
  #coming = new Map<number, User | null>();
  #fetches = 0;

  constructor(context: ObjectContext, roomId: number) {
    this.#context = context;
    this.#roomId = roomId;
  }

  /** Whether events have kept the list current since it was fetched. */
  get isCurrent(): boolean {
    return this.#run !== undefined && this.#run === this.#context.live.runOf(this.#roomId);
  }

  /** Fetches the list, and applies to it what has happened meanwhile: the answer may be from before or after that. */
  async fetched(fetch: () => Promise<readonly User[]>): Promise<User[]> {
    if (this.#fetches === 0) this.#coming.clear();
    this.#fetches += 1;
    const run = this.#context.live.runOf(this.#roomId);
    try {
      const users = new Map((await fetch()).map((user) => [user.id, user]));
      for (const [id, user] of this.#coming) put(users, id, user);
      this.#run = run;
      return [...users.values()];
    } finally {
      this.#fetches -= 1;
    }
  }

  /** The list after an event; undefined when that changes nothing, or there is no list. */
  after(event: RawEvent, before: readonly User[] | undefined): User[] | undefined {
    const id = numberOf(event.user_id);
    if (id === undefined || (event.event_type !== EventType.UserEntered && event.event_type !== EventType.UserLeft))
      return undefined;
    const isHere = event.event_type === EventType.UserEntered;
    const user = isHere ? this.#context.identity.userOf(id, stringOf(event.user_name)) : null;
    if (this.#fetches > 0) this.#coming.set(id, user);
    if (!before) return undefined;
    const users = new Map(before.map((present) => [present.id, present]));
    put(users, id, user);
    return [...users.values()];
  }
}

function put(users: Map<number, User>, id: number, user: User | null): void {
  if (user) users.set(id, user);
  else users.delete(id);
}
