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
  const handle = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    socket.on("error", () => socket.destroy());
    const url = URL.parse(request.url ?? "/", "http://unknown.invalid");
    if (!url) {
      refuse(socket, 400);
      return;
    }
    const ticket = ticketOf(url.pathname, listener);
    const state = (ticket && shared.sites.get(ticket.host)) ?? listener;
    const log = (status: number): void => {
      const path = url.pathname;
      const host = request.headers.host ?? "";
      shared.requests.add({ method: "GET", host, path, status, at: listener.options.clock.now() }, url.searchParams);
    };
    const fault = state.faults.take(url.pathname);
    if (fault && fault.kind !== "answer") {
      log(0);
      if (fault.kind === "hang") {
        state.faults.hangs(socket);
        socket.resume().once("end", () => socket.destroy());
      } else socket.destroy();
      return;
    }
    const room = ticket && state.world.rooms.get(ticket.roomId);
    const isKnown = isKnownOrigin(request.headers.origin, request.headers.host, shared.sites);
    const userId = ticket?.userId ?? null;
    const user = userId === null ? null : (state.world.users.get(userId) ?? null);
    if (fault || !isKnown || !ticket || !room || !mayEnter(room, user, state.world.now())) {
      const status = fault?.status ?? (isKnown ? 404 : 403);
      log(status);
      refuse(socket, status);
      return;
    }
    server.handleUpgrade(request, socket, head, (accepted) => {
      log(101);
      state.hub.add(accepted, room, user, cursorOf(url.searchParams.get("l")));
    });
  };
  return { handle, close: () => server.close() };
}

/** Nobody reads from the socket any more, so it would never learn that the other side has gone. */
function refuse(socket: Duplex, status: number): void {
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
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
