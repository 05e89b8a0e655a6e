/**
 * The progress of one room: a low-water mark of handled events, and the ids done beyond it. Writes its changes to a
 * {@link CursorStore}. Pure: knows no listeners, no clock and no requests.
 */
import type { CursorStore, RoomMark } from "./cursors.js";

/** The limit of ids remembered beyond the cursor; further events may be delivered again after a restart. */
const DONE_LIMIT = 10_000;

/** An event that was delivered and is not done. */
export interface OpenEvent {
  readonly id: number;
  /** The event delivered before it: the cursor stays there while this one is open. */
  readonly before: number;
  /** The number of subscriptions that are not done with it. */
  holders: number;
}

export class RoomProgress {
  readonly #roomId: number;
  readonly #store: CursorStore;
  /** In the order of delivery. */
  readonly #open = new Map<number, OpenEvent>();
  readonly #done: Set<number>;
  #cursor: number;
  /** The newest event delivered. */
  #newest: number;

  constructor(roomId: number, store: CursorStore, mark: RoomMark) {
    this.#roomId = roomId;
    this.#store = store;
    this.#cursor = mark.cursor;
    this.#newest = mark.cursor;
    this.#done = new Set(mark.done);
  }

  get mark(): RoomMark {
    return { cursor: this.#cursor, done: [...this.#done].sort((a, b) => a - b) };
  }

  /** The newest event that is being handled; undefined when none is. */
  get newestOpen(): number | undefined {
    let newest: number | undefined;
    for (const id of this.#open.keys()) newest = id;
    return newest;
  }

  /** Whether this event must not be delivered again: it is done, or a handler still has it. */
  skip(id: number): boolean {
    if (!this.#done.has(id) && !this.#open.has(id)) return false;
    if (id > this.#newest) this.#newest = id;
    return true;
  }

  /** Opens an event for so many subscriptions; an id below the last one means that the server counts anew. */
  begin(id: number, holders: number): OpenEvent {
    if (id < this.#newest) this.#restart(id - 1);
    const event = { id, before: this.#newest, holders };
    this.#open.set(id, event);
    this.#newest = id;
    return event;
  }

  /** Notes that one subscription is done with an event. */
  finish(event: OpenEvent): void {
    event.holders -= 1;
    if (event.holders > 0 || this.#open.get(event.id) !== event) return;
    this.#open.delete(event.id);
    this.#advance(event.id);
  }

  /** The last subscription has ended without handling these events: the cursor stays before them. */
  abandon(events: readonly OpenEvent[]): void {
    for (const event of events) {
      if (this.#open.get(event.id) !== event) continue;
      this.#open.delete(event.id);
      this.#newest = Math.min(this.#newest, event.before);
    }
  }

  /** Delivery begins again after the cursor: unhandled events come once more. */
  goOn(): void {
    this.#newest = this.#cursor;
  }

  /** Nothing up to here is for this room: the cursor may move when no event is open. */
  cover(id: number): void {
    if (this.#open.size > 0 || id <= this.#newest || this.#newest !== this.#cursor) return;
    this.#newest = id;
    this.#moveTo(id);
  }

  #advance(id: number): void {
    const first = this.#open.values().next();
    const limit = first.done ? this.#newest : first.value.before;
    if (limit > this.#cursor) this.#moveTo(limit);
    if (id <= this.#cursor || this.#done.size >= DONE_LIMIT) return;
    this.#done.add(id);
    this.#store.noteDone(this.#roomId, id);
  }

  #moveTo(cursor: number): void {
    this.#cursor = cursor;
    for (const id of this.#done) if (id <= cursor) this.#done.delete(id);
    this.#store.noteCursor(this.#roomId, cursor);
  }

  #restart(cursor: number): void {
    this.#open.clear();
    this.#done.clear();
    this.#newest = cursor;
    this.#moveTo(cursor);
  }
}
