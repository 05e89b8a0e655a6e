/**
 * The progress of one room: a low-water mark of acknowledged events, and the ids acknowledged beyond it. Writes changes
 * to a {@link CursorStore}. Pure: knows no listeners, clock or requests.
 */
import type { CursorStore, RoomMark } from "./cursors.js";

/** The most ids remembered beyond the cursor; events past this may be delivered again after a restart. */
const MAX_DONE = 10_000;

/** An event that was delivered but not yet acknowledged. */
export interface OpenEvent {
  readonly id: number;
  /** The event delivered before it: the cursor stays there until this one is acknowledged. */
  readonly before: number;
  /** The number of subscriptions that have not acknowledged it. */
  holders: number;
}

export class RoomProgress {
  readonly #roomId: number;
  readonly #store: CursorStore;
  /** Unacknowledged events, in delivery order. */
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

  /** The newest unacknowledged event; undefined when there is none. */
  get newestOpen(): number | undefined {
    let newest: number | undefined;
    for (const id of this.#open.keys()) newest = id;
    return newest;
  }

  /** Whether to skip this event, because it is acknowledged or a handler still has it. */
  skip(id: number): boolean {
    if (!this.#done.has(id) && !this.#open.has(id)) return false;
    if (id > this.#newest) this.#newest = id;
    return true;
  }

  /**
   * Starts tracking an event that goes to the given number of subscriptions. An id below the last one means that the
   * server restarted its counter.
   */
  begin(id: number, holders: number): OpenEvent {
    if (id < this.#newest) this.#restart(id - 1);
    const event = { id, before: this.#newest, holders };
    this.#open.set(id, event);
    this.#newest = id;
    return event;
  }

  /** Acknowledges an event for one subscription. */
  finish(event: OpenEvent): void {
    event.holders -= 1;
    if (event.holders > 0 || this.#open.get(event.id) !== event) return;
    this.#open.delete(event.id);
    this.#advance(event.id);
  }

  /** Stops tracking events that the last subscription left unhandled; the cursor stays before them. */
  abandon(events: readonly OpenEvent[]): void {
    for (const event of events) {
      if (this.#open.get(event.id) !== event) continue;
      this.#open.delete(event.id);
      this.#newest = Math.min(this.#newest, event.before);
    }
  }

  /** Rewinds to the cursor: unacknowledged events are delivered again. */
  rewind(): void {
    this.#newest = this.#cursor;
  }

  /** Notes that no event up to this id belongs to the room: the cursor moves there if nothing is unacknowledged. */
  skipTo(id: number): void {
    if (this.#open.size > 0 || id <= this.#newest || this.#newest !== this.#cursor) return;
    this.#newest = id;
    this.#moveTo(id);
  }

  #advance(id: number): void {
    const first = this.#open.values().next();
    const limit = first.done ? this.#newest : first.value.before;
    if (limit > this.#cursor) this.#moveTo(limit);
    if (id <= this.#cursor || this.#done.size >= MAX_DONE) return;
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
