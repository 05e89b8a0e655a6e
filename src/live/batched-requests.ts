/**
 * The HTTP requests of live events, batched over rooms. Callers do their own retries, because they know which frames
 * are held and for how long.
 */
import { AbortedError } from "../errors/index.js";
import { pollEvents, type RoomEvents, roomEvents } from "../protocol/actions/live.js";
import type { Call } from "../protocol/call.js";
import type { RoomFrame } from "../protocol/frames.js";
import type { RawEvent } from "../protocol/raw.js";
import type { Session } from "../transport/session.js";
import type { Clock } from "../util/clock.js";
import { isFinal } from "./end-reasons.js";

/** Makes a call without retries. */
export function callOnce<T>(session: Session, call: Call<T>, signal: AbortSignal): Promise<T> {
  // The event stream does its own retries.
  return session.call(call, { signal, retry: false });
}

/** The latest messages of a room, and the current event id of the host. */
export function fetchLatest(session: Session, roomId: number, count: number, signal: AbortSignal): Promise<RoomEvents> {
  return callOnce(session, roomEvents(roomId, { count }), signal);
}

/** The newest event of the host, where a new listener starts. */
export interface HostCursor {
  /** The newest event id of the host. */
  readonly time: number;
  /** The server time in Unix seconds; null when the answer has none. */
  readonly sync: number | null;
  /** The latest messages of the room, if the answer was about this room. */
  readonly list: readonly RawEvent[] | null;
}

/** A room's request that waits for its batch. */
interface Waiting<T> {
  readonly roomId: number;
  readonly since: number;
  readonly signal: AbortSignal;
  resolve(value: T): void;
  reject(reason: unknown): void;
}

/** How long a batch waits for rooms that announced a request, in milliseconds. */
const EXPECTED_MS = 2_000;

/** Batches the requests of several rooms in one turn of the event loop. */
abstract class Batch<T> {
  protected readonly session: Session;
  readonly #clock: Clock;
  #waiting: Waiting<T>[] = [];
  /** The number of rooms that announced a request. */
  #expected = 0;
  #deadline: { cancel(): void } | undefined;

  constructor(session: Session, clock: Clock) {
    this.session = session;
    this.#clock = clock;
  }

  /**
   * Announces that a room will make a request soon, so that the batch waits for it. Returns a function that withdraws
   * the announcement.
   */
  expect(): () => void {
    this.#expected += 1;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#expected -= 1;
      this.#plan();
    };
  }

  /** Adds a room to the batch of this turn. @throws {ABORTED} as soon as the signal is aborted */
  protected join(roomId: number, since: number, signal: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const abort = (): void => reject(new AbortedError({ tried: `listen to room ${roomId}` }));
      if (signal.aborted) return abort();
      signal.addEventListener("abort", abort, { once: true });
      const leave = (): void => signal.removeEventListener("abort", abort);
      this.#waiting.push({
        roomId,
        since,
        signal,
        resolve(value) {
          leave();
          resolve(value);
        },
        reject(reason) {
          leave();
          reject(reason);
        },
      });
      this.#plan();
    });
  }

  /** Makes the batched request and settles each caller. */
  protected abstract send(rooms: readonly Waiting<T>[], signal: AbortSignal): Promise<void>;

  /** Sends the batch after this turn, once no announced room is missing, but does not wait for those for long. */
  #plan(): void {
    if (this.#waiting.length === 0) return;
    if (this.#expected === 0) setImmediate(() => this.#flush());
    else this.#deadline ??= this.#clock.setTimeout(() => this.#flush(), EXPECTED_MS);
  }

  #flush(): void {
    this.#deadline?.cancel();
    this.#deadline = undefined;
    const rooms = this.#waiting.splice(0).filter(({ signal }) => !signal.aborted);
    if (rooms.length === 0) return;
    const all = new AbortController();
    let left = rooms.length;
    const leave = (): void => {
      left -= 1;
      if (left === 0) all.abort();
    };
    for (const { signal } of rooms) signal.addEventListener("abort", leave, { once: true });
    void this.send(rooms, all.signal)
      .catch((error: unknown) => {
        for (const room of rooms) room.reject(error);
      })
      .finally(() => {
        for (const { signal } of rooms) signal.removeEventListener("abort", leave);
      });
  }
}

/** One `POST /events` for all rooms that recover in the same turn. */
export class PollBatch extends Batch<RoomFrame | null> {
  /** The room's events since a cursor; null when the answer does not mention the room. */
  poll(roomId: number, since: number, signal: AbortSignal): Promise<RoomFrame | null> {
    return this.join(roomId, since, signal);
  }

  protected override async send(rooms: readonly Waiting<RoomFrame | null>[], signal: AbortSignal): Promise<void> {
    try {
      const cursors = new Map(rooms.map(({ roomId, since }) => [roomId, since]));
      const answer = await callOnce(this.session, pollEvents(cursors), signal);
      const frames = new Map(answer.rooms.map((frame) => [frame.roomId, frame]));
      for (const { roomId, resolve } of rooms) resolve(frames.get(roomId) ?? null);
    } catch (error) {
      // The refusal may concern only one of the rooms, so each asks by itself.
      if (rooms.length === 1 || !isFinal(error)) throw error;
      await Promise.all(rooms.map((room) => this.send([room], room.signal).catch(room.reject)));
    }
  }
}

/** One `POST /chats/{room}/events` for all rooms that start in the same turn: the newest event id is the host's. */
export class CursorBatch extends Batch<HostCursor> {
  /** The newest event of the host. */
  find(roomId: number, signal: AbortSignal): Promise<HostCursor> {
    return this.join(roomId, 0, signal);
  }

  protected override async send(rooms: readonly Waiting<HostCursor>[], signal: AbortSignal): Promise<void> {
    const [first, ...others] = rooms;
    if (!first) return;
    try {
      const { events, time, sync } = await fetchLatest(this.session, first.roomId, 100, signal);
      first.resolve({ time, sync, list: events });
      for (const { resolve } of others) resolve({ time, sync, list: null });
    } catch (error) {
      first.reject(error);
      if (others.length === 0) return;
      if (!isFinal(error)) throw error;
      await this.send(others, signal);
    }
  }
}
