/**
 * From frames to listeners: recognises repeats, keeps known objects current, and gives each event to whoever listens
 * to its room. One of these for each client.
 */
import type { RoomFrame } from "../protocol/frames.js";
import { EventType, type RawEvent } from "../protocol/raw.js";
import { numberOf } from "../protocol/values.js";
import { RecentSet } from "../util/recent-set.js";
import { type ChatEvent, type EventContext, eventOf } from "./events.js";
import { LiveRoom, type LiveRoomContext } from "./live-room.js";

/** Somebody who listens to a room. */
export interface Listener {
  onEvent(event: ChatEvent): void;
  /** No more events will come; with a reason when that is a failure. */
  onEnd(reason?: unknown): void;
}

/** What {@link Live} needs of its client. */
export interface LiveContext extends Omit<LiveRoomContext, "onFrame"> {
  readonly events: EventContext;
  /** Learns from an event before anybody sees it. */
  readonly learn: (event: RawEvent) => void;
}

/** Events meant for me rather than for a room: whoever listens anywhere gets them. */
const personal: ReadonlySet<number> = new Set<number>([
  EventType.UserSettingsChanged,
  EventType.GlobalNotification,
  EventType.UserNotification,
  EventType.Invitation,
  EventType.UserSuspended,
]);

export class Live {
  readonly #context: LiveContext;
  readonly #rooms = new Map<number, { room: LiveRoom; listeners: Set<Listener> }>();
  /** Event ids already seen: the same event comes under several room keys and on several sockets (protocol.md §3.4). */
  readonly #seen = new RecentSet<number>(20_000);

  constructor(context: LiveContext) {
    this.#context = context;
  }

  /** Listens to a room; the room's channel opens with the first listener and closes with the last. */
  listen(roomId: number, listener: Listener): { readonly ready: Promise<void>; close(): void } {
    const entry = this.#rooms.get(roomId) ?? this.#open(roomId);
    entry.listeners.add(listener);
    return { ready: entry.room.ready, close: () => this.#drop(roomId, entry, listener) };
  }

  /** Stops everything and tells every listener. */
  close(): void {
    for (const [roomId, { room, listeners }] of this.#rooms) {
      this.#rooms.delete(roomId);
      room.close();
      for (const listener of listeners) listener.onEnd();
    }
  }

  #open(roomId: number): { room: LiveRoom; listeners: Set<Listener> } {
    const room = new LiveRoom(roomId, { ...this.#context, onFrame: (frame) => this.#accept(frame) });
    const entry = { room, listeners: new Set<Listener>() };
    this.#rooms.set(roomId, entry);
    room.ready.catch((reason) => {
      if (this.#rooms.get(roomId) === entry) this.#rooms.delete(roomId);
      for (const listener of entry.listeners) listener.onEnd(reason);
    });
    return entry;
  }

  #drop(roomId: number, entry: { room: LiveRoom; listeners: Set<Listener> }, listener: Listener): void {
    if (!entry.listeners.delete(listener) || entry.listeners.size > 0) return;
    if (this.#rooms.get(roomId) === entry) this.#rooms.delete(roomId);
    entry.room.close();
  }

  #accept(frame: RoomFrame): void {
    for (const raw of frame.events) {
      const id = numberOf(raw.id);
      if (id !== undefined && !this.#seen.add(id)) continue;
      this.#deliver(raw, frame.roomId);
    }
  }

  #deliver(raw: RawEvent, keyRoom: number): void {
    this.#context.learn(raw);
    const home = personal.has(raw.event_type) ? keyRoom : (numberOf(raw.room_id) ?? keyRoom);
    const listeners = this.#rooms.get(home)?.listeners;
    if (!listeners) return;
    const event = eventOf(raw, this.#context.events);
    for (const listener of listeners) listener.onEvent(event);
  }
}
