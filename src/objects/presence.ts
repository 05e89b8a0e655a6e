/** The users present in a room: fetched once, then kept current by enter and leave events. */
import { EventType, type RawEvent } from "../protocol/raw.js";
import { numberOf, stringOf } from "../protocol/values.js";
import type { ObjectContext } from "./context.js";
import type { User } from "./user.js";

export class RoomPresence {
  readonly #context: ObjectContext;
  readonly #roomId: number;
  /** The event epoch in which the list was fetched; undefined when there was none. */
  #epoch: object | undefined;
  /** The users who entered (the user) or left (null) while a list was being fetched, by id. */
  #changes = new Map<number, User | null>();
  #fetches = 0;

  constructor(context: ObjectContext, roomId: number) {
    this.#context = context;
    this.#roomId = roomId;
  }

  /** Whether events have kept the list current since it was fetched. */
  get isCurrent(): boolean {
    return this.#epoch !== undefined && this.#epoch === this.#context.live.epochOf(this.#roomId);
  }

  /** Fetches the list and applies the events that arrived meanwhile, because the answer may predate them. */
  async load(fetch: () => Promise<readonly User[]>): Promise<User[]> {
    if (this.#fetches === 0) this.#changes.clear();
    this.#fetches += 1;
    const epoch = this.#context.live.epochOf(this.#roomId);
    try {
      const users = new Map((await fetch()).map((user) => [user.id, user]));
      for (const [id, user] of this.#changes) put(users, id, user);
      this.#epoch = epoch;
      return [...users.values()];
    } finally {
      this.#fetches -= 1;
    }
  }

  /** The list after an event; undefined when the event changes nothing, or there is no list. */
  apply(event: RawEvent, before: readonly User[] | undefined): User[] | undefined {
    const id = numberOf(event.user_id);
    if (id === undefined || (event.event_type !== EventType.UserEntered && event.event_type !== EventType.UserLeft))
      return undefined;
    const isHere = event.event_type === EventType.UserEntered;
    const user = isHere ? this.#context.identity.userOf(id, stringOf(event.user_name)) : null;
    if (this.#fetches > 0) this.#changes.set(id, user);
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
