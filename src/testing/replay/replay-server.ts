/** The local server of a replay, which answers requests and opens sockets as recorded. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { AnsweredEntry } from "../../cassette/format.js";
import type { IncomingRequest } from "./request-matcher.js";

/** Callbacks that decide about requests and sockets. */
export interface ReplayHandlers {
  /** Calls back with the answer when it is due; never calls back for a request that hangs. */
  answer(request: IncomingRequest, give: (answer: AnsweredEntry) => void): void;
  /** Returns a handler for the open socket, or null to refuse it. */
  open(address: string): ((socket: WebSocket) => void) | null;
}

/** Request bodies are forms and images. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

export class ReplayServer {
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });

  constructor(director: ReplayHandlers) {
    this.#server = createServer((request, response) => {
      const respond = (form: IncomingRequest["form"]): void =>
        director.answer({ ...incomingOf(request), form }, (answer) => respondWith(answer, request, response));
      readForm(request).then(respond, () => request.destroy());
    });
    this.#server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on("error", () => socket.destroy());
      const opened = director.open(incomingOf(request).address);
      if (opened) this.#sockets.handleUpgrade(request, socket, head, opened);
      else socket.destroy();
    });
  }

  /** Listens on a free loopback port; resolves to the port. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(0, "127.0.0.1", () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  /** Closes every connection and the server. */
  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()));
  }
}

function incomingOf({ method = "GET", url = "/", headers }: IncomingMessage): Omit<IncomingRequest, "form"> {
  return { method, address: `${headers.host ?? ""}${url}` };
}

async function readForm(request: IncomingMessage): Promise<IncomingRequest["form"]> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Error("the request body is too long");
    chunks.push(chunk);
  }
  if (!/urlencoded/i.test(request.headers["content-type"] ?? "")) return [];
  return [...new URLSearchParams(Buffer.concat(chunks).toString("utf8"))];
}

function respondWith(
  { status, headers = {}, body = "" }: AnsweredEntry,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  if (status === undefined) {
    request.destroy();
    return;
  }
  for (const [name, value] of Object.entries(headers)) {
    response.setHeader(name, typeof value === "string" ? headerText(value) : value.map(headerText));
  }
  response.statusCode = status;
  response.end(body);
}

/** Header values are limited to Latin-1. */
function headerText(value: string): string {
  return value.replace(/[^\t\x20-\x7e\x80-\xff]/g, "?");
}
