/** Sockets for rooms: opens one, parses its frames, and hands each room its own part. */

import { ChatError } from "../errors/index.js";
import { authorizeSocket } from "../protocol/actions/live.js";
import { noteFrame } from "../protocol/event-drift.js";
import { type Frame, parseFrame, type RoomFrame } from "../protocol/frames.js";
import type { Session } from "../transport/session.js";
import { type ChatSocket, openSocket } from "../transport/socket.js";
import type { Services } from "../util/services.js";
import { ask } from "./requests.js";

/** The callbacks of a room on its socket. */
export interface SocketListener {
  /** The newest event of the room: the server begins after it. */
  readonly cursor: number;
  /** A frame came: the socket is alive, whatever its content. */
  onSign(): void;
  /** The room's part of a frame. */
  onFrame(frame: RoomFrame): void;
  /** The socket may not carry the room: it is time to poll. */
  onDoubt(): void;
  /** The socket has closed; the reason is for the log. */
  onClose(reason: string): void;
}

/** A room's part in a socket. */
export interface RoomSocket {
  /** Whether it is another room's socket, which may not carry this one. */
  readonly isShared: boolean;
  /** The newest event of the host according to a frame. */
  passed(): number;
  /** Reports that the socket did not bring an event of the room. */
  misses(): void;
  /** Hangs up, or leaves a shared socket; `onClose` is not called for that. */
  close(wasSilent: boolean): void;
}

/** The source of the rooms' sockets. */
export interface Sockets {
  /**
   * Opens a socket for a room, or joins it to an open one.
   * @throws every refusal of `ws-auth`, {CONNECTION_LOST} when it could not be opened
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
        // Parts under other rooms' keys are theirs; personal events come under this key, too.
        for (const part of frame?.rooms ?? []) if (part.roomId === roomId) listener.onFrame(part);
      },
      onClose: (reason) => listener.onClose(reason),
    });
    return { isShared: false, passed: () => 0, misses() {}, close: () => socket.close() };
  }

  /** Opens a socket and parses its frames; malformed ones are passed on as undefined. */
  async openRaw(
    roomId: number,
    cursor: number,
    signal: AbortSignal,
    { onFrame, onClose }: { onFrame(frame: Frame | undefined): void; onClose(reason: string): void },
  ): Promise<ChatSocket> {
    const { site, userAgent, routes, tap } = this.#session;
    const { url } = await ask(this.#session, authorizeSocket(roomId), signal);
    return openSocket({
      url: `${url}${url.includes("?") ? "&" : "?"}l=${cursor}`,
      site,
      userAgent,
      routes,
      signal,
      tap,
      onFrame: (text) => onFrame(this.#parse(roomId, text)),
      onClose,
    });
  }

  #parse(roomId: number, text: string): Frame | undefined {
    try {
      const frame = parseFrame(text);
      noteFrame(
        this.#session.drifts.sink(() => "frame"),
        frame,
      );
      if (frame.malformed.length > 0) this.#services.log.warn(`room ${roomId}: set aside a malformed part of a frame`);
      return frame;
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      this.#session.drifts.add({ where: "frame", what: "unknown form", detail: "whole" });
      this.#services.log.warn(`room ${roomId}: set aside a malformed frame`, error);
      return undefined;
    }
  }
}
