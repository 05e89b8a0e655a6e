/**
 * What a room tells the live channels beside its numbered events: that people are out of it, and that it is in
 * timeout (protocol.md §3.5). Signals have no id and are not kept.
 */
import type { RoomRecord } from "./records.js";

export type RoomSignal =
  /** People had to go. Watchers that may no longer read are out as well, though nobody counts them. */
  | { readonly kind: "exit"; readonly room: RoomRecord; readonly people: ReadonlySet<number> }
  | { readonly kind: "timeout"; readonly room: RoomRecord; readonly seconds: number };

export class RoomSignals {
  readonly #listeners: ((signal: RoomSignal) => void)[] = [];

  /** Listens for good. Listeners are called in the order of their coming. */
  listen(listener: (signal: RoomSignal) => void): void {
    this.#listeners.push(listener);
  }

  send(signal: RoomSignal): void {
    for (const listener of this.#listeners) listener(signal);
  }
}
