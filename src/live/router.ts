/**
 * Routes the events of rooms to subscriptions: keeps known objects current, gives each event to every listener of its
 * room, and gives personal events to the listeners of everything. Each client has one.
 */
import { isChatError } from "../errors/index.js";
import { EventType, type RawEvent } from "../protocol/raw.js";
import { numberOf } from "../protocol/values.js";
import { quiet } from "../util/promises.js";
import { RecentSet } from "../util/recent-set.js";
import type { Lost } from "./backlog.js";
import type { CursorStore, RoomMark } from "./cursors.js";
import { EventDrift } from "./event-drift.js";
import { type ChatEvent, type EventContext, eventOf, StreamGap } from "./events.js";
import { type Gap, gapReasons } from "./gaps.js";
import type { EventQueue } from "./live-stream.js";
import type { StreamState } from "./options.js";
import { RoomProgress } from "./progress.js";
import { Places, Polls } from "./requests.js";
import { RoomStream, type RoomStreamContext } from "./room-stream.js";
import { SharedSockets } from "./shared-sockets.js";
import { RoomSockets, type Sockets } from "./sockets.js";
import { type Receiver, Subscription } from "./subscription.js";

/** The client's parts that an {@link EventRouter} uses. */
export interface RouterContext extends Pick<RoomStreamContext, "session" | "services" | "options"> {
  readonly events: EventContext;
  /** Updates known objects by an event before any listener gets it. */
  readonly learn: (event: RawEvent) => void;
  /** Enters a room, so that the socket of another room carries it, too. */
  readonly enter: (roomId: number, signal: AbortSignal) => Promise<void>;
  /** The site said that this account is not in a room any more, or that the room is gone. */
  readonly left: (roomId: number) => void;
}

/** Events for the account rather than for a room: they come under every room key, so the first one counts. */
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
  /** Replaced, never changed: a delivery goes to the subscriptions of the moment it began. */
  subscriptions: readonly Subscription[];
  /** Replaced when events were lost. */
  run: object;
}

const nobody: readonly Subscription[] = [];

const worstFirst: readonly StreamState[] = ["connecting", "stale", "resuming", "polling", "live"];

export class EventRouter {
  readonly #context: RouterContext;
  readonly #rooms = new Map<number, Entry>();
  /** The queues that may still be read and have not ended. */
  readonly streams: Set<EventQueue<unknown>> = new Set();
  #everything: readonly Subscription[] = nobody;
  readonly #stateListeners = new Set<(state: StreamState) => void>();
  /** Where to begin in rooms that have never had a listener, or (under a state) have none now. */
  readonly #marks = new Map<number, RoomMark>();
  readonly #progress = new Map<number, RoomProgress>();
  #store: CursorStore | undefined;
  #refusal: { readonly reason: unknown } | undefined;
  /** Events that came under another room's key. */
  readonly #seen = new RecentSet<number>(2_000);
  readonly #sockets: Sockets;
  readonly #polls: Polls;
  readonly #places: Places;
  readonly #drift: EventDrift;
  #state: StreamState = "closed";

  constructor(context: RouterContext) {
    this.#context = context;
    const { session, services, options } = context;
    this.#sockets = options.sockets === "shared" ? new SharedSockets(context) : new RoomSockets(session, services);
    this.#polls = new Polls(session, services.clock);
    this.#places = new Places(session, services.clock);
    this.#drift = new EventDrift(session.drifts.sink(() => "frame"));
  }

  /** The worst of the rooms' states; `closed` when no room is listened to. */
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
    const cursors = new Map([...this.#marks].map(([roomId, { cursor }]) => [roomId, cursor]));
    for (const [roomId, { stream }] of this.#rooms) if (stream.cursor > 0) cursors.set(roomId, stream.cursor);
    return cursors;
  }

  /** For each room the newest open event: delivered, and not done. Empty without a state. */
  openEvents(): ReadonlyMap<number, number> {
    const open = new Map<number, number>();
    for (const [roomId, { newestOpen }] of this.#progress) if (newestOpen !== undefined) open.set(roomId, newestOpen);
    return open;
  }

  /**
   * Resolves when listening to a room has found its start, or has failed to at first: a message posted after that comes
   * after the call that began to listen. Undefined when there is nothing to wait for.
   */
  placing(roomId: number): Promise<void> | undefined {
    return this.#rooms.get(roomId)?.stream.placing;
  }

  /**
   * The unbroken run of events that a room is in: the same object as long as none were lost; undefined while nobody
   * listens, and while events do not flow.
   */
  runOf(roomId: number): object | undefined {
    const entry = this.#rooms.get(roomId);
    const isFlowing = entry?.stream.state === "live" || entry?.stream.state === "polling";
    return isFlowing ? entry?.run : undefined;
  }

  /** Resumes these rooms at these marks. */
  goOnFrom(marks: Iterable<readonly [roomId: number, mark: RoomMark]>): void {
    for (const [roomId, mark] of marks) this.#marks.set(roomId, mark);
  }

  /** Stores progress here from now on. */
  keepIn(store: CursorStore): void {
    this.#store = store;
  }

  /** Ends every new listener at once, with this reason; undefined lifts that. */
  refuse(refusal: { readonly reason: unknown } | undefined): void {
    this.#refusal = refusal;
  }

  /** Listens to a room; the stream of a room begins with its first listener and ends with its last. */
  listen(roomId: number, receiver: Receiver): { readonly ready: Promise<void>; close(): void } {
    if (this.#refusal) {
      const { reason } = this.#refusal;
      queueMicrotask(() => receiver.onEnd(reason));
      return { ready: quiet(Promise.reject(reason)), close() {} };
    }
    const entry = this.#rooms.get(roomId) ?? this.#open(roomId);
    const subscription = new Subscription(receiver);
    entry.subscriptions = [...entry.subscriptions, subscription];
    return { ready: entry.stream.ready, close: () => this.#drop(roomId, entry, subscription) };
  }

  /** Listens to all events of the rooms that are listened to, and to personal events. */
  listenToAll(receiver: Receiver): { close(): void } {
    const subscription = new Subscription(receiver);
    this.#everything = [...this.#everything, subscription];
    return {
      close: () => {
        if (subscription.isClosed) return;
        this.#everything = this.#everything.filter((other) => other !== subscription);
        subscription.end(false);
      },
    };
  }

  /** Ends listening to a room, and notifies its listeners. */
  leave(roomId: number): void {
    const entry = this.#rooms.get(roomId);
    if (entry) this.#end(roomId, entry);
  }

  /** Stops everything and notifies every listener. */
  close(): void {
    const { cursors } = this;
    for (const [roomId, entry] of this.#rooms) {
      this.#progress.get(roomId)?.cover(entry.stream.cursor);
      this.#end(roomId, entry);
    }
    const everything = this.#everything;
    this.#everything = nobody;
    for (const subscription of everything) {
      subscription.end(true);
      subscription.tellEnd();
    }
    if (!this.#store) for (const [roomId, cursor] of cursors) this.#marks.set(roomId, { cursor, done: [] });
  }

  /** The gap notice for events of a room that a slow listener lost. */
  gapFor(roomId: number, { from, to }: Lost): StreamGap {
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
        polls: this.#polls,
        places: this.#places,
        onStart: (cursor) => this.#begin(roomId, cursor),
        onEvent: (raw, key, at) => this.#deliver(raw, key, at),
        onGap: (gap) => this.#announce(gap),
        onState: () => this.#updateState(),
        onEnd: (reason) => this.#end(roomId, entry, reason),
      },
      mark?.cursor,
    );
    const entry: Entry = { stream, subscriptions: nobody, run: {} };
    this.#rooms.set(roomId, entry);
    if (mark && this.#store) this.#track(roomId, this.#store, mark);
    this.#updateState();
    return entry;
  }

  /** The first event of a room comes after this one. */
  #begin(roomId: number, cursor: number): void {
    if (!this.#store) return;
    this.#track(roomId, this.#store, { cursor, done: [] });
    this.#store.noteCursor(roomId, cursor);
  }

  #track(roomId: number, store: CursorStore, mark: RoomMark): void {
    // A handler of an earlier listener may still be at work: its event is not delivered again.
    const known = this.#progress.get(roomId);
    if (known) known.goOn();
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
    // Without a state a later listener begins at its own call. With one it resumes, as after a restart.
    const mark = this.#progress.get(roomId)?.mark;
    if (mark) this.#marks.set(roomId, mark);
    else this.#marks.delete(roomId);
    entry.stream.close();
    this.#updateState();
  }

  #end(roomId: number, entry: Entry, reason?: unknown): void {
    if (isChatError(reason, "FORBIDDEN", "NOT_FOUND")) this.#context.left(roomId);
    const { subscriptions } = entry;
    entry.subscriptions = nobody;
    for (const subscription of subscriptions) subscription.end(true);
    this.#forget(roomId, entry);
    for (const subscription of subscriptions) subscription.tellEnd(reason);
  }

  #deliver(raw: RawEvent, key: number, at: number): void {
    const home = personal.has(raw.event_type) ? undefined : numberOf(raw.room_id);
    const id = numberOf(raw.id);
    if (home !== key) {
      // Only personal events count under another room's key; a room that is listened to brings its own.
      const isMine = home === undefined || (pings.has(raw.event_type) && !this.#rooms.has(home));
      if (!isMine || (id !== undefined && !this.#seen.add(id))) return;
    }
    const progress = this.#store && home === key && id !== undefined ? this.#progress.get(key) : undefined;
    if (progress && id !== undefined && progress.skip(id)) return;
    this.#drift.look(raw);
    this.#context.learn(raw);
    const subscriptions = this.#rooms.get(home ?? key)?.subscriptions ?? nobody;
    const everything = this.#everything;
    if (subscriptions.length === 0 && everything.length === 0) return;
    const event = eventOf(raw, this.#context.events, at);
    this.#tell(event, subscriptions, everything, progress, id);
  }

  #announce(gap: Gap): void {
    const { roomId, from, to, kind, cursor } = gap;
    const reason = gapReasons[kind];
    this.#context.services.counters.add("stream:gap", { roomId, from, to, kind, reason });
    this.#context.services.log.warn(`room ${roomId}: the events ${from} to ${to} are lost: ${reason}`);
    const entry = this.#rooms.get(roomId);
    if (entry) entry.run = {};
    const event = this.#gapOf(roomId, gap);
    this.#tell(event, entry?.subscriptions ?? nobody, this.#everything, this.#progress.get(roomId), cursor);
  }

  #gapOf(roomId: number, { from, to, kind }: Omit<Gap, "roomId" | "cursor">): StreamGap {
    const { services, events } = this.#context;
    return new StreamGap({ event_type: -1, room_id: roomId }, events, services.clock.now(), { from, to, kind });
  }

  #tell(
    event: ChatEvent,
    subscriptions: readonly Subscription[],
    everything: readonly Subscription[],
    progress: RoomProgress | undefined,
    id: number | undefined,
  ): void {
    if (!this.#store || !progress || id === undefined) {
      deliver(event, subscriptions);
      deliver(event, everything);
      return;
    }
    // Actions that a listener asks for at once, such as an answer, are stored together with the event they answer.
    this.#store.together(() => {
      const open = progress.begin(id, subscriptions.length + everything.length);
      for (const subscription of [...subscriptions, ...everything]) {
        if (subscription.isClosed) progress.finish(open);
        else subscription.deliver(event, open, progress);
      }
    });
  }

  #updateState(): void {
    let least: number = worstFirst.length;
    for (const { stream } of this.#rooms.values()) {
      const place = worstFirst.indexOf(stream.state);
      if (place >= 0 && place < least) least = place;
      if (least === 0) break;
    }
    const state = worstFirst[least] ?? "closed";
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#stateListeners) listener(state);
  }
}

/** A listener added during delivery does not get this event; neither does a listener closed during delivery. */
function deliver(event: ChatEvent, subscriptions: readonly Subscription[]): void {
  for (const subscription of subscriptions) {
    if (!subscription.isClosed) subscription.deliver(event, undefined, undefined);
  }
}
