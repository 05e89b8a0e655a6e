/** The events that one poll finds in the log: a single pass over it, however many rooms are asked for (protocol.md §3.5). Pure. */
import { firstIndex } from "../world/ascending.js";
import { type LoggedEvent, versionFor } from "../world/event-log.js";

/** Whose poll it is, and for which rooms. */
export interface Poller {
  readonly rooms: { has(roomId: number): boolean };
  /** null when anonymous. */
  readonly userId: number | null;
  /** Whether an event that is not for everybody in the room is for this reader. */
  readonly sees: (event: LoggedEvent) => boolean;
}

export class PolledEvents {
  readonly #byRoom = new Map<number, LoggedEvent[]>();
  /** Pings and the like, which every room brings. */
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

  /** The events of a room's answer behind a cursor, ascending; one by one, because most of them may not be wanted. */
  *of(roomId: number, cursor: number): Generator<LoggedEvent, void> {
    const room = this.#byRoom.get(roomId) ?? [];
    let [inRoom, own] = [firstIndex(room, cursor + 1), firstIndex(this.#own, cursor + 1)];
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
