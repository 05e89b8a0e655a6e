/** One socket of a room from its opening to its end. A watchdog ends a silent one. */
import type { RoomFrame } from "../protocol/frames.js";
import { quiet } from "../util/promises.js";
import type { Services } from "../util/services.js";
import { TurnClock } from "../util/turn-clock.js";
import { SocketEnd } from "./endings.js";
import type { ResolvedStreamOptions } from "./options.js";
import type { RoomSocket, SocketListener, Sockets } from "./sockets.js";

/** The parts and callbacks of a {@link SocketTurn}. Times are of the clock, in milliseconds. */
export interface SocketTurnContext {
  readonly roomId: number;
  readonly sockets: Sockets;
  readonly services: Services;
  readonly options: ResolvedStreamOptions;
  /** The newest event the room has. */
  readonly cursor: () => number;
  readonly onOpen: (socket: RoomSocket) => void;
  readonly onFrame: (frame: RoomFrame, at: number) => void;
  /** Called when nothing came for too long. */
  readonly onSilence: () => void;
  /** Called when it is time to poll for lost events. */
  readonly onAudit: () => void;
  /** Called when it is time to check whether the socket carries the room at all. */
  readonly onDoubt: (socket: RoomSocket) => void;
}

export class SocketTurn implements SocketListener {
  readonly #context: SocketTurnContext;
  readonly #turn: TurnClock;
  #frames = 0;
  /** When the first frame came; undefined before. */
  #firstFrame: number | undefined;
  #lastFrame = 0;
  /** The last time that the host's counter was confirmed. */
  #lastNews = 0;
  #socket: RoomSocket | undefined;
  #isSilent = false;
  #end: (reason: unknown) => void = () => {};

  constructor(context: SocketTurnContext) {
    this.#context = context;
    this.#turn = new TurnClock(context.services.clock);
  }

  /** For how many milliseconds frames have come; null when none has. */
  get aliveMs(): number | null {
    return this.#firstFrame === undefined ? null : this.#context.services.clock.now() - this.#firstFrame;
  }

  get cursor(): number {
    return this.#context.cursor();
  }

  onSign(): void {
    this.#frames += 1;
    this.#lastFrame = this.#turn.now();
    this.#firstFrame ??= this.#lastFrame;
  }

  onFrame(frame: RoomFrame): void {
    if (frame.t !== undefined) this.#lastNews = this.#lastFrame;
    this.#context.onFrame(frame, this.#lastFrame);
  }

  onDoubt(): void {
    if (this.#socket) this.#context.onDoubt(this.#socket);
  }

  onClose(reason: string): void {
    this.#end(new SocketEnd(reason));
  }

  /** Notes that another request has polled for lost events. */
  heardNews(): void {
    this.#lastNews = this.#context.services.clock.now();
  }

  /** Ends the turn, with a reason. */
  end(reason: unknown): void {
    this.#end(reason);
  }

  /** Opens a socket; never resolves. @throws when it could not be opened, and {@link SocketEnd} when it has ended */
  async run(closing: AbortSignal): Promise<never> {
    const { roomId, sockets, services, options, onOpen } = this.#context;
    const { clock } = services;
    const ended = new Promise<never>((_, reject) => {
      this.#end = reject;
    });
    quiet(ended);
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
        const wait = this.#lookAround();
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

  /** Ends a silent socket, and asks for an audit when one is due. Returns the milliseconds until the next check. */
  #lookAround(): number | undefined {
    const { options, services, onSilence, onAudit } = this.#context;
    const now = services.clock.now();
    const limit = this.#frames === 0 ? options.firstFrameMs : options.idleMs;
    // A clock that was set back must not put the watchdog to sleep.
    if (this.#lastFrame > now) this.#lastFrame = now;
    const left = this.#lastFrame + limit - now;
    if (left <= 0) {
      this.#isSilent = true;
      onSilence();
      this.#end(new SocketEnd(this.#frames === 0 ? "the socket said nothing at all" : "the socket went silent"));
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
