/**
 * The tokens at the end of socket URLs (`ws-auth`). A token opens a few sockets within ten minutes. It is revoked when its
 * login ends or its user is put out of the room. Clients request a new one for each connection (protocol.md §3.4).
 */
import { randomBytes } from "node:crypto";
import type { SiteHost } from "../protocol/sites.js";
import type { Session } from "./network.js";

/** The room and the user that a socket URL is for. */
export interface SocketTicket {
  readonly host: SiteHost;
  readonly roomId: number;
  /** The login session it was issued to; null when anonymous. */
  readonly session: Session | null;
  /** The user of the site; null when anonymous. */
  readonly userId: number | null;
}

interface StoredTicket extends SocketTicket {
  readonly endsAt: number;
  usesLeft: number;
}

/** A ticket's lifetime in milliseconds of the server's clock, and the number of sockets it opens (INF). */
const LIFE_MS = 600_000;
const MAX_USES = 5;
/** The oldest tickets are evicted beyond this number. */
const MAX_TICKETS = 10_000;

export class Tickets {
  readonly #tickets = new Map<string, StoredTicket>();

  /** Issues a token of 32 hex digits. @param now - milliseconds since the epoch */
  issue(ticket: SocketTicket, now: number): string {
    const token = randomBytes(16).toString("hex");
    this.#tickets.set(token, { ...ticket, endsAt: now + LIFE_MS, usesLeft: MAX_USES });
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

  /** Counts a socket opened with the token. */
  use(token: string): void {
    const ticket = this.#tickets.get(token);
    if (!ticket) return;
    ticket.usesLeft--;
    if (ticket.usesLeft <= 0) this.#tickets.delete(token);
  }

  /** Revokes the tickets that match. */
  end(isOver: (ticket: SocketTicket) => boolean): void {
    for (const [token, ticket] of this.#tickets) if (isOver(ticket)) this.#tickets.delete(token);
  }
}
