/**
 * Decides how one client connects: to a resolved address, through a proxy, or directly, and which certificates it
 * trusts.
 */
import { isIP } from "node:net";
import { UsageError } from "../errors/index.js";
import { type Endpoint, isLoopback, type Resolver } from "../protocol/sites.js";
import { isRecord } from "../protocol/values.js";
import { isThenable, toNativePromise } from "../util/call-safely.js";
import { previewValue } from "../util/options.js";
import { markHandled } from "../util/promises.js";
import { callUserFunction } from "./network-failure.js";
import { ProxyServer, proxyOfEnvironment } from "./proxies.js";
import { certificatesOf } from "./tls.js";

/** Options for all connections of a client. */
export interface ConnectionOptions {
  readonly resolve?: Resolver | undefined;
  readonly proxy?: string | false | undefined;
  readonly ca?: string | readonly string[] | undefined;
}

/** The route to one origin: at most one of the two is set. Resolved origins are never proxied. */
export interface Route {
  readonly target?: Endpoint | undefined;
  readonly proxy?: ProxyServer | undefined;
}

export class Routes {
  /** The certificates to trust in addition to the runtime's, one PEM text each. */
  readonly ca: readonly string[] | undefined;
  readonly #resolve: Resolver | undefined;
  /** False for no proxy, undefined for the environment's. */
  readonly #proxy: ProxyServer | false | undefined;

  /** @throws {BAD_ARGUMENT} for an invalid `proxy` or `ca` */
  constructor({ resolve, proxy, ca }: ConnectionOptions) {
    this.#resolve = resolve;
    this.#proxy = proxy === undefined || proxy === false ? proxy : ProxyServer.read(proxy, "the option proxy");
    this.ca = ca === undefined ? undefined : certificatesOf(ca);
  }

  /**
   * The route to an address. A socket takes the route of its host's pages, unless the resolver maps it elsewhere.
   * @throws the error of the caller's resolver, wrapped {BAD_ARGUMENT} for an invalid endpoint or proxy
   */
  routeFor(address: URL): Route {
    const { protocol, origin, host } = address;
    const target =
      this.#resolved(origin) ??
      (protocol.startsWith("ws") ? this.#resolved(`${protocol.replace("ws", "http")}//${host}`) : undefined);
    if (target) return { target };
    if (this.#proxy === false || isLoopback(address.hostname)) return {};
    return { proxy: this.#proxy ?? proxyOfEnvironment(address, process.env) };
  }

  #resolved(origin: string): Endpoint | undefined {
    return callUserFunction(() => {
      const target: unknown = this.#resolve?.(origin);
      if (target === undefined || target === null) return undefined;
      // A rejection must not end the process: the error below says enough.
      if (isThenable(target)) markHandled(toNativePromise(target));
      const endpoint = isRecord(target) && endpointOf(target);
      if (endpoint) return endpoint;
      throw new UsageError(
        `resolve must return { hostname, port, tls?, ca? } synchronously, or undefined; for ${origin} it returned ${describedEndpoint(target)}`,
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

function describedEndpoint(target: unknown): string {
  if (isThenable(target)) return "a promise";
  if (!isRecord(target)) return previewValue(target);
  return `the hostname ${previewValue(target.hostname)} and the port ${previewValue(target.port)}`;
}

/** The http URL of a host and port; IPv6 addresses get brackets. */
export function httpUrl(hostname: string, port: number): string {
  return `http://${isIP(hostname) === 6 ? `[${hostname}]` : hostname}:${port}`;
}
