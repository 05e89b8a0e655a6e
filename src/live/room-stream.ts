/**
 * The live stream of one room: a socket while sockets work, polling while they do not. It resumes for ever from the
 * last event delivered. The {@link Recovery} fetches events missed in between.
 */
import { ClosedError } from "../errors/index.js";
import type { RoomFrame } from "../protocol/frames.js";
import type { RawEvent } from "../protocol/raw.js";
import type { Session } from "../transport/session.js";
import { sleep } from "../util/clock.js";
import { quiet } from "../util/promises.js";
import type { Services } from "../util/services.js";
import { FLAP_MS, isFinal, isStale, removed, SocketEnd } from "./endings.js";
import type { Gap } from "./gaps.js";
import type { ResolvedStreamOptions, StreamState } from "./options.js";
import { Patience } from "./patience.js";
import { Recovery } from "./recovery.js";
import { askForList, type HostPlace, type Places, type Polls } from "./requests.js";
import { SocketTurn } from "./socket-turn.js";
import type { RoomSocket, Sockets } from "./sockets.js";

/** So often in a row a server that is back is asked for a socket at once; then its sockets are the trouble. */
const MOST_HOPES = 2;

/** The parts and callbacks of a {@link RoomStream}. */
export interface RoomStreamContext {
  readonly session: Session;
  readonly services: Services;
  readonly options: ResolvedStreamOptions;
  readonly sockets: Sockets;
  readonly polls: Polls;
  readonly places: Places;
  /** Listening begins after this event. */
  readonly onStart: (cursor: number) => void;
  /** Takes an event, once and in order; `at` is its arrival (milliseconds of the clock). */
  readonly onEvent: (event: RawEvent, roomId: number, at: number) => void;
  readonly onGap: (gap: Gap) => void;
  readonly onState: (roomId: number, state: StreamState) => void;
  /** The room cannot be listened to any more. */
  readonly onEnd: (reason: unknown) => void;
}

export class RoomStream {
  readonly roomId: number;
  /** Resolves when events flow for the first time; rejects when listening ended before that. */
  readonly ready: Promise<void>;
  readonly #context: RoomStreamContext;
  readonly #closing = new AbortController();
  readonly #patience: Patience;
  readonly #recovery: Recovery;
  readonly #beganAt: number;
  #state: StreamState = "connecting";
  #settleReady: { resolve(): void; reject(reason: unknown): void } | undefined;
  #placing: Promise<void> | undefined;
  #settlePlacing: () => void = () => {};
  #heardAt = 0; // when the last frame or answer came
  #turn: SocketTurn | undefined;
  /** The start was found just now, so there is nothing to fetch yet. */
  #isFresh = false;
  /** While the socket is in doubt: the socket should have brought every event up to this one. */
  #carriedUpTo = 0;
  #hasMissed = false;
  /** Releases the rooms that wait for this one, so that all ask at once for missed events. */
  #letOthersGo: () => void = () => {};

  constructor(roomId: number, context: RoomStreamContext, cursor?: number) {
    this.roomId = roomId;
    this.#context = context;
    const { session, services, options, polls, places } = context;
    this.#beganAt = services.clock.now();
    this.#patience = new Patience(services, options, this.#closing.signal);
    this.#recovery = new Recovery(
      {
        roomId,
        session,
        services,
        polls,
        places,
        patience: this.#patience,
        closing: this.#closing.signal,
        onEvent: (event) => this.#onEvent(event),
        onGap: (gap) => context.onGap(gap),
        onHeard: () => {
          this.#heardAt = services.clock.now();
          this.#turn?.heardNews();
        },
        onEnd: (reason) => this.#end(reason),
      },
      cursor,
    );
    this.ready = quiet(
      new Promise((resolve, reject) => {
        this.#settleReady = { resolve, reject };
      }),
    );
    this.#placing = new Promise((resolve) => {
      this.#settlePlacing = resolve;
    });
    quiet(this.#run().catch((reason: unknown) => this.#end(reason)));
  }

  /** The id of the newest event delivered. */
  get cursor(): number {
    return this.#recovery.cursor;
  }

  get state(): StreamState {
    return this.#state;
  }

  /** Resolves once the first try to find the start is over, successful or not; undefined from then on. */
  get placing(): Promise<void> | undefined {
    return this.#placing;
  }

  /** Stops listening. Idempotent. */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#placed();
    this.#letOthersGo();
    this.#setState("closed");
    this.#settleReady?.reject(new ClosedError({ roomId: this.roomId }));
  }

  #placed(): void {
    this.#placing = undefined;
    this.#settlePlacing();
  }

  async #run(): Promise<void> {
    if (!this.#recovery.isBehind) await this.#findStart();
    else this.#letOthersGo = this.#context.polls.expect();
    this.#placed();
    const { options, session } = this.#context;
    /** Sockets in a row that did not open, or brought nothing. */
    let failures = 0;
    /** Sockets in a row that ended soon after they had joined on. */
    let flaps = 0;
    /** Polling turns in a row that were cut short for another socket, in vain. */
    let hopes = 0;
    while (!this.#closing.signal.aborted) {
      const { aliveMs, error } = await this.#socketTurn();
      if (this.#closing.signal.aborted) return;
      if (isFinal(error) && session.canLogIn) throw error;
      if (aliveMs !== null) flaps = aliveMs < FLAP_MS ? flaps + 1 : 0;
      // Anonymous clients may get no socket at all; polling tells whether the room itself is closed to them.
      if (isFinal(error)) failures = options.socketTries;
      else failures = aliveMs === null ? failures + 1 : 0;
      if (aliveMs !== null) hopes = 0;
      this.#lost(error);
      if (failures < 2 && flaps < 2) this.#letOthersGo = this.#context.polls.expect();
      if (failures >= options.socketTries) hopes += (await this.#pollTurn(hopes < MOST_HOPES)) ? 1 : 0;
      else await this.#patience.pause(Math.max(failures, flaps));
    }
  }

  /**
   * Finds the start: the newest event of the host now. Retries while the network is down; messages posted meanwhile are
   * delivered.
   */
  async #findStart(): Promise<void> {
    const { places, services, onStart } = this.#context;
    for (let failures = 0; ; failures++) {
      try {
        const found = await places.find(this.roomId, this.#closing.signal);
        const elapsed = (services.clock.now() - this.#beganAt) / 1_000;
        const isLate = failures > 0 || elapsed >= 2;
        const place = isLate && !found.list ? await this.#listed() : found;
        this.#patience.succeeded();
        this.#heardAt = services.clock.now();
        onStart(place.time);
        // Server times are whole seconds: after a failure deliver a message too many rather than one too few.
        const since = (place.sync ?? 0) - elapsed;
        this.#recovery.begin(place, isLate ? (failures > 0 ? Math.floor(since) : since + 1) : undefined);
        this.#isFresh = true;
        return;
      } catch (error) {
        if (this.#closing.signal.aborted || isFinal(error)) throw error;
        this.#placed();
        services.log.warn(`room ${this.roomId}: can not start yet`, error);
        this.#patience.failed(error);
        await this.#patience.pause(failures + 1);
      }
    }
  }

  async #listed(): Promise<HostPlace> {
    const { events, time, sync } = await askForList(this.#context.session, this.roomId, 100, this.#closing.signal);
    return { time, sync, list: events };
  }

  /** Runs one socket to its end. Returns the reason, and how long it had joined on (null when it had not). */
  async #socketTurn(): Promise<{ readonly error: unknown; readonly aliveMs: number | null }> {
    const { sockets, services, options } = this.#context;
    // After a loss the socket may or may not replay missed events: frames wait for the answer over HTTP.
    if (this.#isFresh) this.#isFresh = false;
    else this.#recovery.lose();
    const turn = new SocketTurn({
      roomId: this.roomId,
      sockets,
      services,
      options,
      cursor: () => this.#recovery.cursor,
      onOpen: (socket) => this.#opened(socket),
      onFrame: (frame, at) => this.#accept(frame, at),
      onSilence: () => this.#setState("stale"),
      onAudit: () => void this.#recovery.keepUp(),
      onDoubt: (socket) => void this.#doubt(socket),
    });
    this.#turn = turn;
    try {
      return await turn.run(this.#closing.signal);
    } catch (error) {
      return { error, aliveMs: this.#recovery.isBehind ? null : turn.aliveMs };
    } finally {
      this.#turn = undefined;
      this.#letOthersGo();
    }
  }

  #opened({ isShared }: RoomSocket): void {
    this.#context.services.counters.add("stream:connect", { roomId: this.roomId });
    this.#setState("live");
    this.#settleReady?.resolve();
    if (this.#recovery.isBehind || isShared) void this.#recovery.keepUp();
    else this.#patience.succeeded();
    this.#letOthersGo();
  }

  #accept(frame: RoomFrame, at: number): void {
    this.#heardAt = at;
    if (frame.exit) this.#turn?.end(removed(this.roomId));
    else this.#recovery.accept(frame);
  }

  #lost(error: unknown): void {
    const { services } = this.#context;
    services.secrets.scrub(error);
    const reason = error instanceof Error ? error.message : String(error);
    services.counters.add("stream:drop", { roomId: this.roomId, reason });
    services.log.warn(`room ${this.roomId}: no socket`, error);
    this.#patience.failed(error);
    this.#recovery.lose();
    if (this.#state === "connecting" || this.#state === "polling") return;
    this.#setState(isStale(error) ? "stale" : "resuming");
  }

  /**
   * Polls until it is time to try a socket again: after `retrySocketMs`, or as soon as a server that was away is back.
   * @param mayHope - false when that has not helped: the sockets are in trouble, not the server
   * @returns whether the server came back
   */
  async #pollTurn(mayHope: boolean): Promise<boolean> {
    const { options, services } = this.#context;
    const { clock } = services;
    const until = clock.now() + options.retrySocketMs;
    let failures = 0;
    while (clock.now() < until && !this.#closing.signal.aborted) {
      const isThrough = await this.#recovery.recover();
      if (isThrough && failures > 0 && mayHope) return true;
      failures = isThrough ? 0 : failures + 1;
      if (isThrough) {
        this.#setState("polling");
        this.#settleReady?.resolve();
      } else if (this.#state === "polling") this.#setState("resuming");
      if (failures > 0) await this.#patience.pause(failures);
      else await sleep(clock, Math.min(options.pollMs, Math.max(1, until - clock.now())), this.#closing.signal);
    }
    return false;
  }

  /** Polls for events that the socket should have brought by now; there are none while it carries the room. */
  async #doubt(socket: RoomSocket): Promise<void> {
    if (!socket.isShared) return this.#recovery.keepUp();
    this.#carriedUpTo = socket.passed();
    this.#hasMissed = false;
    await this.#recovery.recover();
    this.#carriedUpTo = 0;
    if (!this.#hasMissed) return;
    socket.misses();
    this.#turn?.end(new SocketEnd("the socket of another room does not carry this one"));
  }

  #onEvent(event: RawEvent): void {
    if (event.id !== undefined && event.id <= this.#carriedUpTo) this.#hasMissed = true;
    this.#context.onEvent(event, this.roomId, this.#heardAt);
  }

  #end(reason: unknown): void {
    if (this.#closing.signal.aborted) return;
    this.#context.services.secrets.scrub(reason);
    this.#closing.abort();
    this.#placed();
    this.#letOthersGo();
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
