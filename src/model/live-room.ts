/**
 * The live channel of one room: a socket while sockets work, polling where they do not, reconnecting for ever. Hands
 * frames up; what they mean is decided in `live.ts`.
 */
import { ChatError, isChatError } from "../errors/index.js";
import { authorizeSocket, pollEvents, roomEvents } from "../protocol/actions/live.js";
import { parseFrame, type RoomFrame } from "../protocol/frames.js";
import type { Session } from "../transport/session.js";
import { type ChatSocket, openSocket } from "../transport/socket.js";
import { type Clock, sleep } from "../util/clock.js";
import { quiet } from "../util/promises.js";

/** How live events are listened to. */
export interface StreamOptions {
  /** Milliseconds between polls where sockets do not work. @default 5000 */
  readonly pollMs?: number;
  /** Milliseconds before the first reconnect; doubles up to `maxReconnectMs`. @default 1000 */
  readonly reconnectMs?: number;
  /** The longest wait between two reconnects, in milliseconds. @default 60000 */
  readonly maxReconnectMs?: number;
}

/** Their names, to refuse others. */
export const streamOptionNames: readonly (keyof StreamOptions)[] = ["pollMs", "reconnectMs", "maxReconnectMs"];

/** What a {@link LiveRoom} needs. */
export interface LiveRoomContext {
  readonly session: Session;
  readonly clock: Clock;
  readonly random: () => number;
  readonly options: StreamOptions;
  readonly onFrame: (frame: RoomFrame) => void;
  readonly warn: (text: string, error?: unknown) => void;
}

export class LiveRoom {
  readonly roomId: number;
  /** Resolves when events flow; rejects when the room can not be listened to at all. */
  readonly ready: Promise<void>;
  readonly #context: LiveRoomContext;
  readonly #closing = new AbortController();
  #cursor = 0;
  #socket: ChatSocket | undefined;

  constructor(roomId: number, context: LiveRoomContext) {
    this.roomId = roomId;
    this.#context = context;
    this.ready = quiet(this.#start());
  }

  /** Stops listening. Idempotent. */
  close(): void {
    this.#closing.abort();
    this.#socket?.close();
    this.#socket = undefined;
  }

  async #start(): Promise<void> {
    const { session } = this.#context;
    const { time } = await session.call(roomEvents(this.roomId, { count: 1 }), this.#callOptions());
    this.#cursor = time;
    await this.#connect(true);
  }

  /** Opens a socket, or polls when that is refused. */
  async #connect(isFirst: boolean): Promise<void> {
    try {
      await this.#openSocket();
    } catch (error) {
      if (this.#closing.signal.aborted) return;
      if (isChatError(error, "NOT_FOUND", "FORBIDDEN") && isFirst && this.#context.session.canLogIn) throw error;
      this.#context.warn(`room ${this.roomId}: no socket, polling instead`, error);
      quiet(this.#poll());
    }
  }

  async #openSocket(): Promise<void> {
    const { session } = this.#context;
    const { url } = await session.call(authorizeSocket(this.roomId), this.#callOptions());
    this.#closing.signal.throwIfAborted();
    const socket = await openSocket({
      url: `${url}${url.includes("?") ? "&" : "?"}l=${this.#cursor}`,
      origin: session.site.chatOrigin,
      userAgent: session.userAgent,
      resolve: session.resolve,
      signal: this.#closing.signal,
      onFrame: (text) => this.#receive(text),
      onClose: (reason) => quiet(this.#reconnect(reason)),
    });
    if (this.#closing.signal.aborted) socket.close();
    else this.#socket = socket;
  }

  async #reconnect(reason: string): Promise<void> {
    const { clock, random, options, warn } = this.#context;
    const { reconnectMs = 1000, maxReconnectMs = 60_000 } = options;
    warn(`room ${this.roomId}: ${reason}; reconnecting`);
    for (let tries = 0; !this.#closing.signal.aborted; tries++) {
      const delay = Math.min(reconnectMs * 2 ** Math.min(tries, 16), maxReconnectMs) * (0.5 + random() / 2);
      await sleep(clock, delay, this.#closing.signal);
      try {
        await this.#openSocket();
        return;
      } catch (error) {
        if (!this.#closing.signal.aborted) warn(`room ${this.roomId}: could not reconnect`, error);
      }
    }
  }

  async #poll(): Promise<void> {
    const { session, clock, options, warn } = this.#context;
    while (!this.#closing.signal.aborted) {
      try {
        const frame = await session.call(pollEvents(new Map([[this.roomId, this.#cursor]])), this.#callOptions());
        for (const room of frame.rooms) this.#accept(room);
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        warn(`room ${this.roomId}: a poll failed`, error);
      }
      await sleep(clock, options.pollMs ?? 5000, this.#closing.signal);
    }
  }

  #receive(text: string): void {
    try {
      const frame = parseFrame(text);
      if (frame.malformed.length > 0) this.#context.warn(`room ${this.roomId}: set aside a malformed part of a frame`);
      for (const room of frame.rooms) this.#accept(room);
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      this.#context.warn(`room ${this.roomId}: set aside a malformed frame`, error);
    }
  }

  #accept(frame: RoomFrame): void {
    if (frame.t !== undefined && frame.t > this.#cursor) this.#cursor = frame.t;
    this.#context.onFrame(frame);
  }

  #callOptions(): { signal: AbortSignal } {
    return { signal: this.#closing.signal };
  }
}
