/** One WebSocket for the live events of a room. Receive only: the client never writes to a chat socket. */
import type { Agent } from "node:http";
import { AbortedError, ConnectionError, ParseError, UsageError } from "../errors/index.js";
import type { WireTap } from "../util/wire-tap.js";
import { loadPackage } from "./load-package.js";
import { networkCode, userErrorIn } from "./network-failure.js";
import { isSocketOf, type SiteOrigins } from "./origins.js";
import type { ProxyServer } from "./proxies.js";
import { httpUrl, type Route, type Routes } from "./routes.js";
import { type TrustOptions, tlsOptions, trustOptions } from "./tls.js";

/** Options of a socket. */
export interface SocketOptions {
  /** The URL from `ws-auth`, with its `?l=`. */
  readonly url: string;
  /**
   * The site, whose chat origin is the `Origin` header: with another one the server closes the socket (protocol.md
   * §3.4, MULTI).
   */
  readonly site: SiteOrigins;
  readonly userAgent: string;
  readonly routes: Routes;
  readonly signal?: AbortSignal;
  /** Observes the traffic. */
  readonly tap?: WireTap | undefined;
  readonly onFrame: (text: string) => void;
  /** Called once when an open socket closes; the reason is for the log. */
  readonly onClose: (reason: string) => void;
}

/** An open socket. */
export interface ChatSocket {
  /** Closes the socket without calling `onClose`. */
  close(): void;
}

/** The maximum frame size. Frames are small; anything bigger is not chat. */
const MAX_FRAME_BYTES = 4 * 1024 * 1024;
/** The close code of a broken connection (RFC 6455). */
const ABNORMAL_CLOSURE = 1006;

/**
 * Opens a socket; resolves when it is open.
 * @throws {CONNECTION_LOST} when it cannot be opened {NOT_UNDERSTOOD} for an address outside the site
 */
export async function openSocket(options: SocketOptions): Promise<ChatSocket> {
  const { WebSocket } = await loadPackage("ws", import("ws"));
  const { site, userAgent, routes, signal, onFrame, onClose } = options;
  const url = new URL(options.url);
  const { host } = url;
  const about = { tried: "open a socket", host };
  const route = routeTo(url, routes);
  if (!isSocketOf(site, url, route.target))
    throw new ParseError("socket authorization", "an address of the site", { ...about, bare: true });
  const agent = route.proxy && (await agentFor(route.proxy, routes));
  if (signal?.aborted) throw new AbortedError(about);
  const socket = new WebSocket(addressOf(url, route), {
    origin: site.chatOrigin,
    headers: { "user-agent": userAgent, ...(route.target ? { host } : {}) },
    perMessageDeflate: false,
    // Invalid UTF-8 is no reason to close the socket: it shows as U+FFFD.
    skipUTF8Validation: true,
    maxPayload: MAX_FRAME_BYTES,
    handshakeTimeout: 15_000,
    ...trustOf(url, route, routes),
    ...(agent ? { agent } : {}),
  });
  const tap = options.tap?.socket(options.url);
  const failureOf = (cause: Error | undefined, reason: string): unknown => {
    if (cause && isBug(cause)) return cause;
    // The proxy or the site may have answered; ws does not say which.
    const via = route.proxy ? `, through the proxy ${route.proxy.host}` : "";
    return new ConnectionError({ ...about, cause }, `${reason}${via}`);
  };
  return new Promise((opened, failed) => {
    let isOpen = false;
    let isOver = false;
    const end = (reason: string, cause?: Error, code: number = ABNORMAL_CLOSURE): void => {
      if (isOver) return;
      isOver = true;
      if (!isOpen) tap?.failed(cause);
      else if (signal?.aborted) tap?.left();
      else tap?.closed(code);
      signal?.removeEventListener("abort", abort);
      socket.terminate();
      if (isOpen) onClose(reason);
      else if (signal?.aborted) failed(new AbortedError(about));
      else failed(failureOf(cause, reason));
    };
    const abort = (): void => end("aborted");
    signal?.addEventListener("abort", abort, { once: true });
    socket.on("message", (data, isBinary) => {
      if (isOver || isBinary) return;
      const text = data.toString();
      tap?.frame(text);
      onFrame(text);
    });
    socket.on("error", (error) => end(`the socket failed (${error.message})`, error));
    socket.on("close", (code) => end(`the socket was closed (${code})`, undefined, code));
    socket.on("open", () => {
      if (isOver) return;
      isOpen = true;
      tap?.opened();
      opened({
        close() {
          if (!isOver) tap?.left();
          isOver = true;
          signal?.removeEventListener("abort", abort);
          socket.terminate();
        },
      });
    });
  });
}

/** Handshake errors of ws are plain Errors without a code; bugs have other classes. */
function isBug(error: Error): boolean {
  return error.constructor !== Error && networkCode(error) === undefined;
}

/** The route to an address. @throws the unwrapped error of the caller's resolver */
function routeTo(url: URL, routes: Routes): Route {
  try {
    return routes.routeFor(url);
  } catch (error) {
    const ofUser = userErrorIn(error);
    throw ofUser ? ofUser.original : error;
  }
}

/**
 * The URL to connect to. A resolved address goes into the URL, with the site's host as a header: Bun's own `ws` ignores
 * `createConnection` and would look up the real host.
 */
function addressOf(url: URL, { target }: Route): string {
  if (!target) return url.href;
  const root = httpUrl(target.hostname, target.port).replace(/^http/, target.tls ? "wss" : "ws");
  return `${root}${url.pathname}${url.search}`;
}

function trustOf(url: URL, { target }: Route, { ca }: Routes): TrustOptions {
  if (!target) return trustOptions(ca);
  return target.tls ? tlsOptions(target, url.hostname, ca) : {};
}

/**
 * The agent for sockets through a proxy: undici needs no package for that, but ws does.
 * @throws {BAD_ARGUMENT} when the package is not installed
 */
async function agentFor(proxy: ProxyServer, { ca }: Routes): Promise<Agent> {
  try {
    const { HttpsProxyAgent } = await import("https-proxy-agent");
    return new HttpsProxyAgent(proxy.reveal(), { ...trustOptions(ca) });
  } catch (cause) {
    throw new UsageError(
      `sockets through the proxy ${proxy.host} need a package: run npm install https-proxy-agent, or set the option proxy to false, or NO_PROXY`,
      { tried: "open a socket", cause },
    );
  }
}
