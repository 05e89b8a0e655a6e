/**
 * The numbered events of one chat host. One increasing counter gives every event its id, which is the cursor of
 * sockets and polling alike. The log keeps a bounded tail, already as JSON, because that is all anybody wants of it.
 */
import type { RawEvent } from "../../protocol/raw.js";
import { chatJson } from "../chat-json.js";
import { firstIndex } from "./ascending.js";

/** Whom of a room an event is for: flags are not for everybody (protocol.md §4.2, types 9 and 12). */
export type Audience = "everyone" | "flag-viewers" | "moderators";

export interface LoggedEvent {
  readonly id: number;
  readonly type: number;
  readonly roomId: number;
  readonly messageId: number | null;
  /** Set on mentions, replies and the like, which reach one person under every room key; null when all in the room get it. */
  readonly onlyFor: number | null;
  readonly audience: Audience;
  readonly json: string;
  /** The event as one person gets it in the place of the others' version: a star names its actor to that actor alone. */
  readonly own?: OwnVersion;
}

/** The version of an event for one person. */
export interface OwnVersion {
  readonly userId: number;
  readonly json: string;
}

/** Options of {@link EventLog.append}. */
interface AppendOptions {
  /** @default "everyone" */
  readonly audience?: Audience;
  /** Makes the version for one person. */
  readonly own?: { readonly userId: number; readonly make: (id: number) => RawEvent };
}

/** The version of an event for somebody; null stands for an anonymous reader. */
export function versionFor(event: LoggedEvent, userId: number | null): LoggedEvent {
  return event.own === undefined || event.own.userId !== userId ? event : { ...event, json: event.own.json };
}

/** Characters of JSON that the log keeps; events of usual size are bounded by their number long before. */
const MAX_CHARACTERS = 67_108_864;

export class EventLog {
  readonly #limit: number;
  #events: LoggedEvent[] = [];
  #newest: number;
  #characters = 0;
  #depth = 0;
  #batch: LoggedEvent[] = [];
  readonly #listeners = new Set<(batch: readonly LoggedEvent[]) => void>();
  #keeper: ((batch: readonly LoggedEvent[]) => void) | null = null;

  constructor(firstId: number, limit: number) {
    this.#newest = firstId - 1;
    this.#limit = limit;
  }

  /** The id of the newest event ever, kept or not. */
  get newest(): number {
    return this.#newest;
  }

  /** The log can answer completely for every cursor from here on. */
  get oldestCursor(): number {
    return (this.#events[0]?.id ?? this.#newest + 1) - 1;
  }

  append(
    roomId: number,
    onlyFor: number | null,
    make: (id: number) => RawEvent,
    { audience = "everyone", own }: AppendOptions = {},
  ): void {
    const id = ++this.#newest;
    const event = make(id);
    const json = chatJson(event);
    const messageId = event.message_id ?? null;
    const common: LoggedEvent = { id, type: event.event_type, roomId, messageId, onlyFor, audience, json };
    const logged = own ? { ...common, own: { userId: own.userId, json: chatJson(own.make(id)) } } : common;
    this.#hold(logged);
    this.together(() => this.#batch.push(logged));
  }

  /** Takes back an event of an earlier run, once, about which nobody is told any more. */
  restore(event: LoggedEvent): void {
    if (event.id <= (this.#events.at(-1)?.id ?? 0)) return;
    this.#newest = Math.max(this.#newest, event.id);
    this.#hold(event);
  }

  /** The counter goes on behind this id at least. */
  skipTo(newest: number): void {
    this.#newest = Math.max(this.#newest, newest);
  }

  /** Everything that is kept, ascending. */
  all(): readonly LoggedEvent[] {
    return this.#events;
  }

  /** Everything appended inside goes out in one frame, as a reply and its ping do. */
  together<T>(act: () => T): T {
    this.#depth++;
    try {
      return act();
    } finally {
      this.#depth--;
      if (this.#depth === 0 && this.#batch.length > 0) this.#flush();
    }
  }

  /** Calls back before all other listeners: what they tell the world must be kept by then. */
  keepWith(keeper: (batch: readonly LoggedEvent[]) => void): void {
    this.#keeper = keeper;
  }

  onBatch(listener: (batch: readonly LoggedEvent[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The kept events with an id above the cursor, ascending. */
  since(cursor: number): readonly LoggedEvent[] {
    return this.#events.slice(firstIndex(this.#events, cursor + 1));
  }

  #flush(): void {
    const batch = this.#batch;
    this.#batch = [];
    this.#keeper?.(batch);
    for (const listener of this.#listeners) listener(batch);
  }

  #hold(event: LoggedEvent): void {
    this.#events.push(event);
    this.#characters += event.json.length;
    // Trimming in steps keeps the cost per event constant.
    if (this.#events.length > this.#limit * 1.25) this.#keepFrom(this.#events.length - this.#limit);
    if (this.#characters > MAX_CHARACTERS) this.#keepFrom(Math.ceil(this.#events.length / 5));
  }

  #keepFrom(index: number): void {
    for (const { json } of this.#events.slice(0, index)) this.#characters -= json.length;
    this.#events = this.#events.slice(index);
  }
}
