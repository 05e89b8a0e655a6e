/**
 * Requests and frames under way between the clients of this process and local servers. A clock that is advanced by hand
 * must stand still meanwhile: the network takes real time, and virtual time would run ahead of it.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";

/** The part of a server that is counted. */
interface Counted {
  readonly sites: Readonly<
    Record<string, { readonly faults: Readonly<Record<"hanging" | "hangingSockets" | "underWay", number>> }>
  >;
}

/** Counts the requests of this process that have no answer yet. */
export class Traffic {
  readonly #servers: () => Iterable<Counted>;
  #requests = 0;
  readonly #channels: readonly (readonly [string, () => void])[] = [
    ["undici:request:create", () => this.#requests++],
    ["undici:request:trailers", () => this.#requests--],
    ["undici:request:error", () => this.#requests--],
  ];

  /** @param servers - the servers that run now. */
  constructor(servers: () => Iterable<Counted>) {
    this.#servers = servers;
    for (const [name, count] of this.#channels) subscribe(name, count);
  }

  /** Whether an answer, a handshake or a frame will still arrive. Hanging requests do not count: they are never answered. */
  get isUnderWay(): boolean {
    let requests = this.#requests;
    let late = 0;
    for (const server of this.#servers()) {
      for (const { faults } of Object.values(server.sites)) {
        requests -= faults.hanging - faults.hangingSockets;
        late += faults.underWay;
      }
    }
    return requests > 0 || late > 0;
  }

  close(): void {
    for (const [name, count] of this.#channels) unsubscribe(name, count);
  }
}
