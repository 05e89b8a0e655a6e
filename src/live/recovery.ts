/**
 * Keeps the events of one room complete: feeds frames to the {@link Sequencer}, fetches missing events over HTTP, and
 * announces a gap when they cannot be fetched any more.
 */
import type { RoomFrame } from "../protocol/frames.js";
import type { RawEvent } from "../protocol/raw.js";
import type { Session } from "../transport/session.js";
import type { Services } from "../util/services.js";
import { type CursorBatch, fetchLatest, type HostCursor, type PollBatch } from "./batched-requests.js";
import { isFinal, removedFromRoom } from "./end-reasons.js";
import type { Gap, GapKind } from "./gaps.js";
import { MessageMemory } from "./message-memory.js";
import type { ReconnectBackoff } from "./reconnect-backoff.js";
import { Sequencer } from "./sequencer.js";

/** The number of attempts without progress after which missing events are given up. */
const MAX_HOLE_TRIES = 4;
/** The number of old frames in a row that mean the server's counter was reset, or that a frame was bogus. */
const MAX_OLD_FRAMES = 3;

/** The parts and callbacks of a {@link Recovery}. */
export interface RecoveryContext {
  readonly roomId: number;
  readonly session: Session;
  readonly services: Services;
  readonly polls: PollBatch;
  readonly cursors: CursorBatch;
  readonly backoff: ReconnectBackoff;
  /** Aborts all requests and waits. */
  readonly closing: AbortSignal;
  /** Called for each event, once and in order. */
  readonly onEvent: (event: RawEvent) => void;
  readonly onGap: (gap: Gap) => void;
  /** Called when an answer arrives. */
  readonly onHeard: () => void;
  /** Called when listening to the room has ended permanently. */
  readonly onEnd: (reason: unknown) => void;
}

/** One attempt to fetch missed events, until it finishes or a newer attempt replaces it. */
interface Attempt {
  readonly stop: AbortController;
  readonly result: Promise<boolean>;
}

export class Recovery {
  readonly #context: RecoveryContext;
  readonly #sequencer: Sequencer;
  readonly #memory = new MessageMemory();
  #attempt: Attempt | undefined;
  /** Identifies the current retry loop, if any. */
  #retryLoop: object | undefined;
  /** The number of connections lost so far. */
  #connection = 0;
  #oldFrames = 0;
  /** Whether events may have been missed since the last one delivered. */
  #isBehind: boolean;

  /** @param cursor - the last event delivered; undefined when there is none yet */
  constructor(context: RecoveryContext, cursor: number | undefined) {
    this.#context = context;
    this.#isBehind = cursor !== undefined;
    this.#sequencer = new Sequencer(
      cursor ?? 0,
      (event) => this.#deliver(event),
      () => void this.recoverEventually(),
      (events) => context.services.counters.add("stream:repeat", { roomId: context.roomId }, events),
    );
  }

  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** The newest event that was delivered, or is known not to belong to this room. */
  get cursor(): number {
    return this.#sequencer.covered;
  }

  /**
   * Starts at the host's cursor. Delivers messages posted before it but after the call that started listening.
   * @param newsSince - the server time from which messages are new, in Unix seconds; undefined when there can be none
   */
  begin({ time, sync, list }: HostCursor, newsSince: number | undefined): void {
    if (list) this.#memory.learnList(list);
    if (sync !== null) this.#memory.startAt(sync);
    this.#sequencer.jump(time);
    if (newsSince === undefined) return;
    const isNews = ({ time_stamp = 0 }: RawEvent): boolean => time_stamp >= newsSince;
    const news = (list ?? []).filter(isNews);
    if (!list || sync === null || (list[0] && isNews(list[0]) && list.length >= 100)) {
      this.#announce({ from: 1, to: time, cursor: time }, "before-start");
    }
    for (const item of news) if (item.content !== undefined) this.#deliver(item);
  }

  /** Called when the connection is lost: holds frames until the missed events have been fetched over HTTP. */
  disconnected(): void {
    this.#isBehind = true;
    this.#sequencer.hold();
    this.#attempt?.stop.abort();
    this.#attempt = undefined;
    this.#retryLoop = undefined;
    this.#connection += 1;
  }

  /** Accepts the room's part of a frame. */
  accept(frame: RoomFrame): void {
    // If a frame lost its position or some of its events, fetch them over HTTP.
    if (frame.reset || frame.isDamaged) void this.recoverEventually();
    else this.#sequencer.accept(frame);
    if (frame.t === undefined) return;
    this.#oldFrames = frame.t < this.#sequencer.covered ? this.#oldFrames + 1 : 0;
    if (this.#oldFrames < MAX_OLD_FRAMES) return;
    this.#oldFrames = 0;
    this.#isBehind = true;
    void this.recoverEventually();
  }

  /** Fetches all events since the last one delivered, then releases held frames. Resolves to whether that worked. */
  recover(): Promise<boolean> {
    if (this.#attempt) return this.#attempt.result;
    const stop = new AbortController();
    const abort = (): void => stop.abort();
    this.#context.closing.addEventListener("abort", abort, { once: true });
    const attempt: Attempt = {
      stop,
      result: this.#tryToRecover(stop.signal).finally(() => {
        this.#context.closing.removeEventListener("abort", abort);
        if (this.#attempt === attempt) this.#attempt = undefined;
      }),
    };
    this.#attempt = attempt;
    return attempt.result;
  }

  /** Like {@link recover}, but retries with backoff while this connection lasts. */
  async recoverEventually(): Promise<void> {
    const connection = this.#connection;
    if ((await this.recover()) || this.#retryLoop || connection !== this.#connection) return;
    const loop = {};
    this.#retryLoop = loop;
    await this.#keepRecovering(loop);
    if (this.#retryLoop === loop) this.#retryLoop = undefined;
  }

  /** Ends when no frames are held, or when the connection is lost: the next socket recovers anew. */
  async #keepRecovering(loop: object): Promise<void> {
    const { backoff, closing, onEnd } = this.#context;
    const isWanted = (): boolean => this.#sequencer.isHolding && !closing.aborted && this.#retryLoop === loop;
    try {
      for (let failures = 1; isWanted(); failures++) {
        await backoff.wait(failures);
        if (isWanted() && (await this.recover())) return;
      }
    } catch (error) {
      if (!closing.aborted) onEnd(error);
    }
  }

  async #tryToRecover(signal: AbortSignal): Promise<boolean> {
    const { backoff, services, roomId } = this.#context;
    this.#sequencer.hold();
    try {
      for (let tries = 1; ; tries++) {
        const before = this.#sequencer.covered;
        await this.#fetchMissed(signal);
        backoff.succeeded();
        if (!this.#sequencer.isHolding) return true;
        // The answer did not reach the first held frame. A long hole is filled in parts, and HTTP may lag behind the
        // socket, but not forever.
        if (this.#sequencer.covered > before) tries = 0;
        else if (tries >= MAX_HOLE_TRIES) this.#skipHole();
        else await backoff.wait(tries);
        if (signal.aborted) return false;
      }
    } catch (error) {
      if (signal.aborted) return false;
      if (isFinal(error)) this.#context.onEnd(error);
      else {
        backoff.failed(error);
        services.log.warn(`room ${roomId}: cannot fetch missed events yet`, error);
      }
      return false;
    }
  }

  #skipHole(): void {
    const hole = this.#sequencer.skipHole();
    if (hole) this.#announce({ ...hole, cursor: hole.to }, "untold");
    this.#sequencer.release(null);
  }

  async #fetchMissed(signal: AbortSignal): Promise<void> {
    const { roomId, polls, cursors, services, onHeard } = this.#context;
    const { covered } = this.#sequencer;
    services.counters.add("stream:poll", { roomId });
    const frame = await polls.poll(roomId, covered, signal);
    if (signal.aborted) return;
    onHeard();
    if (frame?.exit) throw removedFromRoom(roomId);
    if (frame?.reset) return this.#startOver(covered, "expired", signal);
    if (this.#isBehind && frame?.t === undefined && (await cursors.find(roomId, signal)).time < covered) {
      return this.#startOver(covered, "reset", signal);
    }
    if (signal.aborted) return;
    this.#isBehind = false;
    const missed = frame?.events.filter(({ id }) => (id ?? 0) > covered).length ?? 0;
    if (missed > 0) services.counters.add("stream:recovered", { roomId, events: missed }, missed);
    this.#sequencer.release(frame);
  }

  /** Restarts from a new cursor: delivers the changes that the lists still show, and announces the rest as a gap. */
  async #startOver(covered: number, kind: GapKind, signal: AbortSignal): Promise<void> {
    const { session, roomId, onHeard } = this.#context;
    const { events, time } = await fetchLatest(session, roomId, 500, signal);
    if (signal.aborted) return;
    const changes = this.#memory.changes(events);
    onHeard();
    this.#announce({ from: Math.min(covered + 1, time), to: Math.max(covered, time), cursor: time }, kind);
    for (const event of changes) this.#deliver(event);
    this.#memory.startOver(events);
    this.#isBehind = false;
    this.#sequencer.jump(time);
    this.#sequencer.release(null);
  }

  #announce(range: Pick<Gap, "from" | "to" | "cursor">, kind: GapKind): void {
    this.#context.onGap({ roomId: this.#context.roomId, ...range, kind });
  }

  #deliver(event: RawEvent): void {
    this.#memory.learnEvent(event);
    this.#context.onEvent(event);
  }
}
