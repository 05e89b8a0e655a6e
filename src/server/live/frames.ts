/**
 * Builds frames and poll responses: for each room key its events, the counter `t` and its step `d` (protocol.md §3.4).
 * Reuses the JSON that the log keeps, so that an event is serialized only once for all readers.
 */
import { type LoggedEvent, versionFor } from "../world/event-log.js";

/** The reader that a frame is for. */
export interface Reader {
  /** The room of the socket; its key is always present. */
  readonly roomId: number;
  /** null when anonymous. */
  readonly userId: number | null;
  /** Whether the reader is present in another room now. */
  readonly isIn: (roomId: number) => boolean;
  /** Whether this reader may see an event that is not for everyone in the room. */
  readonly sees: (event: LoggedEvent) => boolean;
  /** The other rooms that the reader is present in; pings are delivered under each of them. */
  readonly otherRooms: () => readonly number[];
}

/** Groups the events that a reader gets by room, each in the reader's version. */
export function sortByRoom(events: readonly LoggedEvent[], reader: Reader): Map<number, LoggedEvent[]> {
  const byRoom = new Map<number, LoggedEvent[]>();
  const add = (roomId: number, event: LoggedEvent): void => {
    const list = byRoom.get(roomId);
    if (list) list.push(event);
    else byRoom.set(roomId, [event]);
  };
  for (const event of events) {
    const isForAll = event.audience === "everyone" && event.onlyFor === null;
    if (!isForAll && !reader.sees(event)) continue;
    if (event.onlyFor === null) {
      if (event.roomId === reader.roomId || reader.isIn(event.roomId))
        add(event.roomId, versionFor(event, reader.userId));
    } else if (event.onlyFor === reader.userId) {
      add(reader.roomId, event);
      for (const roomId of reader.otherRooms()) add(roomId, event);
    }
  }
  return byRoom;
}

/** Counts the leading events that fit into `maxBytes`. The first event always fits, unless `maxBytes` is 0. */
export function countFitting(events: readonly LoggedEvent[], maxBytes: number): number {
  let left = maxBytes;
  const end = events.findIndex(({ json }, index) => {
    left -= Buffer.byteLength(json);
    return left < 0 && (index > 0 || maxBytes <= 0);
  });
  return end < 0 ? events.length : end;
}

/** The state under a room key, beside its events. */
export interface RoomFrameState {
  /** The reader may not, or no longer, be in the room. */
  readonly exit?: boolean;
  /** The cursor is too old, so the reader must reload everything. */
  readonly reset?: boolean;
  /** The seconds in which only owners and moderators may post. */
  readonly timeout?: number;
}

const NO_STATE: RoomFrameState = {};

/** Builds a frame with events. The reader's own room comes first and always has `t` and `d`. */
export function frameText(
  roomId: number,
  byRoom: ReadonlyMap<number, readonly LoggedEvent[]>,
  t: number,
  d: number,
  ownState: RoomFrameState = NO_STATE,
): string {
  const rooms = [roomId, ...[...byRoom.keys()].filter((id) => id !== roomId)];
  const part = (id: number): string => roomText(byRoom.get(id) ?? [], t, d, id === roomId ? ownState : NO_STATE);
  return `{${rooms.map((id) => `"r${id}":${part(id)}`).join(",")}}`;
}

/** Builds a frame with only the state of a room, for a socket of that room or of another. */
export function stateFrame(socketRoomId: number, roomId: number, state: RoomFrameState): string {
  const own = socketRoomId === roomId ? "" : `"r${socketRoomId}":{},`;
  return `{${own}"r${roomId}":${JSON.stringify(state)}}`;
}

/** Builds the value of one room key. */
export function roomText(
  events: readonly LoggedEvent[],
  t: number,
  d: number,
  state: RoomFrameState = NO_STATE,
): string {
  const list = events.length > 0 ? `"e":[${events.map((event) => event.json).join(",")}],` : "";
  return `{${list}"t":${t},"d":${d}${state === NO_STATE ? "" : stateText(state)}}`;
}

function stateText(state: RoomFrameState): string {
  return Object.entries(state)
    .map(([name, value]) => `,"${name}":${value}`)
    .join("");
}

/** The frames of one batch of events. Readers with the same room and the same cursor share a frame if they see the same. */
export class BatchFrames {
  readonly #batch: readonly LoggedEvent[];
  readonly #newest: number;
  /** The one room of all events, if everyone there sees them; null if it depends on the reader. */
  readonly #room: number | null;
  /** The users who get their own version of an event. */
  readonly #apart: ReadonlySet<number | null>;
  readonly #shared = new Map<string, string>();

  constructor(batch: readonly LoggedEvent[], newest: number) {
    const [first] = batch;
    const isForAll = batch.every(
      ({ onlyFor, audience, roomId }) => onlyFor === null && audience === "everyone" && roomId === first?.roomId,
    );
    this.#batch = batch;
    this.#newest = newest;
    this.#room = first && isForAll ? first.roomId : null;
    this.#apart = new Set(batch.flatMap(({ own }) => (own ? [own.userId] : [])));
  }

  /** The frame for a reader whose last cursor was `sent`; null if it has nothing for them. */
  of(reader: Reader, sent: number): string | null {
    if (this.#room === null || this.#apart.has(reader.userId)) return this.#make(reader, sent);
    if (reader.roomId !== this.#room && !reader.isIn(this.#room)) return null;
    const key = `${reader.roomId} ${sent}`;
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const text = this.#make(reader, sent);
    if (text !== null) this.#shared.set(key, text);
    return text;
  }

  #make(reader: Reader, sent: number): string | null {
    const byRoom = sortByRoom(this.#batch, reader);
    return byRoom.size === 0 ? null : frameText(reader.roomId, byRoom, this.#newest, this.#newest - sent);
  }
}
