/** The connections of one client: made once, shared by all its logins, closed when the client ends. */
import type * as Undici from "undici";
import type { Dispatcher } from "undici";
import type { Resolver } from "../protocol/sites.js";
import { PLACES_PER_HOST } from "./host-gate.js";
import { asConnectFailure, callUser } from "./network-failure.js";
import { tlsOptions } from "./tls.js";

/** The parts of undici that make a request. */
export interface OpenPool {
  readonly agent: Dispatcher;
  readonly request: typeof Undici.request;
  readonly FormData: typeof Undici.FormData;
}

const CONNECT_TIMEOUT_MS = 10_000;

export class ConnectionPool {
  readonly #resolve: Resolver | undefined;
  #open: Promise<OpenPool> | undefined;

  constructor(resolve: Resolver | undefined) {
    this.#resolve = resolve;
  }

  /** The pool, loaded when it is first needed, so that importing the package stays cheap. */
  open(): Promise<OpenPool> {
    this.#open ??= openPool(this.#resolve);
    return this.#open;
  }

  /** Closes every connection; requests under way fail. */
  async close(): Promise<void> {
    const open = await this.#open;
    this.#open = undefined;
    await open?.agent.destroy();
  }
}

async function openPool(resolve: Resolver | undefined): Promise<OpenPool> {
  // By its file: Bun has an "undici" of its own, which ignores the connector and would look up the real host.
  const { Agent, buildConnector, FormData, request } = await import("undici/index.js");
  const connect = buildConnector({ timeout: CONNECT_TIMEOUT_MS });
  const agent = new Agent({
    connections: PLACES_PER_HOST,
    pipelining: 1,
    // The deadline of a request is on the client's clock, and may be longer than the pool's own limits.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect(options, callback) {
      try {
        const target = callUser(() => resolve?.(`${options.protocol}//${options.host ?? options.hostname}`));
        if (!target) return connect(options, callback);
        const there = { ...options, hostname: target.hostname, port: String(target.port) };
        if (!target.tls) return connect({ ...there, protocol: "http:" }, callback);
        const tls = { timeout: CONNECT_TIMEOUT_MS, ...tlsOptions(target, options.hostname) };
        return buildConnector(tls)({ ...there, protocol: "https:" }, callback);
      } catch (error) {
        return callback(asConnectFailure(error), null);
      }
    },
  });
  return { agent, request, FormData };
}
