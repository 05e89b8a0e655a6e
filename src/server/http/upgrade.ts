/**
 * The entry point of sockets: `/events/{room}/{32 hex}?l=…` with the Origin of a chat page (protocol.md §3.4). The token
 * identifies the site, so one socket host serves all of them.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { SiteState } from "../site-state.js";
import type { SocketTicket } from "../tickets.js";
import { mayEnter } from "../world/access.js";
import type { Shared } from "./app.js";
import { hostOf, isKnownOrigin } from "./place.js";

export interface Upgrades {
  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

/** Creates the upgrade handler of one listener. */
export function createUpgrades(shared: Shared, listener: SiteState): Upgrades {
  // Clients never send anything on a chat socket.
  const options = { noServer: true, perMessageDeflate: false, maxPayload: 4096, clientTracking: false };
  const server = new WebSocketServer(options);
  const visitors = new SocketCounts(listener.options.maxSocketsPerVisitor);
  const handle = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const url = URL.parse(request.url ?? "/", "http://unknown.invalid");
    if (!url) {
      refuse(socket, 400);
      return;
    }
    const host = hostOf(request);
    if (host === null) {
      refuse(socket, 400);
      return;
    }
    const { ticket, token } = ticketOf(url.pathname, listener);
    const state = (ticket && shared.sites.get(ticket.host)) ?? listener;
    const { ms } = state.faults.delayOf(url.pathname);
    await state.latency.wait(ms, socket);
    if (socket.destroyed) return;
    const log = (status: number): void => {
      const path = url.pathname;
      shared.requests.add({ method: "GET", host, path, status, at: listener.options.clock.now() }, url.searchParams);
    };
    if (applyFault(state, url.pathname, socket, log)) return;
    const room = ticket && state.world.rooms.get(ticket.roomId);
    const isKnown = isKnownOrigin(request.headers.origin, host, shared.sites);
    const userId = ticket?.userId ?? null;
    const user = userId === null ? null : (state.world.users.get(userId) ?? null);
    // With latency, the ticket may have expired or opened its last socket in the meantime.
    const isOver = ticketOf(url.pathname, listener).ticket === undefined;
    if (!isKnown || !ticket || isOver || !room || !mayEnter(room, user, state.world.now())) {
      const status = isKnown ? 404 : 403;
      log(status);
      refuse(socket, status);
      return;
    }
    // Anonymous visitors can discard their cookies, so they are counted by IP address.
    const visitor = ticket.session?.id ?? request.socket.remoteAddress ?? "";
    if (!visitors.acquire(visitor, socket)) {
      log(429);
      refuse(socket, 429);
      return;
    }
    server.handleUpgrade(request, socket, head, (accepted) => {
      log(101);
      listener.network.tickets.use(token);
      state.hub.add(accepted, room, user, cursorOf(url.searchParams.get("l")));
    });
  };
  return {
    handle(request, socket, head) {
      socket.on("error", () => socket.destroy());
      handle(request, socket, head).catch(() => socket.destroy());
    },
    close: () => server.close(),
  };
}

/** Applies the planned fault of a socket, if any. Returns whether there was one. */
function applyFault(state: SiteState, path: string, socket: Duplex, log: (status: number) => void): boolean {
  const fault = state.faults.take(path);
  if (!fault || fault.kind === "packed") return false;
  if (fault.kind === "answer") {
    log(fault.status);
    refuse(socket, fault.status, fault);
    return true;
  }
  log(0);
  if (fault.kind === "hang") {
    state.faults.trackHangingSocket(socket);
    socket.resume().once("end", () => socket.destroy());
  } else socket.destroy();
  return true;
}

/** Refuses an upgrade. Closes the socket itself, because nobody reads from it and would notice that the client has gone. */
function refuse(
  socket: Duplex,
  status: number,
  { body = "", headers = {} }: { body?: string; headers?: Readonly<Record<string, string>> } = {},
): void {
  const all = { ...headers, Connection: "close", "Content-Length": Buffer.byteLength(body) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join("")}\r\n${body}`);
}

function ticketOf(
  path: string,
  { network, options }: SiteState,
): { readonly ticket: SocketTicket | undefined; readonly token: string } {
  const [, room, token = ""] = /^\/events\/(\d{1,15})\/([0-9a-f]{32})$/.exec(path) ?? [];
  const ticket = network.tickets.find(token, options.clock.now());
  return { ticket: ticket?.roomId === Number(room) ? ticket : undefined, token };
}

/** Counts the open sockets of each visitor. */
class SocketCounts {
  readonly #counts = new Map<string, number>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** Counts a socket until it closes; false if its visitor is at the limit. */
  acquire(visitor: string, socket: Duplex): boolean {
    const count = this.#counts.get(visitor) ?? 0;
    if (count >= this.#most) return false;
    this.#counts.set(visitor, count + 1);
    socket.once("close", () => {
      const left = (this.#counts.get(visitor) ?? 1) - 1;
      if (left > 0) this.#counts.set(visitor, left);
      else this.#counts.delete(visitor);
    });
    return true;
  }
}

/** Parses a cursor; null if it is not a number. Unix times and huge constants mean "from now on". */
function cursorOf(text: string | null): number | null {
  return text !== null && /^\d{1,20}$/.test(text) ? Number(text) : null;
}
