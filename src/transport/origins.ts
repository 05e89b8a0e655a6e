/**
 * Which addresses belong to a site: its requests, redirects and sockets go nowhere else, and from TLS only to TLS. Judges
 * origins, not the addresses that they resolve to.
 */
import { isIP } from "node:net";
import { getPublicSuffix } from "tough-cookie";
import { type FailureContext, ParseError } from "../errors/index.js";
import { type Endpoint, isLoopback, type Site, sites } from "../protocol/sites.js";

/**
 * The domain that a host is registered under, by the public suffix list: cookies such as `acct` are set for it
 * (protocol.md §2.1). Undefined for an IP address, and for a name without a dot.
 */
export function registrable(hostname: string): string | undefined {
  if (isIP(hostname.replace(/^\[|\]$/g, "")) !== 0) return undefined;
  return getPublicSuffix(hostname, { allowSpecialUseDomain: true, ignoreError: true });
}

/** The parts of a site that say where it is. */
export type SiteOrigins = Pick<Site, "chatOrigin" | "loginOrigin" | "resolve">;

/** The domains of the live sites lead to each other. */
const LIVE_DOMAINS: readonly string[] = [
  ...new Set(Object.values(sites).flatMap(({ host }) => registrable(host) ?? [])),
];

/**
 * Whether an address is of the site: one of its origins, or a host of its domains, without a user or password in it. Of a
 * local server only what it resolves: a host that it does not know would be the real one.
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
 * @throws {NOT_UNDERSTOOD} for one that is not the site's own, or leaves TLS, which would send cookies in clear text
 */
export function redirectTarget(
  location: string,
  from: URL,
  isOurs: (address: URL) => boolean,
  about: FailureContext,
): URL {
  const astray = (to: string): ParseError =>
    new ParseError("redirect", `${from.host} leads to ${to}`, { ...about, bare: true });
  const to = URL.parse(location, from.href);
  if (!to) throw astray("something that is no address");
  if (!/^https?:$/.test(to.protocol)) throw astray(`a ${to.protocol} address`);
  if (!isOurs(to)) throw astray(`${to.host.slice(0, 100)}, which is not the site's`);
  if (from.protocol === "https:" && to.protocol === "http:")
    throw astray(`http://${to.host}, which is not a way over https`);
  return to;
}

/** Whether a socket address is the site's own, and no less private than its pages: `ws:` is for this machine alone. */
export function isSocketOf(site: SiteOrigins, address: URL, target?: Endpoint): boolean {
  const isClear = address.protocol === "ws:";
  if (isClear && (site.chatOrigin.startsWith("https:") || !isLoopback(target?.hostname ?? address.hostname)))
    return false;
  return (isClear || address.protocol === "wss:") && isOfSite(site, address);
}
