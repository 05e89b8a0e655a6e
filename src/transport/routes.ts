/** How the connections of one client are made: to a resolved address, through a proxy, or directly, and whom TLS trusts. */
import { isIP } from "node:net";
import { UsageError } from "../errors/index.js";
import { type Endpoint, isLoopback, type Resolver } from "../protocol/sites.js";
import { isRecord } from "../protocol/values.js";
import { isThenable, settled } from "../util/call-safely.js";
import { shown } from "../util/options.js";
import { quiet } from "../util/promises.js";
import { callUser } from "./network-failure.js";
import { ProxyServer, proxyOfEnvironment } from "./proxies.js";
import { certificatesOf } from "./tls.js";

/** Options of all connections of a client. */
export interface ConnectionOptions {
  readonly resolve?: Resolver | undefined;
  readonly proxy?: string | false | undefined;
  readonly ca?: string | readonly string[] | undefined;
}

/** The way to one origin: at most one of the two is set. A resolved origin is never proxied. */
export interface Route {
  readonly target?: Endpoint | undefined;
  readonly proxy?: ProxyServer | undefined;
}

export class Routes {
  /** The certificates to trust besides the runtime's, in PEM form, one each. */
  readonly ca: readonly string[] | undefined;
  readonly #resolve: Resolver | undefined;
  /** False for no proxy at all, undefined for the environment's. */
  readonly #proxy: ProxyServer | false | undefined;

  /** @throws {BAD_ARGUMENT} for a `proxy` or a `ca` that cannot be one */
  constructor({ resolve, proxy, ca }: ConnectionOptions) {
    this.#resolve = resolve;
    this.#proxy = proxy === undefined || proxy === false ? proxy : ProxyServer.read(proxy, "the option proxy");
    this.ca = ca === undefined ? undefined : certificatesOf(ca);
  }

  /**
   * The way to an address; a socket goes where the pages of its host go, unless the resolver leads it elsewhere.
   * @throws the error of the user's resolver, wrapped {BAD_ARGUMENT} for what is no endpoint, and no proxy
   */
  to(address: URL): Route {
    const { protocol, origin, host } = address;
    const target =
      this.#resolved(origin) ??
      (protocol.startsWith("ws") ? this.#resolved(`${protocol.replace("ws", "http")}//${host}`) : undefined);
    if (target) return { target };
    if (this.#proxy === false || isLoopback(address.hostname)) return {};
    return { proxy: this.#proxy ?? proxyOfEnvironment(address, process.env) };
  }

  #resolved(origin: string): Endpoint | undefined {
    return callUser(() => {
      const target: unknown = this.#resolve?.(origin);
      if (target === undefined || target === null) return undefined;
      // Its rejection must not end the process: the error below says enough.
      if (isThenable(target)) quiet(settled(target));
      const endpoint = isRecord(target) && endpointOf(target);
      if (endpoint) return endpoint;
      throw new UsageError(
        `resolve gives { hostname, port, tls?, ca? } at once, or undefined; for ${origin} it gave ${described(target)}`,
      );
    });
  }
}

function endpointOf({ hostname, port, tls, ca }: Readonly<Record<string, unknown>>): Endpoint | undefined {
  if (typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > 65_535) return undefined;
  if (typeof hostname !== "string" || !/^[\w.:%-]+$/.test(hostname)) return undefined;
  if (!(ca === undefined || typeof ca === "string") || !URL.canParse(httpUrl(hostname, port))) return undefined;
  return { hostname, port, tls: tls === true, ca };
}

function described(target: unknown): string {
  if (isThenable(target)) return "a promise";
  if (!isRecord(target)) return shown(target);
  return `the hostname ${shown(target.hostname)} and the port ${shown(target.port)}`;
}

/** The root of a host and port; IPv6 addresses get their brackets. */
export function httpUrl(hostname: string, port: number): string {
  return `http://${isIP(hostname) === 6 ? `[${hostname}]` : hostname}:${port}`;
}
