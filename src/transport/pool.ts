/** The connections of one client: made once, shared by all its logins, closed when the client ends. */
import type * as Undici from "undici";
import type { Dispatcher } from "undici";
import { UsageError } from "../errors/index.js";
import { PLACES_PER_HOST } from "./host-gate.js";
import { asConnectFailure } from "./network-failure.js";
import { loaded } from "./packages.js";
import type { ProxyServer } from "./proxies.js";
import type { Routes } from "./routes.js";
import { tlsOptions, trusting } from "./tls.js";

/** The parts of undici that make a request, and the dispatcher for each way. */
export interface OpenPool {
  readonly request: typeof Undici.request;
  readonly FormData: typeof Undici.FormData;
  /** The connections to resolved origins and to hosts that are reached directly. */
  readonly direct: Dispatcher;
  /** The connections through a proxy. */
  through(proxy: ProxyServer): Dispatcher;
  destroy(): Promise<void>;
}

const CONNECT_TIMEOUT_MS = 10_000;

export class ConnectionPool {
  readonly routes: Routes;
  #open: Promise<OpenPool> | undefined;

  constructor(routes: Routes) {
    this.routes = routes;
  }

  /** The pool, loaded when it is first needed, so that importing the package stays cheap. */
  open(): Promise<OpenPool> {
    this.#open ??= openPool(this.routes);
    return this.#open;
  }

  /** Closes every connection; requests under way fail. */
  async close(): Promise<void> {
    const open = await this.#open;
    this.#open = undefined;
    await open?.destroy();
  }
}

/** The deadline of a request is on the client's clock, and may be longer than the pool's own limits. */
const LIMITS = { connections: PLACES_PER_HOST, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 } as const;

async function openPool(routes: Routes): Promise<OpenPool> {
  // By its file: Bun has an "undici" of its own, which ignores the connector and would look up the real host.
  const { Agent, ProxyAgent, buildConnector, FormData, request } = await loaded("undici", import("undici/index.js"));
  if (!("dispatch" in Agent.prototype))
    throw new UsageError(
      "undici is replaced by something that ignores where to connect; use the package undici itself",
    );
  const timeout = CONNECT_TIMEOUT_MS;
  const trust = { timeout, ...trusting(routes.ca) };
  const connect = buildConnector(trust);
  const direct = new Agent({
    ...LIMITS,
    connect(options, callback) {
      try {
        const { target } = routes.to(new URL(`${options.protocol}//${options.host ?? options.hostname}`));
        if (!target) return connect(options, callback);
        const there = { ...options, hostname: target.hostname, port: String(target.port) };
        if (!target.tls) return connect({ ...there, protocol: "http:" }, callback);
        const tls = { timeout, ...tlsOptions(target, options.hostname, routes.ca) };
        return buildConnector(tls)({ ...there, protocol: "https:" }, callback);
      } catch (error) {
        return callback(asConnectFailure(error), null);
      }
    },
  });
  const proxied = new Map<string, Dispatcher>();
  const through = (proxy: ProxyServer): Dispatcher => {
    const token = proxy.authorization();
    const own = { uri: proxy.origin, ...(token === undefined ? {} : { token }), requestTls: trust, proxyTls: trust };
    const agent = proxied.get(proxy.reveal()) ?? new ProxyAgent({ ...LIMITS, ...own });
    proxied.set(proxy.reveal(), agent);
    return agent;
  };
  return {
    request,
    FormData,
    direct,
    through,
    async destroy() {
      await Promise.all([direct, ...proxied.values()].map((agent) => agent.destroy()));
    },
  };
}
