/** One socket of a room, from opening to close, with a watchdog that ends a silent one. */
import type { RoomFrame } from "../protocol/frames.js";
import { markHandled } from "../util/promises.js";
import type { Services } from "../util/services.js";
import { TurnClock } from "../util/turn-clock.js";
import { SocketClosedError } from "./end-reasons.js";
import type { ResolvedStreamOptions } from "./options.js";
import type { RoomSocket, SocketListener, Sockets } from "./sockets.js";

/** The parts and callbacks of a {@link WatchedSocket}. Times are in milliseconds of the clock. */
export interface WatchedSocketContext {
  readonly roomId: number;
  readonly sockets: Sockets;
  readonly services: Services;
  readonly options: ResolvedStreamOptions;
  /** The newest event of the room. */
  readonly cursor: () => number;
  readonly onOpen: (socket: RoomSocket) => void;
  readonly onFrame: (frame: RoomFrame, at: number) => void;
  /** Called when nothing arrived for too long. */
  readonly onSilent: () => void;
  /** Called when it is time to poll for lost events. */
  readonly onAudit: () => void;
  /** Called when it is time to verify that the socket carries the room. */
  readonly onVerify: (socket: RoomSocket) => void;
}

export class WatchedSocket implements SocketListener {
  readonly #context: WatchedSocketContext;
  readonly #turnClock: TurnClock;
  #frames = 0;
  /** When the first frame arrived; undefined before that. */
  #firstFrame: number | undefined;
  #lastFrame = 0;
  /** When the host's event id was last confirmed. */
  #lastNews = 0;
  #socket: RoomSocket | undefined;
  #isSilent = false;
  #end: (reason: unknown) => void = () => {};

  constructor(context: WatchedSocketContext) {
    this.#context = context;
    this.#turnClock = new TurnClock(context.services.clock);
  }

  /** Milliseconds since the first frame; null when there was none. */
  get aliveMs(): number | null {
    return this.#firstFrame === undefined ? null : this.#context.services.clock.now() - this.#firstFrame;
  }

  get cursor(): number {
    return this.#context.cursor();
  }

  onActivity(): void {
    this.#frames += 1;
    this.#lastFrame = this.#turnClock.now();
    this.#firstFrame ??= this.#lastFrame;
  }

  onFrame(frame: RoomFrame): void {
    if (frame.t !== undefined) this.#lastNews = this.#lastFrame;
    this.#context.onFrame(frame, this.#lastFrame);
  }

  onVerify(): void {
    if (this.#socket) this.#context.onVerify(this.#socket);
  }

  onClose(reason: string): void {
    this.#end(new SocketClosedError(reason));
  }

  /** Notes that a poll has confirmed the host's event id. */
  noteNews(): void {
    this.#lastNews = this.#context.services.clock.now();
  }

  /** Closes the socket with a reason. */
  end(reason: unknown): void {
    this.#end(reason);
  }

  /** Opens a socket; never resolves. @throws when it cannot be opened, and {@link SocketClosedError} when it closes */
  async run(closing: AbortSignal): Promise<never> {
    const { roomId, sockets, services, options, onOpen } = this.#context;
    const { clock } = services;
    const ended = new Promise<never>((_, reject) => {
      this.#end = reject;
    });
    markHandled(ended);
    const over = new AbortController();
    const abort = (): void => over.abort(closing.reason);
    closing.addEventListener("abort", abort, { once: true });
    const deadline = clock.setTimeout(() => over.abort(), options.firstFrameMs);
    let watchdog: { cancel(): void } | undefined;
    try {
      const socket = await sockets.open(roomId, this, over.signal).finally(() => deadline.cancel());
      this.#socket = socket;
      over.signal.addEventListener("abort", () => this.#end(over.signal.reason), { once: true });
      if (over.signal.aborted) throw over.signal.reason;
      this.#lastNews = this.#lastFrame = clock.now();
      onOpen(socket);
      const watch = (): void => {
        const wait = this.#checkAlive();
        if (wait !== undefined) watchdog = clock.setTimeout(watch, wait, { ref: true });
      };
      watch();
      return await ended;
    } finally {
      closing.removeEventListener("abort", abort);
      watchdog?.cancel();
      over.abort();
      this.#socket?.close(this.#isSilent);
    }
  }

  /** Ends a silent socket, and requests an audit when one is due. Returns the milliseconds until the next check. */
  #checkAlive(): number | undefined {
    const { options, services, onSilent: onSilence, onAudit } = this.#context;
    const now = services.clock.now();
    const limit = this.#frames === 0 ? options.firstFrameMs : options.idleMs;
    // A clock that was set back must not silence the watchdog.
    if (this.#lastFrame > now) this.#lastFrame = now;
    const left = this.#lastFrame + limit - now;
    if (left <= 0) {
      this.#isSilent = true;
      onSilence();
      this.#end(new SocketClosedError(this.#frames === 0 ? "the socket received nothing" : "the socket went silent"));
      return undefined;
    }
    if (options.auditMs <= 0) return left;
    if (this.#lastNews > now) this.#lastNews = now;
    if (now - this.#lastNews >= options.auditMs) {
      this.#lastNews = now;
      onAudit();
    }
    return Math.max(1, Math.min(left, this.#lastNews + options.auditMs - now));
  }
}
