/**
 * The tokens at the end of socket URLs (`ws-auth`). One opens a few sockets within some minutes, and none once its login is
 * over or its holder is out of the room: clients ask for a new one each time they connect (protocol.md §3.4).
 */
import { randomBytes } from "node:crypto";
import type { SiteHost } from "../protocol/sites.js";
import type { Session } from "./network.js";

/** Whom and what a socket URL is for. */
export interface SocketTicket {
  readonly host: SiteHost;
  readonly roomId: number;
  /** The login it was given to; null when anonymous. */
  readonly session: Session | null;
  /** The user of the site; null when anonymous. */
  readonly userId: number | null;
}

interface Kept extends SocketTicket {
  readonly endsAt: number;
  usesLeft: number;
}

/** How long a ticket serves, in milliseconds of the server's clock, and how many sockets it opens (INF). */
const LIFE_MS = 600_000;
const USES = 5;
/** Tickets kept; the oldest go first. */
const MAX_TICKETS = 10_000;

export class Tickets {
  readonly #tickets = new Map<string, Kept>();

  /** The 32 hex digits for a ticket. @param now - milliseconds since the epoch */
  issue(ticket: SocketTicket, now: number): string {
    const token = randomBytes(16).toString("hex");
    this.#tickets.set(token, { ...ticket, endsAt: now + LIFE_MS, usesLeft: USES });
    for (const [oldest, { endsAt }] of this.#tickets) {
      if (endsAt > now && this.#tickets.size <= MAX_TICKETS) break;
      this.#tickets.delete(oldest);
    }
    return token;
  }

  find(token: string, now: number): SocketTicket | undefined {
    const ticket = this.#tickets.get(token);
    return ticket && ticket.endsAt > now ? ticket : undefined;
  }

  /** A socket was opened with it. */
  use(token: string): void {
    const ticket = this.#tickets.get(token);
    if (!ticket) return;
    ticket.usesLeft--;
    if (ticket.usesLeft <= 0) this.#tickets.delete(token);
  }

  /** Ends those that match. */
  end(isOver: (ticket: SocketTicket) => boolean): void {
    for (const [token, ticket] of this.#tickets) if (isOver(ticket)) this.#tickets.delete(token);
  }
}
