/**
 * Signals of a room to sockets beside its numbered events: evictions and timeouts (protocol.md §3.5). Signals have no id
 * and are not stored.
 */
import type { RoomRecord } from "./records.js";

export type RoomSignal =
  /** Users were evicted. Anonymous viewers who may no longer read are out as well, but are not listed. */
  | { readonly kind: "exit"; readonly room: RoomRecord; readonly people: ReadonlySet<number> }
  | { readonly kind: "timeout"; readonly room: RoomRecord; readonly seconds: number };

export class RoomSignals {
  readonly #listeners: ((signal: RoomSignal) => void)[] = [];

  /** Adds a listener that is never removed. Listeners run in the order they were added. */
  listen(listener: (signal: RoomSignal) => void): void {
    this.#listeners.push(listener);
  }

  send(signal: RoomSignal): void {
    for (const listener of this.#listeners) listener(signal);
  }
}
