/**
 * Counts requests and frames in flight between the clients of this process and local servers. A manual clock must not
 * advance meanwhile: the network takes real time, and virtual time would run ahead of it.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";

/** The part of a server that is counted. */
interface Counted {
  readonly sites: Readonly<
    Record<string, { readonly faults: Readonly<Record<"hanging" | "hangingSockets" | "underWay", number>> }>
  >;
}

/** Counts the requests of this process that have no response yet. */
export class Traffic {
  readonly #servers: () => Iterable<Counted>;
  /** The requests without a response. A set: a request that fails after its response ends twice. */
  readonly #requests = new Set<unknown>();
  readonly #channels: readonly (readonly [string, (message: unknown) => void])[] = [
    ["undici:request:create", (message) => this.#requests.add(requestOf(message))],
    ["undici:request:trailers", (message) => this.#requests.delete(requestOf(message))],
    ["undici:request:error", (message) => this.#requests.delete(requestOf(message))],
  ];

  /** @param servers - the servers running now */
  constructor(servers: () => Iterable<Counted>) {
    this.#servers = servers;
    for (const [name, count] of this.#channels) subscribe(name, count);
  }

  /**
   * Whether a response, a handshake or a frame is still in flight. Hanging requests do not count: they never get a
   * response.
   */
  get isBusy(): boolean {
    let requests = this.#requests.size;
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

function requestOf(message: unknown): unknown {
  return typeof message === "object" && message !== null && "request" in message ? message.request : message;
}
