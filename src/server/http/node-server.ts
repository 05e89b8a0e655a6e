/**
 * The HTTP listener, with or without TLS, and its limits: how long a request may take to arrive, the size of its headers,
 * and the number of connections. Knows nothing of chat.
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createAdaptorServer } from "@hono/node-server";
import { UsageError } from "../../errors/index.js";
import type { ResolvedOptions, TlsFiles } from "../options.js";

const MAX_HEADER_BYTES = 16_384;
/** The time limit of a request's headers, even if the body may take longer. */
const HEADERS_TIMEOUT_MS = 10_000;

export interface NodeServer {
  readonly server: Server;
  /** All open connections, including those of sockets and of hanging requests. */
  readonly connections: ReadonlySet<Socket>;
  /** Resolves when all requests so far on a connection have their responses. */
  answered(connection: Duplex): Promise<void>;
}

/** @throws {BAD_ARGUMENT} if the certificate cannot be used */
export function createNodeServer(
  fetch: (request: Request, env: unknown) => Promise<Response>,
  { tls, requestTimeoutMs, maxConnections }: ResolvedOptions,
): NodeServer {
  const limits = {
    maxHeaderSize: MAX_HEADER_BYTES,
    requestTimeout: requestTimeoutMs,
    headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs),
    connectionsCheckingInterval: Math.max(50, Math.min(5_000, requestTimeoutMs / 4)),
  };
  const adapter = { fetch, overrideGlobalObjects: false };
  const server = tls
    ? createAdaptorServer({ ...adapter, createServer: createSecureServer, serverOptions: { ...limits, ...pem(tls) } })
    : createAdaptorServer({ ...adapter, createServer, serverOptions: limits });
  const connections = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    // The event is emitted again when an offer of HTTP/2 is ignored.
    if (connections.has(socket)) return;
    if (connections.size >= maxConnections) {
      refuse(socket, tls !== undefined);
      return;
    }
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
  });
  closeStalledConnections(server as Server, connections, requestTimeoutMs);
  const answers = new WeakMap<Duplex, Set<ServerResponse>>();
  (server as Server).on("request", ({ socket }, response) => {
    const open = answers.get(socket) ?? new Set();
    answers.set(socket, open.add(response));
    response.once("close", () => open.delete(response));
  });
  const answered = async (connection: Duplex): Promise<void> => {
    for (const response of answers.get(connection) ?? []) await once(response, "close");
  };
  return { server: server as Server, connections, answered };
}

/**
 * Closes connections that have not taken any byte of a response for the request timeout. Otherwise a client that sends
 * requests without reading would keep the responses in memory. Sockets have their own limit (`maxSocketBuffer`).
 */
function closeStalledConnections(server: Server, connections: ReadonlySet<Socket>, mostMs: number): void {
  const sockets = new WeakSet<Duplex>();
  const stuck = new WeakMap<Socket, { readonly waiting: number; readonly since: number }>();
  server.on("upgrade", (_request, socket) => void sockets.add(socket));
  const sweep = setInterval(
    () => {
      const now = performance.now();
      for (const connection of connections) {
        const waiting = connection.writableLength;
        const before = stuck.get(connection);
        if (waiting === 0 || before?.waiting !== waiting) stuck.set(connection, { waiting, since: now });
        else if (now - before.since >= mostMs && !sockets.has(connection)) connection.destroy();
      }
    },
    Math.max(50, mostMs / 4),
  );
  sweep.unref();
  server.on("close", () => clearInterval(sweep));
}

/** Whether a request offers to upgrade to HTTP/2, as some platforms do with every plain server. */
export function asksForHttp2({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "h2c";
}

/**
 * Handles a request as if it had not offered an upgrade, which a server may do. Node's own way to ignore an upgrade,
 * `shouldUpgradeCallback`, is missing in Node 20 and loses requests that follow a body.
 */
export async function ignoreUpgrade(
  { server, answered }: NodeServer,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  mostBytes: number,
): Promise<void> {
  // Node 26 and later read the body; before that, it is at the head of the socket.
  const body = await bodyOf(request, mostBytes);
  // The second parser of the connection must not respond before the first.
  await answered(socket);
  if (body === null) {
    socket.destroy();
    return;
  }
  const lines = [`${request.method} ${request.url} HTTP/1.1`];
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    const [name = "", value = ""] = request.rawHeaders.slice(at, at + 2);
    const isReplaced = body.length > 0 && /^(content-length|transfer-encoding)$/i.test(name);
    if (!isReplaced && !/^(upgrade|http2-settings|connection)$/i.test(name)) lines.push(`${name}: ${value}`);
  }
  if (body.length > 0) lines.push(`content-length: ${body.length}`);
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1"), body, head]));
  server.emit("connection", socket);
}

/** Reads a whole body; null if it is truncated or too long. */
async function bodyOf(request: IncomingMessage, mostBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > mostBytes) return null;
    }
  } catch {
    return null;
  }
  return Buffer.concat(chunks);
}

/** Refuses a connection: a plain one gets a 503, one before its TLS handshake is only closed. */
function refuse(socket: Socket, isSecure: boolean): void {
  socket.on("error", () => socket.destroy());
  if (isSecure) socket.destroy();
  else socket.end("HTTP/1.1 503 Too many connections\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  socket.once("finish", () => socket.destroy());
}

function pem({ key, cert }: TlsFiles): { key: string; cert: string; handshakeTimeout: number } {
  let fits = false;
  try {
    fits = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    // An error of the platform could quote the key.
  }
  if (!fits) throw new UsageError('the option "tls" needs a private key and its certificate, both as PEM text');
  return { key, cert, handshakeTimeout: HEADERS_TIMEOUT_MS };
}
