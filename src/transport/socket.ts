/** One websocket to the live events of a room. Only receives: the client never writes to a chat socket. */
import type { Agent } from "node:http";
import { AbortedError, ConnectionError, ParseError, UsageError } from "../errors/index.js";
import type { WireTap } from "../util/wire-tap.js";
import { failureOfUser, networkCode } from "./network-failure.js";
import { isSocketOf, type SiteOrigins } from "./origins.js";
import { loaded } from "./packages.js";
import type { ProxyServer } from "./proxies.js";
import { httpUrl, type Route, type Routes } from "./routes.js";
import { type TrustOptions, tlsOptions, trusting } from "./tls.js";

/** Options of a socket. */
export interface SocketOptions {
  /** The address of `ws-auth`, with its `?l=`. */
  readonly url: string;
  /** Its chat root is the `Origin`: without the right one the server hangs up (protocol.md §3.4, MULTI). */
  readonly site: SiteOrigins;
  readonly userAgent: string;
  readonly routes: Routes;
  readonly signal?: AbortSignal;
  /** Listens to what comes. */
  readonly tap?: WireTap | undefined;
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
/** The code of a socket that broke (RFC 6455). */
const ENDED_WITHOUT_A_WORD = 1006;

/**
 * Opens a socket; resolves when it is open.
 * @throws {CONNECTION_LOST} when it could not be opened {NOT_UNDERSTOOD} for an address that is not the site's
 */
export async function openSocket(options: SocketOptions): Promise<ChatSocket> {
  const { WebSocket } = await loaded("ws", import("ws"));
  const { site, userAgent, routes, signal, onFrame, onClose } = options;
  const url = new URL(options.url);
  const { host } = url;
  const about = { tried: "open a socket", host };
  const route = routeTo(url, routes);
  if (!isSocketOf(site, url, route.target))
    throw new ParseError("socket authorisation", "an address of the site", { ...about, bare: true });
  const agent = route.proxy && (await agentFor(route.proxy, routes));
  if (signal?.aborted) throw new AbortedError(about);
  const socket = new WebSocket(addressOf(url, route), {
    origin: site.chatOrigin,
    headers: { "user-agent": userAgent, ...(route.target ? { host } : {}) },
    perMessageDeflate: false,
    // A damaged character is no reason to hang up: it shows as U+FFFD.
    skipUTF8Validation: true,
    maxPayload: maxFrameBytes,
    handshakeTimeout: 15_000,
    ...trustOf(url, route, routes),
    ...(agent ? { agent } : {}),
  });
  const tap = options.tap?.socket(options.url);
  const failureOf = (cause: Error | undefined, reason: string): unknown => {
    if (cause && isBug(cause)) return cause;
    // The site may have answered as well: ws does not tell whose answer it was.
    const via = route.proxy ? `, through the proxy ${route.proxy.host}` : "";
    return new ConnectionError({ ...about, cause }, `${reason}${via}`);
  };
  return new Promise((opened, failed) => {
    let isOpen = false;
    let isOver = false;
    const end = (reason: string, cause?: Error, code: number = ENDED_WITHOUT_A_WORD): void => {
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

/** Handshake errors of ws have no code and are plain Errors; a bug is of another class. */
function isBug(error: Error): boolean {
  return error.constructor !== Error && networkCode(error) === undefined;
}

/** The way to an address. @throws the error of the user's resolver as it is */
function routeTo(url: URL, routes: Routes): Route {
  try {
    return routes.to(url);
  } catch (error) {
    const ofUser = failureOfUser(error);
    throw ofUser ? ofUser.original : error;
  }
}

/**
 * The address to connect to. A resolved one is written into the URL, with the site's host as a header: Bun's own `ws`
 * ignores `createConnection`, and would look up the real host.
 */
function addressOf(url: URL, { target }: Route): string {
  if (!target) return url.href;
  const root = httpUrl(target.hostname, target.port).replace(/^http/, target.tls ? "wss" : "ws");
  return `${root}${url.pathname}${url.search}`;
}

function trustOf(url: URL, { target }: Route, { ca }: Routes): TrustOptions {
  if (!target) return trusting(ca);
  return target.tls ? tlsOptions(target, url.hostname, ca) : {};
}

/**
 * Connects sockets through a proxy: requests need no package for that, `ws` does.
 * @throws {BAD_ARGUMENT} when the package is not installed
 */
async function agentFor(proxy: ProxyServer, { ca }: Routes): Promise<Agent> {
  try {
    const { HttpsProxyAgent } = await import("https-proxy-agent");
    return new HttpsProxyAgent(proxy.reveal(), { ...trusting(ca) });
  } catch (cause) {
    throw new UsageError(
      `sockets through the proxy ${proxy.host} need a package: npm install https-proxy-agent; or set the option proxy to false, or NO_PROXY`,
      { tried: "open a socket", cause },
    );
  }
}
