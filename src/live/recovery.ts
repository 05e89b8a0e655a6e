/**
 * Keeps the events of one room complete: passes frames through the {@link Sequencer}, fetches missing events over HTTP,
 * and announces events that cannot be fetched any more as a gap.
 */
import type { RoomFrame } from "../protocol/frames.js";
import type { RawEvent } from "../protocol/raw.js";
import type { Session } from "../transport/session.js";
import type { Services } from "../util/services.js";
import { HOLE_TRIES, isFinal, OLD_FRAMES, removed } from "./endings.js";
import type { Gap, GapKind } from "./gaps.js";
import { MessageMemory } from "./message-memory.js";
import type { Patience } from "./patience.js";
import { askForList, type HostPlace, type Places, type Polls } from "./requests.js";
import { Sequencer } from "./sequencer.js";

/** The parts and callbacks of a {@link Recovery}. */
export interface RecoveryContext {
  readonly roomId: number;
  readonly session: Session;
  readonly services: Services;
  readonly polls: Polls;
  readonly places: Places;
  readonly patience: Patience;
  /** Aborts everything. */
  readonly closing: AbortSignal;
  /** Takes an event, once and in order. */
  readonly onEvent: (event: RawEvent) => void;
  readonly onGap: (gap: Gap) => void;
  /** Called when an answer came. */
  readonly onHeard: () => void;
  /** The room cannot be listened to any more. */
  readonly onEnd: (reason: unknown) => void;
}

/** One attempt to fetch missed events, until it is done or a newer attempt replaces it. */
interface Attempt {
  readonly stop: AbortController;
  readonly result: Promise<boolean>;
}

export class Recovery {
  readonly #context: RecoveryContext;
  readonly #sequencer: Sequencer;
  readonly #memory = new MessageMemory();
  #attempt: Attempt | undefined;
  /** The retry loop, while there is one. */
  #later: object | undefined;
  /** The number of connections lost. */
  #connection = 0;
  #oldFrames = 0;
  /** Whether events may have been missed since the last one delivered. */
  #isBehind: boolean;

  /** @param cursor - the last event delivered; undefined when there is none yet. */
  constructor(context: RecoveryContext, cursor: number | undefined) {
    this.#context = context;
    this.#isBehind = cursor !== undefined;
    this.#sequencer = new Sequencer(
      cursor ?? 0,
      (event) => this.#deliver(event),
      () => void this.keepUp(),
      (events) => context.services.counters.add("stream:repeat", { roomId: context.roomId }, events),
    );
  }

  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** The newest event that was delivered, or that is known not to be for this room. */
  get cursor(): number {
    return this.#sequencer.covered;
  }

  /**
   * Begins at a cursor of the host. Messages posted before it and after the call that began listening are delivered.
   * @param newsSince - unix seconds of the server: messages from then on are news; undefined when there can be none
   */
  begin({ time, sync, list }: HostPlace, newsSince: number | undefined): void {
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

  /** The connection was lost: frames wait until HTTP has brought the missed events. */
  lose(): void {
    this.#isBehind = true;
    this.#sequencer.hold();
    this.#attempt?.stop.abort();
    this.#attempt = undefined;
    this.#later = undefined;
    this.#connection += 1;
  }

  /** Takes the room's part of a frame. */
  accept(frame: RoomFrame): void {
    // A frame that lost its position, or some of its events, is read again over HTTP.
    if (frame.reset || frame.isDamaged) void this.keepUp();
    else this.#sequencer.accept(frame);
    if (frame.t === undefined) return;
    this.#oldFrames = frame.t < this.#sequencer.covered ? this.#oldFrames + 1 : 0;
    if (this.#oldFrames < OLD_FRAMES) return;
    this.#oldFrames = 0;
    this.#isBehind = true;
    void this.keepUp();
  }

  /** Fetches all events since the last one delivered, then passes the frames that wait. False when it failed. */
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

  /** Like {@link recover}, and when that fails retries with growing waits while this connection lasts. */
  async keepUp(): Promise<void> {
    const connection = this.#connection;
    if ((await this.recover()) || this.#later || connection !== this.#connection) return;
    const later = {};
    this.#later = later;
    await this.#keepRecovering(later);
    if (this.#later === later) this.#later = undefined;
  }

  /** Ends when no frame waits any more, or when the connection is lost: the next socket recovers anew. */
  async #keepRecovering(later: object): Promise<void> {
    const { patience, closing, onEnd } = this.#context;
    const isWanted = (): boolean => this.#sequencer.isHolding && !closing.aborted && this.#later === later;
    try {
      for (let failures = 1; isWanted(); failures++) {
        await patience.pause(failures);
        if (isWanted() && (await this.recover())) return;
      }
    } catch (error) {
      if (!closing.aborted) onEnd(error);
    }
  }

  async #tryToRecover(signal: AbortSignal): Promise<boolean> {
    const { patience, services, roomId } = this.#context;
    this.#sequencer.hold();
    try {
      for (let tries = 1; ; tries++) {
        const before = this.#sequencer.covered;
        await this.#fetchMissed(signal);
        patience.succeeded();
        if (!this.#sequencer.isHolding) return true;
        // The answer did not reach the first waiting frame. A long hole comes in parts; HTTP may lag behind the socket,
        // but not for ever.
        if (this.#sequencer.covered > before) tries = 0;
        else if (tries >= HOLE_TRIES) this.#skipHole();
        else await patience.pause(tries);
        if (signal.aborted) return false;
      }
    } catch (error) {
      if (signal.aborted) return false;
      if (isFinal(error)) this.#context.onEnd(error);
      else {
        patience.failed(error);
        services.log.warn(`room ${roomId}: can not fetch what was missed yet`, error);
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
    const { roomId, polls, places, services, onHeard } = this.#context;
    const { covered } = this.#sequencer;
    services.counters.add("stream:poll", { roomId });
    const frame = await polls.poll(roomId, covered, signal);
    if (signal.aborted) return;
    onHeard();
    if (frame?.exit) throw removed(roomId);
    if (frame?.reset) return this.#startOver(covered, "expired", signal);
    if (this.#isBehind && frame?.t === undefined && (await places.find(roomId, signal)).time < covered) {
      return this.#startOver(covered, "reset", signal);
    }
    if (signal.aborted) return;
    this.#isBehind = false;
    const missed = frame?.events.filter(({ id }) => (id ?? 0) > covered).length ?? 0;
    if (missed > 0) services.counters.add("stream:recovered", { roomId, events: missed }, missed);
    this.#sequencer.release(frame);
  }

  /** The cursor is useless: delivers the changes that the lists still show, and announces the rest as a gap. */
  async #startOver(covered: number, kind: GapKind, signal: AbortSignal): Promise<void> {
    const { session, roomId, onHeard } = this.#context;
    const { events, time } = await askForList(session, roomId, 500, signal);
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
