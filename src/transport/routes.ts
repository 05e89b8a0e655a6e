/** How the connections of one client are made: to a resolved address, through a proxy, or directly, and whom TLS trusts. */
import { isIP } from "node:net";
import { UsageError } from "../errors/index.js";
import { type Endpoint, isLoopback, type Resolver } from "../protocol/sites.js";
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
    const target = callUser(() => this.#resolve?.(origin));
    if (target === undefined || target === null) return undefined;
    // Its rejection is not the process's end: the error below says enough.
    if (isThenable(target)) quiet(settled(target));
    else if (isEndpoint(target)) return target;
    throw new UsageError(
      `resolve gives { hostname, port } at once, or undefined; for ${origin} it gave ${described(target)}`,
    );
  }
}

function isEndpoint({ hostname, port }: Partial<Endpoint>): boolean {
  const isPort = typeof port === "number" && Number.isInteger(port) && port > 0 && port < 65_536;
  return isPort && typeof hostname === "string" && URL.canParse(httpUrl(hostname, port));
}

function described(target: Partial<Endpoint>): string {
  if (isThenable(target)) return "a promise";
  if (typeof target !== "object") return shown(target);
  return `the hostname ${shown(target.hostname)} and the port ${shown(target.port)}`;
}

/** The root of a host and port; IPv6 addresses get their brackets. */
export function httpUrl(hostname: string, port: number): string {
  return `http://${isIP(hostname) === 6 ? `[${hostname}]` : hostname}:${port}`;
}
