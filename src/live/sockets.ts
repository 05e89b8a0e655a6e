/** Opens sockets for rooms, parses their frames, and hands each room its own part. */

import { ChatError } from "../errors/index.js";
import { authorizeSocket } from "../protocol/actions/live.js";
import { noteFrame } from "../protocol/event-drift.js";
import { type Frame, parseFrame, type RoomFrame } from "../protocol/frames.js";
import type { Session } from "../transport/session.js";
import { type ChatSocket, openSocket } from "../transport/socket.js";
import type { Services } from "../util/services.js";
import { callOnce } from "./batched-requests.js";

/** The callbacks of a room on its socket. */
export interface SocketListener {
  /** The newest event of the room; the server continues after it. */
  readonly cursor: number;
  /** Called for every frame, whatever its content: the socket is alive. */
  onActivity(): void;
  /** Called with the room's part of a frame. */
  onFrame(frame: RoomFrame): void;
  /** Called when it is time to verify by a poll that the socket carries the room. */
  onVerify(): void;
  /** Called when the socket has closed; the reason is for the log. */
  onClose(reason: string): void;
}

/** A room's handle on a socket. */
export interface RoomSocket {
  /** Whether it is another room's socket, which may not carry this room. */
  readonly isShared: boolean;
  /** The newest event of the host, according to the frames. */
  newestEvent(): number;
  /** Reports that the socket did not deliver an event of the room. */
  reportMiss(): void;
  /** Closes the socket, or leaves a shared one; does not call `onClose`. */
  close(wasSilent: boolean): void;
}

/** Opens sockets for rooms. */
export interface Sockets {
  /**
   * Opens a socket for a room, or joins a shared one.
   * @throws every refusal of `ws-auth`, {CONNECTION_LOST} when it cannot be opened
   */
  open(roomId: number, listener: SocketListener, signal: AbortSignal): Promise<RoomSocket>;
}

/** One socket per room. */
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
        listener.onActivity();
        // Parts under other rooms' keys belong to them; personal events also arrive under this key.
        for (const part of frame?.rooms ?? []) if (part.roomId === roomId) listener.onFrame(part);
      },
      onClose: (reason) => listener.onClose(reason),
    });
    return { isShared: false, newestEvent: () => 0, reportMiss() {}, close: () => socket.close() };
  }

  /** Opens a socket and parses its frames; a malformed frame is passed on as undefined. */
  async openRaw(
    roomId: number,
    cursor: number,
    signal: AbortSignal,
    { onFrame, onClose }: { onFrame(frame: Frame | undefined): void; onClose(reason: string): void },
  ): Promise<ChatSocket> {
    const { site, userAgent, routes, tap } = this.#session;
    const { url } = await callOnce(this.#session, authorizeSocket(roomId), signal);
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
      if (frame.malformed.length > 0) this.#services.log.warn(`room ${roomId}: ignored a malformed part of a frame`);
      return frame;
    } catch (error) {
      if (!(error instanceof ChatError)) throw error;
      this.#session.drifts.add({ where: "frame", what: "unknown form", detail: "whole" });
      this.#services.log.warn(`room ${roomId}: ignored a malformed frame`, error);
      return undefined;
    }
  }
}
