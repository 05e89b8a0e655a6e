/**
 * The listener itself, with or without TLS, and its patience: how long a request may take to arrive, how large its
 * headers may be, and how many connections there may be at once. Knows nothing of chat.
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

const maxHeaderBytes = 16_384;
/** Headers are short: they get no longer than this, however long the body may take. */
const headersTimeoutMs = 10_000;

export interface NodeServer {
  readonly server: Server;
  /** Every open connection, those of sockets and of requests that hang included. */
  readonly connections: ReadonlySet<Socket>;
  /** Resolves when every request so far on a connection has its answer. */
  answered(connection: Duplex): Promise<void>;
}

/** @throws {BAD_ARGUMENT} when the certificate cannot be used. */
export function createNodeServer(
  fetch: (request: Request, env: unknown) => Promise<Response>,
  { tls, requestTimeoutMs, maxConnections }: ResolvedOptions,
): NodeServer {
  const limits = {
    maxHeaderSize: maxHeaderBytes,
    requestTimeout: requestTimeoutMs,
    headersTimeout: Math.min(headersTimeoutMs, requestTimeoutMs),
    connectionsCheckingInterval: Math.max(50, Math.min(5_000, requestTimeoutMs / 4)),
  };
  const adapter = { fetch, overrideGlobalObjects: false };
  const server = tls
    ? createAdaptorServer({ ...adapter, createServer: createSecureServer, serverOptions: { ...limits, ...pem(tls) } })
    : createAdaptorServer({ ...adapter, createServer, serverOptions: limits });
  const connections = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    // It comes again when an offer of HTTP/2 is passed over.
    if (connections.has(socket)) return;
    if (connections.size >= maxConnections) {
      refuse(socket, tls !== undefined);
      return;
    }
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
  });
  cutStuckReaders(server as Server, connections, requestTimeoutMs);
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
 * Ends connections on which nothing of an answer has gone out for as long as a request may take to come in: a client that
 * asks and does not read would keep its answers in memory. Sockets have a limit of their own (`maxSocketBuffer`).
 */
function cutStuckReaders(server: Server, connections: ReadonlySet<Socket>, mostMs: number): void {
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

/** Whether a request offers to go on in HTTP/2, as some platforms do at every plain server. */
export function asksForHttp2({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "h2c";
}

/**
 * Handles a request as if it had not asked for another protocol, which a server may do. Node's own way to ignore an
 * upgrade, `shouldUpgradeCallback`, is not in Node 20 and loses the requests behind a body.
 */
export async function passOverUpgrade(
  { server, answered }: NodeServer,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  mostBytes: number,
): Promise<void> {
  // From Node 26 on Node reads the body; before that it is at the head of the socket.
  const body = await bodyOf(request, mostBytes);
  // A second reader of the connection must not answer before the first.
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

/** A whole body; null when it is cut off or too long. */
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

/** Plain connections are told why; before a TLS handshake there is nothing to say. */
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
    // What the platform says may quote the key.
  }
  if (!fits) throw new UsageError('the option "tls" needs a private key and the certificate for it, both as PEM text');
  return { key, cert, handshakeTimeout: headersTimeoutMs };
}
