/**
 * The event stream of one room: a socket while sockets work, polling while they do not. Always resumes from the last
 * event delivered; the {@link Recovery} fetches events missed in between.
 */
import { ClosedError } from "../errors/index.js";
import type { RoomFrame } from "../protocol/frames.js";
import type { RawEvent } from "../protocol/raw.js";
import type { Session } from "../transport/session.js";
import { sleep } from "../util/clock.js";
import { markHandled } from "../util/promises.js";
import type { Services } from "../util/services.js";
import { type CursorBatch, fetchLatest, type HostCursor, type PollBatch } from "./batched-requests.js";
import { isFinal, isStale, removedFromRoom, SocketClosedError } from "./end-reasons.js";
import type { Gap } from "./gaps.js";
import type { ResolvedStreamOptions, StreamState } from "./options.js";
import { ReconnectBackoff } from "./reconnect-backoff.js";
import { Recovery } from "./recovery.js";
import type { RoomSocket, Sockets } from "./sockets.js";
import { WatchedSocket } from "./watched-socket.js";

/** How many times in a row polling ends early because the server is back; after that its sockets are the problem. */
const MAX_EARLY_RETURNS = 2;

/** A socket that closes within this many milliseconds is flapping. */
const FLAP_MS = 10_000;

/** The parts and callbacks of a {@link RoomStream}. */
export interface RoomStreamContext {
  readonly session: Session;
  readonly services: Services;
  readonly options: ResolvedStreamOptions;
  readonly sockets: Sockets;
  readonly polls: PollBatch;
  readonly cursors: CursorBatch;
  /** Called when the start is found: listening begins after this event. */
  readonly onStart: (cursor: number) => void;
  /** Called for each event, once and in order; `at` is when it arrived, in milliseconds of the clock. */
  readonly onEvent: (event: RawEvent, roomId: number, at: number) => void;
  readonly onGap: (gap: Gap) => void;
  readonly onState: (roomId: number, state: StreamState) => void;
  /** Called when listening to the room has ended permanently. */
  readonly onEnd: (reason: unknown) => void;
}

export class RoomStream {
  readonly roomId: number;
  /** Resolves when events arrive for the first time; rejects when listening ended before that. */
  readonly ready: Promise<void>;
  readonly #context: RoomStreamContext;
  readonly #closing = new AbortController();
  readonly #backoff: ReconnectBackoff;
  readonly #recovery: Recovery;
  readonly #beganAt: number;
  #state: StreamState = "connecting";
  #settleReady: { resolve(): void; reject(reason: unknown): void } | undefined;
  #starting: Promise<void> | undefined;
  #settleStarting: () => void = () => {};
  #heardAt = 0; // when the last frame or answer came
  #socket: WatchedSocket | undefined;
  /** Whether the start was found just now, so that there is nothing to fetch yet. */
  #isFresh = false;
  /** While a shared socket is being verified: it should have delivered every event up to this one. */
  #verifyUpTo = 0;
  #hasMissed = false;
  /** Withdraws this room's announced poll, so that other rooms no longer wait for it. */
  #releasePolls: () => void = () => {};

  constructor(roomId: number, context: RoomStreamContext, cursor?: number) {
    this.roomId = roomId;
    this.#context = context;
    const { session, services, options, polls, cursors } = context;
    this.#beganAt = services.clock.now();
    this.#backoff = new ReconnectBackoff(services, options, this.#closing.signal);
    this.#recovery = new Recovery(
      {
        roomId,
        session,
        services,
        polls,
        cursors,
        backoff: this.#backoff,
        closing: this.#closing.signal,
        onEvent: (event) => this.#onEvent(event),
        onGap: (gap) => context.onGap(gap),
        onHeard: () => {
          this.#heardAt = services.clock.now();
          this.#socket?.noteNews();
        },
        onEnd: (reason) => this.#end(reason),
      },
      cursor,
    );
    this.ready = markHandled(
      new Promise((resolve, reject) => {
        this.#settleReady = { resolve, reject };
      }),
    );
    this.#starting = new Promise((resolve) => {
      this.#settleStarting = resolve;
    });
    markHandled(this.#run().catch((reason: unknown) => this.#end(reason)));
  }

  /** The id of the newest event delivered. */
  get cursor(): number {
    return this.#recovery.cursor;
  }

  get state(): StreamState {
    return this.#state;
  }

  /** Resolves after the first attempt to find the start, successful or not; undefined from then on. */
  get starting(): Promise<void> | undefined {
    return this.#starting;
  }

  /** Stops listening. Idempotent. */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#startSettled();
    this.#releasePolls();
    this.#setState("closed");
    this.#settleReady?.reject(new ClosedError({ roomId: this.roomId }));
  }

  #startSettled(): void {
    this.#starting = undefined;
    this.#settleStarting();
  }

  async #run(): Promise<void> {
    if (!this.#recovery.isBehind) await this.#findStart();
    else this.#releasePolls = this.#context.polls.expect();
    this.#startSettled();
    const { options, session } = this.#context;
    /** Sockets in a row that did not open or delivered nothing. */
    let failures = 0;
    /** Sockets in a row that closed soon after opening. */
    let flaps = 0;
    /** Times in a row that polling ended early for another socket, in vain. */
    let earlyReturns = 0;
    while (!this.#closing.signal.aborted) {
      const { aliveMs, error } = await this.#runSocket();
      if (this.#closing.signal.aborted) return;
      if (isFinal(error) && session.canLogIn) throw error;
      if (aliveMs !== null) flaps = aliveMs < FLAP_MS ? flaps + 1 : 0;
      // Anonymous clients may get no socket at all; polling shows whether the room itself is closed to them.
      if (isFinal(error)) failures = options.socketTries;
      else failures = aliveMs === null ? failures + 1 : 0;
      if (aliveMs !== null) earlyReturns = 0;
      this.#lost(error);
      if (failures < 2 && flaps < 2) this.#releasePolls = this.#context.polls.expect();
      if (failures >= options.socketTries)
        earlyReturns += (await this.#pollUntilRetry(earlyReturns < MAX_EARLY_RETURNS)) ? 1 : 0;
      else await this.#backoff.wait(Math.max(failures, flaps));
    }
  }

  /**
   * Finds the start: the newest event of the host. Retries while the network is down; messages posted meanwhile are
   * delivered.
   */
  async #findStart(): Promise<void> {
    const { cursors, services, onStart } = this.#context;
    for (let failures = 0; ; failures++) {
      try {
        const found = await cursors.find(this.roomId, this.#closing.signal);
        const elapsed = (services.clock.now() - this.#beganAt) / 1_000;
        const isLate = failures > 0 || elapsed >= 2;
        const cursor = isLate && !found.list ? await this.#fetchCursorWithList() : found;
        this.#backoff.succeeded();
        this.#heardAt = services.clock.now();
        onStart(cursor.time);
        // Server times are whole seconds: after a failure, deliver a message too many rather than lose one.
        const since = (cursor.sync ?? 0) - elapsed;
        this.#recovery.begin(cursor, isLate ? (failures > 0 ? Math.floor(since) : since + 1) : undefined);
        this.#isFresh = true;
        return;
      } catch (error) {
        if (this.#closing.signal.aborted || isFinal(error)) throw error;
        this.#startSettled();
        services.log.warn(`room ${this.roomId}: cannot start listening yet`, error);
        this.#backoff.failed(error);
        await this.#backoff.wait(failures + 1);
      }
    }
  }

  async #fetchCursorWithList(): Promise<HostCursor> {
    const { events, time, sync } = await fetchLatest(this.#context.session, this.roomId, 100, this.#closing.signal);
    return { time, sync, list: events };
  }

  /**
   * Runs one socket until it closes. Returns the reason, and how long it delivered frames (null if it delivered none).
   */
  async #runSocket(): Promise<{ readonly error: unknown; readonly aliveMs: number | null }> {
    const { sockets, services, options } = this.#context;
    // After a loss the socket may or may not replay missed events, so hold frames until HTTP has answered.
    if (this.#isFresh) this.#isFresh = false;
    else this.#recovery.disconnected();
    const socket = new WatchedSocket({
      roomId: this.roomId,
      sockets,
      services,
      options,
      cursor: () => this.#recovery.cursor,
      onOpen: (socket) => this.#opened(socket),
      onFrame: (frame, at) => this.#accept(frame, at),
      onSilent: () => this.#setState("stale"),
      onAudit: () => void this.#recovery.recoverEventually(),
      onVerify: (socket) => void this.#verifySocket(socket),
    });
    this.#socket = socket;
    try {
      return await socket.run(this.#closing.signal);
    } catch (error) {
      return { error, aliveMs: this.#recovery.isBehind ? null : socket.aliveMs };
    } finally {
      this.#socket = undefined;
      this.#releasePolls();
    }
  }

  #opened({ isShared }: RoomSocket): void {
    this.#context.services.counters.add("stream:connect", { roomId: this.roomId });
    this.#setState("live");
    this.#settleReady?.resolve();
    if (this.#recovery.isBehind || isShared) void this.#recovery.recoverEventually();
    else this.#backoff.succeeded();
    this.#releasePolls();
  }

  #accept(frame: RoomFrame, at: number): void {
    this.#heardAt = at;
    if (frame.exit) this.#socket?.end(removedFromRoom(this.roomId));
    else this.#recovery.accept(frame);
  }

  #lost(error: unknown): void {
    const { services } = this.#context;
    services.secrets.scrub(error);
    const reason = error instanceof Error ? error.message : String(error);
    services.counters.add("stream:drop", { roomId: this.roomId, reason });
    services.log.warn(`room ${this.roomId}: the socket is down`, error);
    this.#backoff.failed(error);
    this.#recovery.disconnected();
    if (this.#state === "connecting" || this.#state === "polling") return;
    this.#setState(isStale(error) ? "stale" : "resuming");
  }

  /**
   * Polls until it is time to try a socket again: after `retrySocketMs`, or as soon as an unreachable server is back.
   * @param mayReturnEarly - false if returning early did not help: the sockets are the problem, not the server
   * @returns whether the server came back
   */
  async #pollUntilRetry(mayReturnEarly: boolean): Promise<boolean> {
    const { options, services } = this.#context;
    const { clock } = services;
    const until = clock.now() + options.retrySocketMs;
    let failures = 0;
    while (clock.now() < until && !this.#closing.signal.aborted) {
      const hasRecovered = await this.#recovery.recover();
      if (hasRecovered && failures > 0 && mayReturnEarly) return true;
      failures = hasRecovered ? 0 : failures + 1;
      if (hasRecovered) {
        this.#setState("polling");
        this.#settleReady?.resolve();
      } else if (this.#state === "polling") this.#setState("resuming");
      if (failures > 0) await this.#backoff.wait(failures);
      else await sleep(clock, Math.min(options.pollMs, Math.max(1, until - clock.now())), this.#closing.signal);
    }
    return false;
  }

  /**
   * Polls for events that a shared socket should have delivered by now. If there are any, it does not carry this room.
   */
  async #verifySocket(socket: RoomSocket): Promise<void> {
    if (!socket.isShared) return this.#recovery.recoverEventually();
    this.#verifyUpTo = socket.newestEvent();
    this.#hasMissed = false;
    await this.#recovery.recover();
    this.#verifyUpTo = 0;
    if (!this.#hasMissed) return;
    socket.reportMiss();
    this.#socket?.end(new SocketClosedError("the socket of another room does not carry this one"));
  }

  #onEvent(event: RawEvent): void {
    if (event.id !== undefined && event.id <= this.#verifyUpTo) this.#hasMissed = true;
    this.#context.onEvent(event, this.roomId, this.#heardAt);
  }

  #end(reason: unknown): void {
    if (this.#closing.signal.aborted) return;
    this.#context.services.secrets.scrub(reason);
    this.#closing.abort();
    this.#startSettled();
    this.#releasePolls();
    this.#setState("closed");
    this.#settleReady?.reject(reason);
    this.#context.onEnd(reason);
  }

  #setState(state: StreamState): void {
    if (this.#state === state && state !== "connecting") return;
    this.#state = state;
    this.#context.onState(this.roomId, state);
  }
}
