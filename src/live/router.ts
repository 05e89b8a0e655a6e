/**
 * From channels to listeners: keeps known objects current, gives each event to whoever listens to its room, and what is
 * meant for us personally to whoever listens at all. One of these for each client.
 */
import { EventType, type RawEvent } from "../protocol/raw.js";
import { numberOf } from "../protocol/values.js";
import type { BoundedStream } from "../util/bounded-stream.js";
import { RecentSet } from "../util/recent-set.js";
import type { CursorStore } from "./cursors.js";
import { type ChatEvent, type EventContext, eventOf, StreamGap } from "./events.js";
import type { StreamState } from "./options.js";
import { Progress } from "./progress.js";
import { type Gap, RoomStream, type RoomStreamContext } from "./room-stream.js";

/** Somebody who listens to a room, or to everything. */
export interface Listener {
  /** @param done - to be called once, when the event has been dealt with */
  onEvent(event: ChatEvent, done: () => void): void;
  /** No more events will come; with a reason when that is a failure. */
  onEnd(reason?: unknown): void;
}

/** What a {@link EventRouter} needs of its client. */
export interface RouterContext extends Omit<RoomStreamContext, "onEvent" | "onGap" | "onState" | "onEnd"> {
  readonly events: EventContext;
  /** Learns from an event before anybody sees it. */
  readonly learn: (event: RawEvent) => void;
}

/** Events meant for us rather than for a room: they come under every room key, so the first one counts. */
const personal: ReadonlySet<number> = new Set<number>([
  EventType.UserSettingsChanged,
  EventType.GlobalNotification,
  EventType.UserNotification,
  EventType.Invitation,
  EventType.UserSuspended,
]);

/** Pings come under every room key, too, but belong to the room they happened in. */
const pings: ReadonlySet<number> = new Set<number>([EventType.UserMentioned, EventType.MessageReply]);

interface Entry {
  readonly stream: RoomStream;
  readonly listeners: Set<Listener>;
}

export class EventRouter {
  readonly #context: RouterContext;
  readonly #rooms = new Map<number, Entry>();
  /** The queues that somebody may read and that have not ended. */
  readonly streams: Set<BoundedStream<unknown>> = new Set();
  readonly #everything = new Set<Listener>();
  readonly #stateListeners = new Set<(state: StreamState) => void>();
  readonly #cursors = new Map<number, number>();
  #keeper: CursorStore | undefined;
  #progress: Progress | undefined;
  /** Events that came under a key that is not their room's. */
  readonly #seen = new RecentSet<number>(2_000);
  #state: StreamState = "closed";

  constructor(context: RouterContext) {
    this.#context = context;
  }

  /** The least good of the rooms' states; `closed` when nobody listens. */
  get state(): StreamState {
    return this.#state;
  }

  /** Calls back when {@link EventRouter.state} changes. */
  onState(listener: (state: StreamState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => void this.#stateListeners.delete(listener);
  }

  /** The newest event delivered in each room listened to, now or before. */
  get cursors(): ReadonlyMap<number, number> {
    for (const [roomId, { stream }] of this.#rooms) if (stream.cursor > 0) this.#cursors.set(roomId, stream.cursor);
    return new Map(this.#cursors);
  }

  /** Goes on in these rooms where somebody left off. */
  goOnFrom(cursors: Iterable<readonly [roomId: number, cursor: number]>): void {
    for (const [roomId, cursor] of cursors) this.#cursors.set(roomId, cursor);
  }

  /** Keeps from now on how far events have been dealt with. */
  keepIn(keeper: CursorStore): void {
    this.#keeper = keeper;
    this.#progress = new Progress((roomId, cursor) => keeper.noteCursor(roomId, cursor));
  }

  /** Listens to a room; the room's stream opens with the first listener and closes with the last. */
  listen(roomId: number, listener: Listener): { readonly ready: Promise<void>; close(): void } {
    const entry = this.#rooms.get(roomId) ?? this.#open(roomId);
    entry.listeners.add(listener);
    return { ready: entry.stream.ready, close: () => this.#drop(roomId, entry, listener) };
  }

  /** Listens to every room that is listened to, and to what is meant for us personally. */
  listenToAll(listener: Listener): { close(): void } {
    this.#everything.add(listener);
    return { close: () => void this.#everything.delete(listener) };
  }

  /** Stops everything and tells every listener. */
  close(): void {
    const { cursors } = this;
    const listeners = new Set(this.#everything);
    for (const [roomId, entry] of this.#rooms) {
      this.#forget(roomId, entry);
      for (const listener of entry.listeners) listeners.add(listener);
    }
    this.goOnFrom(cursors);
    for (const listener of listeners) listener.onEnd();
  }

  #open(roomId: number): Entry {
    const { events: _, learn: __, ...context } = this.#context;
    const stream = new RoomStream(
      roomId,
      {
        ...context,
        onEvent: (raw, key, at) => this.#deliver(raw, key, at),
        onGap: (gap) => this.#announce(gap),
        onState: () => this.#updateState(),
        onEnd: (reason) => this.#end(roomId, entry, reason),
      },
      this.#cursors.get(roomId),
    );
    const entry: Entry = { stream, listeners: new Set<Listener>() };
    this.#rooms.set(roomId, entry);
    this.#updateState();
    return entry;
  }

  #drop(roomId: number, entry: Entry, listener: Listener): void {
    if (entry.listeners.delete(listener) && entry.listeners.size === 0) this.#forget(roomId, entry);
  }

  #forget(roomId: number, entry: Entry): void {
    if (this.#rooms.get(roomId) === entry) this.#rooms.delete(roomId);
    // Who listens to a room again later wants what happens then, so its cursor is not kept.
    this.#cursors.delete(roomId);
    entry.stream.close();
    this.#updateState();
  }

  #end(roomId: number, entry: Entry, reason: unknown): void {
    this.#forget(roomId, entry);
    for (const listener of entry.listeners) listener.onEnd(reason);
  }

  #deliver(raw: RawEvent, key: number, at: number): void {
    const home = personal.has(raw.event_type) ? undefined : numberOf(raw.room_id);
    if (home !== key) {
      // Only what is meant for us is under a key that is not its room's; a room that is listened to brings its own.
      const isMine = home === undefined || (pings.has(raw.event_type) && !this.#rooms.has(home));
      const id = numberOf(raw.id);
      if (!isMine || (id !== undefined && !this.#seen.add(id))) return;
    }
    this.#context.learn(raw);
    const listeners = home === undefined ? this.#rooms.get(key)?.listeners : this.#rooms.get(home)?.listeners;
    if (!listeners?.size && this.#everything.size === 0) return;
    const event = eventOf(raw, this.#context.events, at);
    const id = numberOf(raw.id);
    if (!this.#progress || !this.#keeper || id === undefined || home !== key) {
      this.#tell(event, listeners, () => {});
      return;
    }
    const done = this.#progress.begin(key, id, (listeners?.size ?? 0) + this.#everything.size);
    // What a listener does at once, such as to put an answer into the outbox, is kept together with the event it answers.
    this.#keeper.together(() => this.#tell(event, listeners, done));
  }

  #announce(gap: Gap): void {
    const { roomId: room_id, from, to, reason } = gap;
    const { services } = this.#context;
    const event = new StreamGap({ event_type: -1, room_id }, this.#context.events, services.clock.now(), {
      from,
      to,
      reason,
    });
    this.#context.services.counters.add("stream:gap", { roomId: room_id, from, to, reason });
    this.#context.services.log.warn(`room ${room_id}: the events ${from} to ${to} are lost: ${reason}`);
    this.#tell(event, this.#rooms.get(room_id)?.listeners, () => {});
  }

  #tell(event: ChatEvent, listeners: ReadonlySet<Listener> | undefined, done: () => void): void {
    // Who begins to listen in one of these calls does not hear this event; who has ended by then is through with it.
    const rooms = listeners?.size ? [...listeners] : [];
    const everything = this.#everything.size > 0 ? [...this.#everything] : [];
    for (const listener of rooms) {
      if (listeners?.has(listener)) listener.onEvent(event, done);
      else done();
    }
    for (const listener of everything) {
      if (this.#everything.has(listener)) listener.onEvent(event, done);
      else done();
    }
  }

  #updateState(): void {
    const order: readonly StreamState[] = ["connecting", "stale", "resuming", "polling", "live"];
    const states = new Set([...this.#rooms.values()].map(({ stream }) => stream.state));
    const state = order.find((candidate) => states.has(candidate)) ?? "closed";
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#stateListeners) listener(state);
  }
}
