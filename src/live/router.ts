/**
 * Routes events to subscriptions: keeps known objects current, delivers each event to all listeners of its room, and
 * personal events to the client-wide listeners. One per client.
 */
import { isChatError } from "../errors/index.js";
import { EventType, type RawEvent } from "../protocol/raw.js";
import { numberOf } from "../protocol/values.js";
import { markHandled } from "../util/promises.js";
import { RecentSet } from "../util/recent-set.js";
import type { LostRange } from "./backlog.js";
import { CursorBatch, PollBatch } from "./batched-requests.js";
import type { CursorStore, RoomMark } from "./cursors.js";
import { EventDrift } from "./event-drift.js";
import { type ChatEvent, type EventContext, eventOf, StreamGap } from "./events.js";
import { GAP_REASONS, type Gap } from "./gaps.js";
import type { EventQueue } from "./live-stream.js";
import type { StreamState } from "./options.js";
import { RoomProgress } from "./progress.js";
import { RoomStream, type RoomStreamContext } from "./room-stream.js";
import { SharedSockets } from "./shared-sockets.js";
import { RoomSockets, type Sockets } from "./sockets.js";
import { type Receiver, Subscription } from "./subscription.js";

/** The parts of the client that the {@link EventRouter} uses. */
export interface RouterContext extends Pick<RoomStreamContext, "session" | "services" | "options"> {
  readonly events: EventContext;
  /** Updates known objects from an event before any listener gets it. */
  readonly learn: (event: RawEvent) => void;
  /** Enters a room, so that a shared socket carries it. */
  readonly enter: (roomId: number, signal: AbortSignal) => Promise<void>;
  /** Called when the site says that the account is no longer in a room, or that the room is gone. */
  readonly onLeft: (roomId: number) => void;
}

/** Events for the account rather than a room: they arrive once per room, and only the first counts. */
const PERSONAL_EVENTS: ReadonlySet<number> = new Set<number>([
  EventType.UserSettingsChanged,
  EventType.GlobalNotification,
  EventType.UserNotification,
  EventType.Invitation,
  EventType.UserSuspended,
]);

/** Pings also arrive once per room, but belong to the room they happened in. */
const PINGS: ReadonlySet<number> = new Set<number>([EventType.UserMentioned, EventType.MessageReply]);

interface Entry {
  readonly stream: RoomStream;
  /** Replaced, never mutated: a delivery goes to the subscriptions that existed when it began. */
  subscriptions: readonly Subscription[];
  /** A new object after events were lost. */
  epoch: object;
}

const NO_SUBSCRIPTIONS: readonly Subscription[] = [];

const STATES_WORST_FIRST: readonly StreamState[] = ["connecting", "stale", "resuming", "polling", "live"];

export class EventRouter {
  readonly #context: RouterContext;
  readonly #rooms = new Map<number, Entry>();
  /** The queues that have not ended. */
  readonly streams: Set<EventQueue<unknown>> = new Set();
  #globalSubscriptions: readonly Subscription[] = NO_SUBSCRIPTIONS;
  readonly #stateListeners = new Set<(state: StreamState) => void>();
  /** The start of rooms that never had a listener, or (with a state file) have none now. */
  readonly #marks = new Map<number, RoomMark>();
  readonly #progress = new Map<number, RoomProgress>();
  #store: CursorStore | undefined;
  #refusal: { readonly reason: unknown } | undefined;
  /** The ids of events that arrived under another room's key. */
  readonly #seen = new RecentSet<number>(2_000);
  readonly #sockets: Sockets;
  readonly #pollBatch: PollBatch;
  readonly #cursorBatch: CursorBatch;
  readonly #drift: EventDrift;
  #state: StreamState = "closed";

  constructor(context: RouterContext) {
    this.#context = context;
    const { session, services, options } = context;
    this.#sockets = options.sockets === "shared" ? new SharedSockets(context) : new RoomSockets(session, services);
    this.#pollBatch = new PollBatch(session, services.clock);
    this.#cursorBatch = new CursorBatch(session, services.clock);
    this.#drift = new EventDrift(session.drifts.sink(() => "frame"));
  }

  /** The worst state of all rooms; `closed` when there are none. */
  get state(): StreamState {
    return this.#state;
  }

  /** Calls `listener` when {@link EventRouter.state} changes. */
  onState(listener: (state: StreamState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => void this.#stateListeners.delete(listener);
  }

  /** The newest event delivered in each room, now or earlier. */
  get cursors(): ReadonlyMap<number, number> {
    const cursors = new Map([...this.#marks].map(([roomId, { cursor }]) => [roomId, cursor]));
    for (const [roomId, { stream }] of this.#rooms) if (stream.cursor > 0) cursors.set(roomId, stream.cursor);
    return cursors;
  }

  /** The newest unacknowledged event of each room. Empty without a state file. */
  openEvents(): ReadonlyMap<number, number> {
    const open = new Map<number, number>();
    for (const [roomId, { newestOpen }] of this.#progress) if (newestOpen !== undefined) open.set(roomId, newestOpen);
    return open;
  }

  /**
   * Resolves when listening to a room has found its start, or failed to at first: a message posted after that is
   * delivered as an event. Undefined when there is nothing to wait for.
   */
  starting(roomId: number): Promise<void> | undefined {
    return this.#rooms.get(roomId)?.stream.starting;
  }

  /**
   * The event epoch of a room: the same object as long as no events were lost; undefined while events do not arrive.
   */
  epochOf(roomId: number): object | undefined {
    const entry = this.#rooms.get(roomId);
    const isFlowing = entry?.stream.state === "live" || entry?.stream.state === "polling";
    return isFlowing ? entry?.epoch : undefined;
  }

  /** Sets where rooms resume. */
  resumeFrom(marks: Iterable<readonly [roomId: number, mark: RoomMark]>): void {
    for (const [roomId, mark] of marks) this.#marks.set(roomId, mark);
  }

  /** Stores progress in this store from now on. */
  storeIn(store: CursorStore): void {
    this.#store = store;
  }

  /** Ends every new listener at once with this reason; undefined allows listeners again. */
  refuse(refusal: { readonly reason: unknown } | undefined): void {
    this.#refusal = refusal;
  }

  /** Subscribes to a room. Its stream starts with the first subscription and ends with the last. */
  listen(roomId: number, receiver: Receiver): { readonly ready: Promise<void>; close(): void } {
    if (this.#refusal) {
      const { reason } = this.#refusal;
      queueMicrotask(() => receiver.onEnd(reason));
      return { ready: markHandled(Promise.reject(reason)), close() {} };
    }
    const entry = this.#rooms.get(roomId) ?? this.#open(roomId);
    const subscription = new Subscription(receiver);
    entry.subscriptions = [...entry.subscriptions, subscription];
    return { ready: entry.stream.ready, close: () => this.#drop(roomId, entry, subscription) };
  }

  /** Subscribes to the events of all rooms that have listeners, and to personal events. */
  listenToAll(receiver: Receiver): { close(): void } {
    const subscription = new Subscription(receiver);
    this.#globalSubscriptions = [...this.#globalSubscriptions, subscription];
    return {
      close: () => {
        if (subscription.isClosed) return;
        this.#globalSubscriptions = this.#globalSubscriptions.filter((other) => other !== subscription);
        subscription.end(false);
      },
    };
  }

  /** Ends all subscriptions to a room and notifies them. */
  leave(roomId: number): void {
    const entry = this.#rooms.get(roomId);
    if (entry) this.#end(roomId, entry);
  }

  /** Ends all subscriptions and notifies them. */
  close(): void {
    const { cursors } = this;
    for (const [roomId, entry] of this.#rooms) {
      this.#progress.get(roomId)?.skipTo(entry.stream.cursor);
      this.#end(roomId, entry);
    }
    const globalSubscriptions = this.#globalSubscriptions;
    this.#globalSubscriptions = NO_SUBSCRIPTIONS;
    for (const subscription of globalSubscriptions) {
      subscription.end(true);
      subscription.notifyEnd();
    }
    if (!this.#store) for (const [roomId, cursor] of cursors) this.#marks.set(roomId, { cursor, done: [] });
  }

  /** The gap notice for events that a slow listener lost. */
  gapFor(roomId: number, { from, to }: LostRange): StreamGap {
    return this.#gapOf(roomId, { from, to, kind: "overflow" });
  }

  #open(roomId: number): Entry {
    const { session, services, options } = this.#context;
    const mark = this.#marks.get(roomId);
    const stream = new RoomStream(
      roomId,
      {
        session,
        services,
        options,
        sockets: this.#sockets,
        polls: this.#pollBatch,
        cursors: this.#cursorBatch,
        onStart: (cursor) => this.#begin(roomId, cursor),
        onEvent: (raw, key, at) => this.#deliver(raw, key, at),
        onGap: (gap) => this.#announce(gap),
        onState: () => this.#updateState(),
        onEnd: (reason) => this.#end(roomId, entry, reason),
      },
      mark?.cursor,
    );
    const entry: Entry = { stream, subscriptions: NO_SUBSCRIPTIONS, epoch: {} };
    this.#rooms.set(roomId, entry);
    if (mark && this.#store) this.#track(roomId, this.#store, mark);
    this.#updateState();
    return entry;
  }

  /** Starts tracking the progress of a room after this event. */
  #begin(roomId: number, cursor: number): void {
    if (!this.#store) return;
    this.#track(roomId, this.#store, { cursor, done: [] });
    this.#store.noteCursor(roomId, cursor);
  }

  #track(roomId: number, store: CursorStore, mark: RoomMark): void {
    // A handler of an earlier listener may still be running; its event is not delivered again.
    const known = this.#progress.get(roomId);
    if (known) known.rewind();
    else this.#progress.set(roomId, new RoomProgress(roomId, store, mark));
  }

  #drop(roomId: number, entry: Entry, subscription: Subscription): void {
    if (subscription.isClosed) return;
    entry.subscriptions = entry.subscriptions.filter((other) => other !== subscription);
    const isLast = entry.subscriptions.length === 0;
    subscription.end(isLast);
    if (isLast) this.#forget(roomId, entry);
  }

  #forget(roomId: number, entry: Entry): void {
    if (this.#rooms.get(roomId) !== entry) return;
    this.#rooms.delete(roomId);
    // Without a state file, a later listener starts at its own call. With one it resumes, as after a restart.
    const mark = this.#progress.get(roomId)?.mark;
    if (mark) this.#marks.set(roomId, mark);
    else this.#marks.delete(roomId);
    entry.stream.close();
    this.#updateState();
  }

  #end(roomId: number, entry: Entry, reason?: unknown): void {
    if (isChatError(reason, "FORBIDDEN", "NOT_FOUND")) this.#context.onLeft(roomId);
    const { subscriptions } = entry;
    entry.subscriptions = NO_SUBSCRIPTIONS;
    for (const subscription of subscriptions) subscription.end(true);
    this.#forget(roomId, entry);
    for (const subscription of subscriptions) subscription.notifyEnd(reason);
  }

  #deliver(raw: RawEvent, key: number, at: number): void {
    const home = PERSONAL_EVENTS.has(raw.event_type) ? undefined : numberOf(raw.room_id);
    const id = numberOf(raw.id);
    if (home !== key) {
      // Under another room's key only personal events count; a room that is listened to brings its own.
      const isMine = home === undefined || (PINGS.has(raw.event_type) && !this.#rooms.has(home));
      if (!isMine || (id !== undefined && !this.#seen.add(id))) return;
    }
    const progress = this.#store && home === key && id !== undefined ? this.#progress.get(key) : undefined;
    if (progress && id !== undefined && progress.skip(id)) return;
    this.#drift.look(raw);
    this.#context.learn(raw);
    const subscriptions = this.#rooms.get(home ?? key)?.subscriptions ?? NO_SUBSCRIPTIONS;
    const globalSubscriptions = this.#globalSubscriptions;
    if (subscriptions.length === 0 && globalSubscriptions.length === 0) return;
    const event = eventOf(raw, this.#context.events, at);
    this.#dispatch(event, subscriptions, globalSubscriptions, progress, id);
  }

  #announce(gap: Gap): void {
    const { roomId, from, to, kind, cursor } = gap;
    const reason = GAP_REASONS[kind];
    this.#context.services.counters.add("stream:gap", { roomId, from, to, kind, reason });
    this.#context.services.log.warn(`room ${roomId}: lost events ${from} to ${to}: ${reason}`);
    const entry = this.#rooms.get(roomId);
    if (entry) entry.epoch = {};
    const event = this.#gapOf(roomId, gap);
    this.#dispatch(
      event,
      entry?.subscriptions ?? NO_SUBSCRIPTIONS,
      this.#globalSubscriptions,
      this.#progress.get(roomId),
      cursor,
    );
  }

  #gapOf(roomId: number, { from, to, kind }: Omit<Gap, "roomId" | "cursor">): StreamGap {
    const { services, events } = this.#context;
    return new StreamGap({ event_type: -1, room_id: roomId }, events, services.clock.now(), { from, to, kind });
  }

  #dispatch(
    event: ChatEvent,
    subscriptions: readonly Subscription[],
    globalSubscriptions: readonly Subscription[],
    progress: RoomProgress | undefined,
    id: number | undefined,
  ): void {
    if (!this.#store || !progress || id === undefined) {
      deliver(event, subscriptions);
      deliver(event, globalSubscriptions);
      return;
    }
    // Actions that a listener takes synchronously, such as an answer, are stored atomically with the event.
    this.#store.together(() => {
      const open = progress.begin(id, subscriptions.length + globalSubscriptions.length);
      for (const subscription of [...subscriptions, ...globalSubscriptions]) {
        if (subscription.isClosed) progress.finish(open);
        else subscription.deliver(event, open, progress);
      }
    });
  }

  #updateState(): void {
    let least: number = STATES_WORST_FIRST.length;
    for (const { stream } of this.#rooms.values()) {
      const place = STATES_WORST_FIRST.indexOf(stream.state);
      if (place >= 0 && place < least) least = place;
      if (least === 0) break;
    }
    const state = STATES_WORST_FIRST[least] ?? "closed";
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#stateListeners) listener(state);
  }
}

/** A listener added during delivery does not get this event, and neither does one closed during delivery. */
function deliver(event: ChatEvent, subscriptions: readonly Subscription[]): void {
  for (const subscription of subscriptions) {
    if (!subscription.isClosed) subscription.deliver(event, undefined, undefined);
  }
}
