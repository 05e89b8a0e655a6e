/**
 * The live stream of one room: a socket while sockets work, polling where they do not, coming back for ever from the
 * last event that was delivered. Everything passes the {@link Sequencer}; what it misses is fetched over HTTP, and what
 * can't be fetched any more is announced as a gap.
 */
import { ChatError, ClosedError, isChatError, isPassing } from "../errors/index.js";
import { authorizeSocket, pollEvents, roomEvents } from "../protocol/actions/live.js";
import { parseFrame, type RoomFrame } from "../protocol/frames.js";
import type { RawEvent } from "../protocol/raw.js";
import type { Session } from "../transport/session.js";
import { openSocket } from "../transport/socket.js";
import { sleep } from "../util/clock.js";
import { quiet } from "../util/promises.js";
import type { Services } from "../util/services.js";
import { TurnClock } from "../util/turn-clock.js";
import { holeTries, isFinal, notFoundTries, oldFrames, removed, SocketEnd } from "./endings.js";
import type { ResolvedStreamOptions, StreamState } from "./options.js";
import { RoomMemory } from "./room-memory.js";
import { Sequencer } from "./sequencer.js";

/** Events that can't be recovered: those with ids from the first up to the last. */
export interface Gap {
  readonly roomId: number;
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

/** What a {@link RoomStream} needs. */
export interface RoomStreamContext {
  readonly session: Session;
  readonly services: Services;
  readonly options: ResolvedStreamOptions;
  /** An event, once and in order; `key` is the room under which it came, `at` when (milliseconds of the clock). */
  readonly onEvent: (event: RawEvent, key: number, at: number) => void;
  readonly onGap: (gap: Gap) => void;
  readonly onState: (roomId: number, state: StreamState) => void;
  /** The room can not be listened to any more. */
  readonly onEnd: (reason: unknown) => void;
}

/** What is known of a socket; times are of the clock, in milliseconds. */
interface SocketLife {
  readonly since: number;
  frames: number;
  lastFrame: number;
}

export class RoomStream {
  readonly roomId: number;
  /** Resolves when events flow for the first time; rejects when the room can not be listened to at all. */
  readonly ready: Promise<void>;
  readonly #context: RoomStreamContext;
  readonly #closing = new AbortController();
  readonly #turn: TurnClock;
  readonly #memory = new RoomMemory();
  readonly #sequencer: Sequencer;
  #state: StreamState = "connecting";
  #isReady: { resolve(): void; reject(reason: unknown): void } | undefined;
  #recovery: Promise<boolean> | undefined;
  /** Something may have been missed since the last event that was delivered. */
  #isBehind: boolean;
  #lastNews = 0;
  #heardAt = 0; // when the last frame or answer came
  #oldFrames = 0;
  #later: Promise<void> | undefined;
  #wasLive = false;
  #notFounds = 0;

  constructor(roomId: number, context: RoomStreamContext, cursor?: number) {
    this.roomId = roomId;
    this.#context = context;
    this.#turn = new TurnClock(context.services.clock);
    this.#sequencer = new Sequencer(
      cursor ?? 0,
      (event) => this.#deliver(event),
      () => void this.#recover(),
      (events) => context.services.counters.add("stream:repeat", { roomId }, events),
    );
    this.ready = quiet(
      new Promise((resolve, reject) => {
        this.#isReady = { resolve, reject };
      }),
    );
    this.#isBehind = cursor !== undefined;
    quiet(this.#run().catch((reason: unknown) => this.#end(reason)));
  }

  /** The id of the newest event delivered. */
  get cursor(): number {
    return this.#sequencer.covered;
  }

  get state(): StreamState {
    return this.#state;
  }

  /** Stops listening. Idempotent. */
  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#setState("closed");
    this.#isReady?.reject(new ClosedError({ roomId: this.roomId }));
  }

  async #run(): Promise<void> {
    if (!this.#isBehind) await this.#findStart();
    const { session, options, services } = this.#context;
    for (let failures = 0; !this.#closing.signal.aborted; ) {
      try {
        await this.#socketTurn();
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        // Anonymous people may not get a socket anywhere; polling tells whether the room itself is closed to them.
        if (session.canLogIn && this.#isOver(error)) throw error;
        failures =
          isFinal(error) && !session.canLogIn
            ? options.socketTries
            : error instanceof SocketEnd && error.wasLive
              ? 1
              : failures + 1;
        services.counters.add("stream:drop", {
          roomId: this.roomId,
          reason: error instanceof Error ? error.message : String(error),
        });
        services.log.warn(`room ${this.roomId}: no socket`, error);
      }
      this.#isBehind = true;
      if (this.#state === "live" || this.#state === "stale") this.#setState("resuming");
      if (failures >= options.socketTries) await this.#pollTurn();
      else await this.#pause(failures);
    }
  }

  /**
   * Whether this is the end. Once we were in, a "not found" that is not in the chat's own words may be anybody's who
   * stands before the site: it has to be said again and again to be believed.
   */
  #isOver(error: unknown): boolean {
    if (!isFinal(error)) return false;
    if (!this.#wasLive || !isChatError(error, "NOT_FOUND") || error.context.bare !== true) return true;
    this.#notFounds += 1;
    return this.#notFounds >= notFoundTries;
  }

  /** Where to start: the newest event of the host now. A network that is down at the start is waited for. */
  async #findStart(): Promise<void> {
    for (let failures = 0; ; failures++) {
      try {
        const { events, time } = await this.#context.session.call(
          roomEvents(this.roomId, { count: 100 }),
          this.#call(),
        );
        this.#memory.learnList(events);
        this.#sequencer.jump(time);
        return;
      } catch (error) {
        if (this.#closing.signal.aborted || !isPassing(error)) throw error;
        this.#context.services.log.warn(`room ${this.roomId}: can not start yet`, error);
        await this.#pause(failures + 1);
      }
    }
  }

  /** One socket from its opening to its end. @throws when it could not be opened, and {@link SocketEnd} when it ends. */
  async #socketTurn(): Promise<void> {
    const { session, options } = this.#context;
    const { clock } = this.#context.services;
    if (this.#state !== "polling") this.#setState(this.#state === "connecting" ? "connecting" : "resuming");
    const { url } = await session.call(authorizeSocket(this.roomId), this.#call());
    // After a loss the socket may replay what was missed, or not: frames wait until HTTP has told.
    if (this.#isBehind) this.#sequencer.hold();
    let end: (reason: Error) => void = () => {};
    const ended = new Promise<never>((_, reject) => {
      end = reject;
    });
    quiet(ended);
    const life = { frames: 0, since: clock.now(), lastFrame: clock.now() };
    const turn = new AbortController();
    const deadline = clock.setTimeout(() => turn.abort(), options.firstFrameMs);
    const socket = await openSocket({
      url: `${url}${url.includes("?") ? "&" : "?"}l=${this.#sequencer.covered}`,
      origin: session.site.chatOrigin,
      userAgent: session.userAgent,
      resolve: session.resolve,
      signal: AbortSignal.any([turn.signal, this.#closing.signal]),
      onFrame: (text) => {
        life.frames += 1;
        life.lastFrame = this.#heardAt = this.#turn.now();
        this.#receive(text, end);
      },
      onClose: (reason) => end(new SocketEnd(reason, clock.now() - life.since > options.idleMs)),
    }).finally(() => deadline.cancel());
    try {
      this.#setLive();
      await Promise.race([ended, this.#watch(life, AbortSignal.any([turn.signal, this.#closing.signal]))]);
    } finally {
      turn.abort();
      socket.close();
    }
  }

  /** Watches over a socket: rejects when nothing comes for too long; asks now and then whether news were lost. */
  async #watch(life: SocketLife, signal: AbortSignal): Promise<never> {
    const { options } = this.#context;
    const { clock } = this.#context.services;
    for (;;) {
      const limit = life.frames === 0 ? options.firstFrameMs : options.idleMs;
      // A clock that was put back must not put the watchdog to sleep.
      if (life.lastFrame > clock.now()) life.lastFrame = clock.now();
      const left = life.lastFrame + limit - clock.now();
      if (left <= 0) {
        this.#setState("stale");
        const reason = life.frames === 0 ? "the socket said nothing at all" : "the socket went silent";
        throw new SocketEnd(reason, life.lastFrame - life.since > options.idleMs);
      }
      const untilAudit = options.auditMs > 0 ? this.#lastNews + options.auditMs - clock.now() : left;
      if (untilAudit <= 0) {
        this.#lastNews = clock.now();
        void this.#recover();
      }
      await sleep(clock, Math.max(1, Math.min(left, untilAudit > 0 ? untilAudit : left)), signal);
    }
  }

  #setLive(): void {
    this.#context.services.counters.add("stream:connect", { roomId: this.roomId });
    this.#setState("live");
    this.#wasLive = true;
    this.#lastNews = this.#context.services.clock.now();
    this.#isReady?.resolve();
    if (this.#isBehind) void this.#recover();
  }

  /** Polls until it is time to try a socket again. */
  async #pollTurn(): Promise<void> {
    const { options } = this.#context;
    const { clock } = this.#context.services;
    const until = clock.now() + options.retrySocketMs;
    let failures = 0;
    while (clock.now() < until && !this.#closing.signal.aborted) {
      const isThrough = await this.#recover();
      // It was not the sockets that did not work: the server was away, and now it is back.
      if (isThrough && failures > 0) return;
      failures = isThrough ? 0 : failures + 1;
      if (isThrough) {
        this.#setState("polling");
        this.#isReady?.resolve();
      }
      if (failures > 0) await this.#pause(failures);
      else await sleep(clock, Math.min(options.pollMs, Math.max(1, until - clock.now())), this.#closing.signal);
    }
  }

  /** Fetches everything since the last event delivered, then lets the frames that wait pass. False when it could not. */
  #recover(): Promise<boolean> {
    this.#recovery ??= this.#tryToRecover().finally(() => {
      this.#recovery = undefined;
    });
    return this.#recovery;
  }

  async #tryToRecover(): Promise<boolean> {
    this.#sequencer.hold();
    for (let tries = 1; ; tries++) {
      try {
        await this.#fetchMissed();
      } catch (error) {
        if (this.#closing.signal.aborted) return false;
        if (this.#isOver(error)) this.#end(error);
        else this.#recoverLater(error);
        return false;
      }
      if (!this.#sequencer.isHolding) return true;
      // The answer did not reach to where the waiting frames begin: HTTP may lag behind the socket, but not for ever.
      if (tries >= holeTries) this.#skipHole();
      else await this.#pause(tries);
    }
  }

  #skipHole(): void {
    const hole = this.#sequencer.skipHole();
    if (hole)
      this.#context.onGap({ roomId: this.roomId, ...hole, reason: "the server does not tell what happened there" });
    this.#sequencer.release(null);
  }

  /** Goes on trying, ever more patiently, while frames wait; one such loop at a time. */
  #recoverLater(error: unknown): void {
    this.#context.services.log.warn(`room ${this.roomId}: can not fetch what was missed yet`, error);
    if (this.#state === "polling" || this.#state === "connecting") return;
    this.#later ??= quiet(
      this.#keepRecovering().finally(() => {
        this.#later = undefined;
      }),
    );
  }

  async #keepRecovering(): Promise<void> {
    for (let failures = 1; this.#sequencer.isHolding && !this.#closing.signal.aborted; failures++) {
      await this.#pause(failures);
      if (await this.#recover()) return;
    }
  }

  async #fetchMissed(): Promise<void> {
    const { session } = this.#context;
    const { clock, counters } = this.#context.services;
    const { covered } = this.#sequencer;
    counters.add("stream:poll", { roomId: this.roomId });
    const answer = await session.call(pollEvents(new Map([[this.roomId, covered]])), this.#call());
    const frame = answer.rooms.find(({ roomId }) => roomId === this.roomId) ?? null;
    this.#lastNews = this.#heardAt = clock.now();
    if (frame?.exit) throw removed(this.roomId);
    if (frame?.reset) return this.#startOver(covered, "the server no longer has these events");
    if (this.#isBehind && frame?.t === undefined && (await this.#newest()) < covered) {
      return this.#startOver(covered, "the server has started over and counts from an earlier event again");
    }
    this.#isBehind = false;
    this.#notFounds = 0;
    const missed = frame?.events.filter(({ id }) => (id ?? 0) > covered).length ?? 0;
    if (missed > 0) counters.add("stream:recovered", { roomId: this.roomId, events: missed }, missed);
    this.#sequencer.release(frame);
  }

  /** The newest event of the host: a server that was restored from a backup may be behind what we have. */
  async #newest(): Promise<number> {
    const { time } = await this.#context.session.call(roomEvents(this.roomId, { count: 1 }), this.#call());
    return time;
  }

  /** The cursor is of no use any more: what the lists still tell is delivered, and the rest announced as a gap. */
  async #startOver(covered: number, reason: string): Promise<void> {
    const { session, onGap } = this.#context;
    const { events, time } = await session.call(roomEvents(this.roomId, { count: 500 }), this.#call());
    const changes = this.#memory.changes(events);
    this.#heardAt = this.#context.services.clock.now();
    onGap({ roomId: this.roomId, from: Math.min(covered + 1, time), to: Math.max(covered, time), reason });
    for (const event of changes) this.#deliver(event);
    this.#memory.startOver(events);
    this.#isBehind = false;
    this.#sequencer.jump(time);
    this.#sequencer.release(null);
  }

  #receive(text: string, end: (reason: Error) => void): void {
    let frame: ReturnType<typeof parseFrame>;
    try {
      frame = parseFrame(text);
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      this.#context.services.log.warn(`room ${this.roomId}: set aside a malformed frame`, error);
      return;
    }
    if (frame.malformed.length > 0)
      this.#context.services.log.warn(`room ${this.roomId}: set aside a malformed part of a frame`);
    // What comes under other rooms' keys is theirs; what is meant for us personally comes under ours, too.
    const own = frame.rooms.find(({ roomId }) => roomId === this.roomId);
    if (own?.exit) end(removed(this.roomId));
    else if (own) this.#accept(own);
  }

  #accept(frame: RoomFrame): void {
    if (frame.t !== undefined) this.#lastNews = this.#heardAt;
    // A frame that lost its place, or some of its events, is read again over HTTP.
    if (frame.reset || frame.isDamaged) void this.#recover();
    else this.#sequencer.accept(frame);
    if (frame.t === undefined) return;
    this.#oldFrames = frame.t < this.#sequencer.covered ? this.#oldFrames + 1 : 0;
    if (this.#oldFrames < oldFrames) return;
    this.#oldFrames = 0;
    this.#isBehind = true;
    void this.#recover();
  }

  #deliver(event: RawEvent): void {
    this.#memory.learnEvent(event);
    this.#context.onEvent(event, this.roomId, this.#heardAt);
  }

  #end(reason: unknown): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#setState("closed");
    this.#isReady?.reject(reason);
    this.#context.onEnd(reason);
  }

  #setState(state: StreamState): void {
    if (this.#state === state && state !== "connecting") return;
    this.#state = state;
    this.#context.onState(this.roomId, state);
  }

  async #pause(failures: number): Promise<void> {
    const { options } = this.#context;
    const { clock, random } = this.#context.services;
    const delay = Math.min(options.reconnectMs * 2 ** Math.min(Math.max(0, failures - 1), 16), options.maxReconnectMs);
    await sleep(clock, delay * (0.5 + random() / 2), this.#closing.signal);
  }

  #call(): { signal: AbortSignal } {
    return { signal: this.#closing.signal };
  }
}
