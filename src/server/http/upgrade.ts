/**
 * The way in for sockets: `/events/{room}/{32 hex}?l=…` with the Origin of a chat page (protocol.md §3.4). The token
 * knows the site, so one socket host serves them all.
 */
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { SocketTicket } from "../network.js";
import type { SiteState } from "../site-state.js";
import { mayEnter } from "../world/access.js";
import type { Shared } from "./app.js";
import { isKnownOrigin } from "./place.js";

export interface Upgrades {
  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): void;
}

/** Accepts or refuses the upgrades of one listener. */
export function createUpgrades(shared: Shared, listener: SiteState): Upgrades {
  // Clients have nothing to say on a chat socket.
  const options = { noServer: true, perMessageDeflate: false, maxPayload: 4096, clientTracking: false };
  const server = new WebSocketServer(options);
  const handle = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    const url = URL.parse(request.url ?? "/", "http://unknown.invalid");
    if (!url) {
      refuse(socket, 400);
      return;
    }
    const ticket = ticketOf(url.pathname, listener);
    const state = (ticket && shared.sites.get(ticket.host)) ?? listener;
    const { ms } = state.faults.delayOf(url.pathname);
    await state.latency.wait(ms, socket);
    if (socket.destroyed) return;
    const log = (status: number): void => {
      const path = url.pathname;
      const host = request.headers.host ?? "";
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
    const isKnown = isKnownOrigin(request.headers.origin, request.headers.host, shared.sites);
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
    server.handleUpgrade(request, socket, head, (accepted) => {
      log(101);
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

function ticketOf(path: string, { network }: SiteState): SocketTicket | undefined {
  const match = /^\/events\/(\d{1,15})\/([0-9a-f]{32})$/.exec(path);
  const ticket = match?.[2] ? network.ticket(match[2]) : undefined;
  return ticket?.roomId === Number(match?.[1]) ? ticket : undefined;
}

/** A cursor that is no number counts as none; unix times and huge constants mean "from now on". */
function cursorOf(text: string | null): number | null {
  return text !== null && /^\d{1,20}$/.test(text) ? Number(text) : null;
}
