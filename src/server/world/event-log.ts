/**
 * The event log of one chat host. One increasing counter numbers all events, and these ids are the cursors of sockets and
 * polls. The log keeps a bounded tail of events, already serialized, because every reader needs their JSON.
 */
import type { RawEvent } from "../../protocol/raw.js";
import { chatJson } from "../chat-json.js";
import { lowerBound } from "./ascending.js";

/** The users of a room who get an event: flag events are restricted (protocol.md §4.2, types 9 and 12). */
export type Audience = "everyone" | "flag-viewers" | "moderators";

export interface LoggedEvent {
  readonly id: number;
  readonly type: number;
  readonly roomId: number;
  readonly messageId: number | null;
  /** The one user who gets it, in every room they are in, as with mentions and replies; null when all in the room get it. */
  readonly onlyFor: number | null;
  readonly audience: Audience;
  readonly json: string;
  /** A separate version for one user: a star names its actor to that actor only. */
  readonly own?: OwnVersion;
}

/** A version of an event for one user. */
export interface OwnVersion {
  readonly userId: number;
  readonly json: string;
}

/** Options of {@link EventLog.append}. */
interface AppendOptions {
  /** @default "everyone" */
  readonly audience?: Audience;
  /** Makes a separate version for one user. */
  readonly own?: { readonly userId: number; readonly make: (id: number) => RawEvent };
}

/** Returns the version of an event for a user; null is an anonymous reader. */
export function versionFor(event: LoggedEvent, userId: number | null): LoggedEvent {
  return event.own === undefined || event.own.userId !== userId ? event : { ...event, json: event.own.json };
}

/** The most JSON characters that the log keeps. Events of ordinary size reach the limit of their number first. */
const MAX_CHARACTERS = 67_108_864;

export class EventLog {
  readonly #limit: number;
  #events: LoggedEvent[] = [];
  #newest: number;
  #characters = 0;
  #depth = 0;
  #batch: LoggedEvent[] = [];
  readonly #listeners = new Set<(batch: readonly LoggedEvent[]) => void>();
  #persist: ((batch: readonly LoggedEvent[]) => void) | null = null;

  constructor(firstId: number, limit: number) {
    this.#newest = firstId - 1;
    this.#limit = limit;
  }

  /** The id of the newest event, whether still kept or not. */
  get newest(): number {
    return this.#newest;
  }

  /** The smallest cursor from which the log can resume without a gap. */
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
    this.#store(logged);
    this.batch(() => this.#batch.push(logged));
  }

  /** Restores an event from the journal without emitting it. */
  restore(event: LoggedEvent): void {
    if (event.id <= (this.#events.at(-1)?.id ?? 0)) return;
    this.#newest = Math.max(this.#newest, event.id);
    this.#store(event);
  }

  /** Makes the next id larger than this one. */
  skipTo(newest: number): void {
    this.#newest = Math.max(this.#newest, newest);
  }

  /** All kept events, ascending. */
  all(): readonly LoggedEvent[] {
    return this.#events;
  }

  /** Emits all events appended inside as one batch, and thus in one frame, as a reply and its ping. */
  batch<T>(act: () => T): T {
    this.#depth++;
    try {
      return act();
    } finally {
      this.#depth--;
      if (this.#depth === 0 && this.#batch.length > 0) this.#flush();
    }
  }

  /** Sets a listener that runs before all others, because events must be persisted before they are delivered. */
  persistWith(keeper: (batch: readonly LoggedEvent[]) => void): void {
    this.#persist = keeper;
  }

  onBatch(listener: (batch: readonly LoggedEvent[]) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** The kept events with an id above the cursor, ascending. */
  since(cursor: number): readonly LoggedEvent[] {
    return this.#events.slice(lowerBound(this.#events, cursor + 1));
  }

  #flush(): void {
    const batch = this.#batch;
    this.#batch = [];
    this.#persist?.(batch);
    for (const listener of this.#listeners) listener(batch);
  }

  #store(event: LoggedEvent): void {
    this.#events.push(event);
    this.#characters += event.json.length;
    // Trimming in large steps keeps the amortized cost per event constant.
    if (this.#events.length > this.#limit * 1.25) this.#keepFrom(this.#events.length - this.#limit);
    if (this.#characters > MAX_CHARACTERS) this.#keepFrom(Math.ceil(this.#events.length / 5));
  }

  #keepFrom(index: number): void {
    for (const { json } of this.#events.slice(0, index)) this.#characters -= json.length;
    this.#events = this.#events.slice(index);
  }
}
