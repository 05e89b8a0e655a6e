/**
 * Decides which addresses belong to a site. Requests, redirects and sockets go nowhere else, and from TLS only to TLS.
 * Judges origins, not the addresses they resolve to.
 */
import { isIP } from "node:net";
import { getPublicSuffix } from "tough-cookie";
import { type FailureContext, ParseError } from "../errors/index.js";
import { type Endpoint, isLoopback, type Site, sites } from "../protocol/sites.js";

/**
 * The registrable domain of a host by the public suffix list: cookies such as `acct` are set for it (protocol.md §2.1).
 * Undefined for an IP address and for a name without a dot.
 */
export function registrable(hostname: string): string | undefined {
  if (isIP(hostname.replace(/^\[|\]$/g, "")) !== 0) return undefined;
  return getPublicSuffix(hostname, { allowSpecialUseDomain: true, ignoreError: true });
}

/** The parts of a site that say where it is. */
export type SiteOrigins = Pick<Site, "chatOrigin" | "loginOrigin" | "resolve">;

/** The live sites redirect between these domains. */
const LIVE_DOMAINS: readonly string[] = [
  ...new Set(Object.values(sites).flatMap(({ host }) => registrable(host) ?? [])),
];

/**
 * Whether an address belongs to the site: one of its origins, or a host under its domains, without user info. A local
 * server owns only addresses that it resolves: any other host would be the real one.
 */
export function isOfSite(site: SiteOrigins, address: URL): boolean {
  if (!/^(?:https?|wss?):$/.test(address.protocol) || address.username || address.password) return false;
  if (site.resolve && !isLoopback(address.hostname) && !site.resolve(address.origin)) return false;
  return [site.chatOrigin, site.loginOrigin].some((origin) => {
    const own = new URL(origin);
    const isOwnPort = address.port === own.port;
    return isOwnPort && (address.hostname === own.hostname || isOfDomains(address.hostname, domainsOf(own.hostname)));
  });
}

function domainsOf(hostname: string): readonly string[] {
  const domain = registrable(hostname);
  if (domain === undefined) return [];
  return LIVE_DOMAINS.includes(domain) ? LIVE_DOMAINS : [domain];
}

function isOfDomains(hostname: string, domains: readonly string[]): boolean {
  return domains.some((domain) => hostname === domain || hostname.endsWith(`.${domain}`));
}

/**
 * The address that a redirect leads to.
 * @throws {NOT_UNDERSTOOD} when it does not belong to the site, or leaves TLS, which would send cookies in clear text
 */
export function redirectTarget(
  location: string,
  from: URL,
  isOurs: (address: URL) => boolean,
  about: FailureContext,
): URL {
  const astray = (to: string): ParseError =>
    new ParseError("redirect", `${from.host} redirects to ${to}`, { ...about, bare: true });
  const to = URL.parse(location, from.href);
  if (!to) throw astray("an invalid address");
  if (!/^https?:$/.test(to.protocol)) throw astray(`a ${to.protocol} address`);
  if (!isOurs(to)) throw astray(`${to.host.slice(0, 100)}, which does not belong to the site`);
  if (from.protocol === "https:" && to.protocol === "http:") throw astray(`http://${to.host}, which is not https`);
  return to;
}

/**
 * Whether a socket address belongs to the site and is as private as its pages: `ws:` is allowed only on this machine.
 */
export function isSocketOf(site: SiteOrigins, address: URL, target?: Endpoint): boolean {
  const isClear = address.protocol === "ws:";
  if (isClear && (site.chatOrigin.startsWith("https:") || !isLoopback(target?.hostname ?? address.hostname)))
    return false;
  return (isClear || address.protocol === "wss:") && isOfSite(site, address);
}
