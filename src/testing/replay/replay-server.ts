/** The server of a replay, on this machine: answers requests and opens sockets as a recording says. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { AnsweredEntry } from "../../cassette/format.js";
import type { Incoming } from "./tape.js";

/** Decides about requests and sockets. */
export interface Director {
  /** Calls back with the answer when its time has come; never, for a request that hangs. */
  answer(request: Incoming, give: (answer: AnsweredEntry) => void): void;
  /** An open socket; null refuses it. */
  open(address: string): ((socket: WebSocket) => void) | null;
}

/** Bodies are forms and pictures. */
const MOST_BYTES = 16 * 1024 * 1024;

export class ReplayServer {
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });

  constructor(director: Director) {
    this.#server = createServer((request, response) => {
      const respond = (form: Incoming["form"]): void =>
        director.answer({ ...incomingOf(request), form }, (answer) => give(answer, request, response));
      readForm(request).then(respond, () => request.destroy());
    });
    this.#server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on("error", () => socket.destroy());
      const opened = director.open(incomingOf(request).address);
      if (opened) this.#sockets.handleUpgrade(request, socket, head, opened);
      else socket.destroy();
    });
  }

  /** Listens on a free port of this machine; resolves to the port. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(0, "127.0.0.1", () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  /** Ends every connection. */
  async close(): Promise<void> {
    for (const socket of this.#sockets.clients) socket.terminate();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()));
  }
}

function incomingOf({ method = "GET", url = "/", headers }: IncomingMessage): Omit<Incoming, "form"> {
  return { method, address: `${headers.host ?? ""}${url}` };
}

async function readForm(request: IncomingMessage): Promise<Incoming["form"]> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > MOST_BYTES) throw new Error("too long");
    chunks.push(chunk);
  }
  if (!/urlencoded/i.test(request.headers["content-type"] ?? "")) return [];
  return [...new URLSearchParams(Buffer.concat(chunks).toString("utf8"))];
}

function give(
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

/** A header takes Latin-1 only. */
function headerText(value: string): string {
  return value.replace(/[^\t\x20-\x7e\x80-\xff]/g, "?");
}
