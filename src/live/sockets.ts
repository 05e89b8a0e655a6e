/** Sockets for rooms: opens one, takes its frames apart, and hands each room its own part. */
import { ChatError } from "../errors/index.js";
import { authorizeSocket } from "../protocol/actions/live.js";
import { type Frame, parseFrame, type RoomFrame } from "../protocol/frames.js";
import type { Session } from "../transport/session.js";
import { type ChatSocket, openSocket } from "../transport/socket.js";
import type { Services } from "../util/services.js";
import { ask } from "./requests.js";

/** What a room hears of its socket. */
export interface SocketListener {
  /** The newest event the room has: where the server begins. */
  readonly cursor: number;
  /** A frame came: the socket is alive, whatever is in it. */
  onSign(): void;
  /** What a frame says of this room. */
  onFrame(frame: RoomFrame): void;
  /** The socket may not carry the room: it is time to ask over HTTP. */
  onDoubt(): void;
  /** The socket is no more; the reason is for the log. */
  onClose(reason: string): void;
}

/** A room's part in a socket. */
export interface RoomSocket {
  /** Whether it is another room's socket, which may not carry this one. */
  readonly isShared: boolean;
  /** The newest event of the host that a frame told of. */
  passed(): number;
  /** An event was not carried that should have been. */
  misses(): void;
  /** Hangs up, or takes no part any more; `onClose` is not called for that. */
  close(wasSilent: boolean): void;
}

/** Where rooms get their sockets from. */
export interface Sockets {
  /**
   * Opens a socket for a room, or lets it take part in one.
   * @throws whatever `ws-auth` refuses with, {CONNECTION_LOST} when it could not be opened
   */
  open(roomId: number, listener: SocketListener, signal: AbortSignal): Promise<RoomSocket>;
}

/** One socket for each room. */
export class RoomSockets implements Sockets {
  readonly #session: Session;
  readonly #services: Services;

  constructor(session: Session, services: Services) {
    this.#session = session;
    this.#services = services;
  }

  async open(roomId: number, listener: SocketListener, signal: AbortSignal): Promise<RoomSocket> {
    const socket = await this.openRaw(roomId, listener.cursor, signal, {
      onFrame(frame) {
        listener.onSign();
        // What comes under other rooms' keys is theirs; what is meant for us personally comes under ours, too.
        for (const part of frame?.rooms ?? []) if (part.roomId === roomId) listener.onFrame(part);
      },
      onClose: (reason) => listener.onClose(reason),
    });
    return { isShared: false, passed: () => 0, misses() {}, close: () => socket.close() };
  }

  /** Opens a socket and takes its frames apart; those that make no sense are set aside as undefined. */
  async openRaw(
    roomId: number,
    cursor: number,
    signal: AbortSignal,
    { onFrame, onClose }: { onFrame(frame: Frame | undefined): void; onClose(reason: string): void },
  ): Promise<ChatSocket> {
    const { site, userAgent, resolve } = this.#session;
    const { url } = await ask(this.#session, authorizeSocket(roomId), signal);
    return openSocket({
      url: `${url}${url.includes("?") ? "&" : "?"}l=${cursor}`,
      origin: site.chatOrigin,
      userAgent,
      resolve,
      signal,
      onFrame: (text) => onFrame(this.#parse(roomId, text)),
      onClose,
    });
  }

  #parse(roomId: number, text: string): Frame | undefined {
    try {
      const frame = parseFrame(text);
      if (frame.malformed.length > 0) this.#services.log.warn(`room ${roomId}: set aside a malformed part of a frame`);
      return frame;
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      this.#services.log.warn(`room ${roomId}: set aside a malformed frame`, error);
      return undefined;
    }
  }
}
