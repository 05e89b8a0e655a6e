/** The events of one poll, found in a single pass over the log for any number of rooms (protocol.md §3.5). Pure. */
import { lowerBound } from "../world/ascending.js";
import { type LoggedEvent, versionFor } from "../world/event-log.js";

/** The reader of a poll, and the polled rooms. */
export interface Poller {
  readonly rooms: { has(roomId: number): boolean };
  /** null when anonymous. */
  readonly userId: number | null;
  /** Whether this reader may see an event that is not for everyone in the room. */
  readonly sees: (event: LoggedEvent) => boolean;
}

export class PolledEvents {
  readonly #byRoom = new Map<number, LoggedEvent[]>();
  /** Pings and other personal events, which appear under every room. */
  readonly #own: LoggedEvent[] = [];

  constructor(events: readonly LoggedEvent[], { rooms, userId, sees }: Poller) {
    for (const event of events) {
      const { onlyFor, roomId } = event;
      if (onlyFor === null ? !rooms.has(roomId) : onlyFor !== userId) continue;
      if ((onlyFor !== null || event.audience !== "everyone") && !sees(event)) continue;
      const version = versionFor(event, userId);
      if (onlyFor !== null) this.#own.push(version);
      else if (!this.#byRoom.get(roomId)?.push(version)) this.#byRoom.set(roomId, [version]);
    }
  }

  /** Yields the events of a room after a cursor, ascending; lazily, because the caller may stop early. */
  *of(roomId: number, cursor: number): Generator<LoggedEvent, void> {
    const room = this.#byRoom.get(roomId) ?? [];
    let [inRoom, own] = [lowerBound(room, cursor + 1), lowerBound(this.#own, cursor + 1)];
    for (;;) {
      const [a, b] = [room[inRoom], this.#own[own]];
      const next = a && b ? (a.id < b.id ? a : b) : (a ?? b);
      if (!next) return;
      if (next === a) inRoom++;
      else own++;
      yield next;
    }
  }
}
