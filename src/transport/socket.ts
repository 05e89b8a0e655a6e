/** One websocket to the live events of a room. Only receives: the client never writes to a chat socket. */
import { isIP } from "node:net";
import { AbortedError, ConnectionError, ParseError } from "../errors/index.js";
import type { Endpoint, Resolver } from "../protocol/sites.js";
import { networkCode } from "./network-failure.js";
import { isSocketOf } from "./origins.js";
import { tlsOptions } from "./tls.js";

/** Options of a socket. */
export interface SocketOptions {
  /** The address of `ws-auth`, with its `?l=`. */
  readonly url: string;
  /** The chat root: without the right `Origin` the server hangs up (protocol.md §3.4, MULTI). */
  readonly origin: string;
  readonly userAgent: string;
  readonly resolve?: Resolver | undefined;
  readonly signal?: AbortSignal;
  readonly onFrame: (text: string) => void;
  /** Called once when an open socket has closed; the reason is for the log. */
  readonly onClose: (reason: string) => void;
}

/** An open socket. */
export interface ChatSocket {
  /** Hangs up; `onClose` is not called for that. */
  close(): void;
}

/** Frames are small; a bigger message is not chat. */
const maxFrameBytes = 4 * 1024 * 1024;

/**
 * Opens a socket; resolves when it is open.
 * @throws {CONNECTION_LOST} when it could not be opened {NOT_UNDERSTOOD} for an address that is not the site's
 */
export async function openSocket(options: SocketOptions): Promise<ChatSocket> {
  const { WebSocket } = await import("ws");
  const { url, origin, userAgent, resolve, signal, onFrame, onClose } = options;
  const host = new URL(url).host;
  if (!isSocketOf(origin, new URL(url)))
    throw new ParseError("socket authorisation", "an address of the site", {
      tried: "open a socket",
      host,
      bare: true,
    });
  if (signal?.aborted) throw new AbortedError({ tried: "open a socket", host });
  const target = resolve?.(new URL(url).origin) ?? resolve?.(new URL(url).origin.replace(/^ws/, "http"));
  const socket = new WebSocket(addressOf(url, target), {
    origin,
    headers: { "user-agent": userAgent, ...(target ? { host } : {}) },
    perMessageDeflate: false,
    // A damaged character is no reason to hang up: it shows as U+FFFD.
    skipUTF8Validation: true,
    maxPayload: maxFrameBytes,
    handshakeTimeout: 15_000,
    ...(target?.tls ? tlsOptions(target, new URL(url).hostname) : {}),
  });
  return new Promise((opened, failed) => {
    let isOpen = false;
    let isOver = false;
    const end = (reason: string, cause?: Error): void => {
      if (isOver) return;
      isOver = true;
      signal?.removeEventListener("abort", abort);
      socket.terminate();
      if (isOpen) onClose(reason);
      else if (signal?.aborted) failed(new AbortedError({ tried: "open a socket", host }));
      else failed(cause && isBug(cause) ? cause : new ConnectionError({ tried: "open a socket", host, cause }, reason));
    };
    const abort = (): void => end("aborted");
    signal?.addEventListener("abort", abort, { once: true });
    socket.on("message", (data, isBinary) => {
      if (!isOver && !isBinary) onFrame(data.toString());
    });
    socket.on("error", (error) => end(`the socket failed (${error.message})`, error));
    socket.on("close", (code) => end(`the socket was closed (${code})`));
    socket.on("open", () => {
      if (isOver) return;
      isOpen = true;
      opened({
        close() {
          isOver = true;
          signal?.removeEventListener("abort", abort);
          socket.terminate();
        },
      });
    });
  });
}

/** Handshake errors of ws have no code and are plain Errors; a bug is of another class. */
function isBug(error: Error): boolean {
  return error.constructor !== Error && networkCode(error) === undefined;
}

/**
 * The address to connect to. A resolved one is written into the URL, with the site's host as a header: Bun's own `ws`
 * ignores `createConnection`, and would look up the real host.
 */
function addressOf(url: string, target: Endpoint | undefined): string {
  if (!target) return url;
  const address = new URL(url);
  address.protocol = target.tls ? "wss:" : "ws:";
  address.hostname = isIP(target.hostname) === 6 ? `[${target.hostname}]` : target.hostname;
  address.port = String(target.port);
  return address.href;
}
