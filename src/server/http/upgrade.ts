/**
 * The way in for sockets: `/events/{room}/{32 hex}?l=…` with the Origin of a chat page (protocol.md §3.4). The token
 * knows the site, so one socket host serves them all.
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

/** Accepts or refuses the upgrades of one listener. */
export function createUpgrades(shared: Shared, listener: SiteState): Upgrades {
  // Clients have nothing to say on a chat socket.
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
    const fault = state.faults.take(url.pathname);
    if (fault?.kind === "hang" || fault?.kind === "hang-up" || fault?.kind === "cut") {
      log(0);
      if (fault.kind === "hang") {
        state.faults.hangsSocket(socket);
        socket.resume().once("end", () => socket.destroy());
      } else socket.destroy();
      return;
    }
    const room = ticket && state.world.rooms.get(ticket.roomId);
    const isKnown = isKnownOrigin(request.headers.origin, host, shared.sites);
    const userId = ticket?.userId ?? null;
    const user = userId === null ? null : (state.world.users.get(userId) ?? null);
    if (fault?.kind === "answer") {
      log(fault.status);
      refuse(socket, fault.status, fault);
      return;
    }
    if (!isKnown || !ticket || !room || !mayEnter(room, user, state.world.now())) {
      const status = isKnown ? 404 : 403;
      log(status);
      refuse(socket, status);
      return;
    }
    // Anonymous visitors drop their cookies as they like, so that they count by address.
    const visitor = ticket.session?.id ?? request.socket.remoteAddress ?? "";
    if (!visitors.take(visitor, socket)) {
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

/** Nobody reads from the socket any more, so it would never learn that the other side has gone. */
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

/** How many sockets each visitor has open. */
class SocketCounts {
  readonly #counts = new Map<string, number>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  /** Counts a socket until it closes; false when its visitor has as many as there may be. */
  take(visitor: string, socket: Duplex): boolean {
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

/** A cursor that is no number counts as none; unix times and huge constants mean "from now on". */
function cursorOf(text: string | null): number | null {
  return text !== null && /^\d{1,20}$/.test(text) ? Number(text) : null;
}
