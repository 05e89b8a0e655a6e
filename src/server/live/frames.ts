/**
 * What a socket or a polling answer says: for each room key the events, and the counter `t` with its step `d`
 * (protocol.md §3.4). Works on the JSON the log keeps, so that an event is serialised once for all its readers.
 */
import { type LoggedEvent, versionFor } from "../world/event-log.js";

/** Whose eyes a frame is for. */
export interface Reader {
  /** The room of the socket; its key is always there. */
  readonly roomId: number;
  /** null when anonymous. */
  readonly userId: number | null;
  /** Whether the reader is in some other room now. */
  readonly isIn: (roomId: number) => boolean;
  /** Whether an event that is not for everybody in the room is for this reader. */
  readonly sees: (event: LoggedEvent) => boolean;
  /** All the other rooms the reader is in; pings are delivered under each. */
  readonly otherRooms: () => readonly number[];
}

/** The events a reader gets, by room, each in the reader's own version. Empty when there are none. */
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

/** The number of events, from the first on, that fit into `maxBytes`. A first event that is larger fits nevertheless. */
export function countFitting(events: readonly LoggedEvent[], maxBytes: number): number {
  let left = maxBytes;
  const end = events.findIndex(({ json }, index) => {
    left -= Buffer.byteLength(json);
    return left < 0 && (index > 0 || maxBytes <= 0);
  });
  return end < 0 ? events.length : end;
}

/** What a room key can say beside its events. */
export interface RoomState {
  /** The reader is not, or no longer, in the room. */
  readonly exit?: boolean;
  /** The cursor is too old: load everything again. */
  readonly reset?: boolean;
  /** Seconds for which only owners and moderators may post. */
  readonly timeout?: number;
}

const nothing: RoomState = {};

/** One frame with events; the reader's own room comes first and always has its `t` and `d`. */
export function frameText(
  roomId: number,
  byRoom: ReadonlyMap<number, readonly LoggedEvent[]>,
  t: number,
  d: number,
  ownState: RoomState = nothing,
): string {
  const rooms = [roomId, ...[...byRoom.keys()].filter((id) => id !== roomId)];
  const part = (id: number): string => roomText(byRoom.get(id) ?? [], t, d, id === roomId ? ownState : nothing);
  return `{${rooms.map((id) => `"r${id}":${part(id)}`).join(",")}}`;
}

/** A frame that only tells the state of a room, on a socket of that room or of another. */
export function stateFrame(socketRoomId: number, roomId: number, state: RoomState): string {
  const own = socketRoomId === roomId ? "" : `"r${socketRoomId}":{},`;
  return `{${own}"r${roomId}":${JSON.stringify(state)}}`;
}

/** What stands under one room key. */
export function roomText(events: readonly LoggedEvent[], t: number, d: number, state: RoomState = nothing): string {
  const list = events.length > 0 ? `"e":[${events.map((event) => event.json).join(",")}],` : "";
  return `{${list}"t":${t},"d":${d}${state === nothing ? "" : stateText(state)}}`;
}

function stateText(state: RoomState): string {
  return Object.entries(state)
    .map(([name, value]) => `,"${name}":${value}`)
    .join("");
}

/** The frames of one batch of events: those who read one room from one place share a frame when they see the same. */
export class BatchFrames {
  readonly #batch: readonly LoggedEvent[];
  readonly #newest: number;
  /** The room where all of it happened for everybody there to see; null when it depends on the reader. */
  readonly #room: number | null;
  /** The people who get a version of their own of some event. */
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

  /** The frame for a reader whose last one said `sent`; null when there is nothing in it for them. */
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
