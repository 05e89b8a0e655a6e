/** The connection pool of one client: shared by all its logins, closed when the client closes. */
import type * as Undici from "undici";
import type { Dispatcher } from "undici";
import { UsageError } from "../errors/index.js";
import { MAX_REQUESTS_PER_HOST } from "./host-limiter.js";
import { loadPackage } from "./load-package.js";
import { asConnectFailure } from "./network-failure.js";
import type { ProxyServer } from "./proxies.js";
import type { Routes } from "./routes.js";
import { tlsOptions, trustOptions } from "./tls.js";

/** The parts of undici that make a request, and the dispatcher of each route. */
export interface OpenPool {
  readonly request: typeof Undici.request;
  readonly FormData: typeof Undici.FormData;
  /** Connects to resolved origins and directly to all other hosts. */
  readonly direct: Dispatcher;
  /** Connects through a proxy. */
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

  /** Opens the pool on first use, so that importing the package stays cheap. */
  open(): Promise<OpenPool> {
    this.#open ??= openPool(this.routes);
    return this.#open;
  }

  /** Closes every connection; requests in flight fail. */
  async close(): Promise<void> {
    const open = await this.#open;
    this.#open = undefined;
    await open?.destroy();
  }
}

/** undici's own timeouts are off: request timeouts use the client's clock. */
const LIMITS = { connections: MAX_REQUESTS_PER_HOST, pipelining: 1, headersTimeout: 0, bodyTimeout: 0 } as const;

async function openPool(routes: Routes): Promise<OpenPool> {
  // Import the file: Bun's built-in "undici" ignores the connector and would look up the real host.
  const { Agent, ProxyAgent, buildConnector, FormData, request } = await loadPackage(
    "undici",
    import("undici/index.js"),
  );
  if (!("dispatch" in Agent.prototype))
    throw new UsageError(
      "undici was replaced by something that ignores custom connectors; use the package undici itself",
    );
  const timeout = CONNECT_TIMEOUT_MS;
  const trust = { timeout, ...trustOptions(routes.ca) };
  const connect = buildConnector(trust);
  const direct = new Agent({
    ...LIMITS,
    connect(options, callback) {
      try {
        const { target } = routes.routeFor(new URL(`${options.protocol}//${options.host ?? options.hostname}`));
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
