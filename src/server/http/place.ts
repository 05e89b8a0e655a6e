/**
 * The place that a request addresses: one of the live hosts, or the address of a listener. It determines the site, the
 * role (chat or login), and the form of absolute URLs and cookies.
 */
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { SiteHost } from "../../protocol/sites.js";
import { isLoopback } from "../../protocol/sites.js";
import { isNetworkLogin, questionSite } from "../parent-sites.js";
import type { SiteState } from "../site-state.js";

/** The socket host of all three sites. */
export const SOCKET_HOST = "chat.sockets.stackexchange.com";

export interface Place {
  readonly state: SiteState;
  /** `home` is the bare domain of the network, which has a front page but no login any more. */
  readonly role: "chat" | "login" | "home" | "both";
  /** Whether it is the listener's own address: loopback, or any address of an exposed listener. */
  readonly loopback: boolean;
  /** Whether its URLs are https, and its cookies therefore Secure. */
  readonly secure: boolean;
  /** Origins without a trailing slash. */
  readonly chatUrl: string;
  readonly loginUrl: string;
  /** The name of the Q&A site that users log in to here. */
  readonly siteName: string;
  readonly socketUrl: string;
  /** The domain of login cookies; null for host-only cookies. */
  readonly cookieDomain: string | null;
}

/**
 * Returns the host of a request. That of an absolute request target overrides the Host header (RFC 9112, 3.2.2). Returns
 * null if there are two hosts, or an invalid target.
 */
export function hostOf({ url = "", rawHeaders }: IncomingMessage): string | null {
  const hosts = rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === "host");
  if (hosts.length > 1) return null;
  if (!/^[a-z][a-z0-9+.-]*:/i.test(url)) return hosts[0] ?? "";
  const target = URL.parse(url);
  return target && /^https?:$/.test(target.protocol) && !target.username && !target.password ? target.host : null;
}

/** Finds the place of a Host header; undefined for a foreign host. */
export function placeOf(
  hostHeader: string,
  sites: ReadonlyMap<SiteHost, SiteState>,
  listener: SiteState,
): Place | undefined {
  const hostname = hostHeader.toLowerCase().replace(/:\d+$/, "");
  if (isLoopback(hostname) || isExposedName(hostname, listener)) {
    // An exposed server may be reached through a port mapped by a container or a proxy.
    const host = listener.options.exposed ? hostHeader.toLowerCase() : `${hostname}:${listener.port}`;
    const secure = listener.options.tls !== undefined;
    const origin = `${secure ? "https" : "http"}://${host}`;
    return {
      state: listener,
      role: "both",
      loopback: true,
      secure,
      chatUrl: origin,
      loginUrl: origin,
      siteName: listener.live.name,
      socketUrl: `${secure ? "wss" : "ws"}://${host}`,
      cookieDomain: null,
    };
  }
  // The listener's own site is first, because two sites use meta.stackexchange.com for logins.
  for (const state of [listener, ...sites.values()]) {
    const { chatOrigin, loginOrigin } = state.live;
    const role = roleOf(`https://${hostname}`, state);
    if (role) return livePlace(state, role, hostname, { chatUrl: chatOrigin, loginUrl: loginOrigin });
  }
  const network = sites.get("stackexchange.com");
  if (!network || !isNetworkLogin(hostname)) return undefined;
  return livePlace(network, "login", hostname, { chatUrl: network.live.chatOrigin, loginUrl: `https://${hostname}` });
}

function livePlace(
  state: SiteState,
  role: "chat" | "login" | "home",
  hostname: string,
  urls: Pick<Place, "chatUrl" | "loginUrl">,
): Place {
  return {
    ...{ state, role, loopback: false, secure: true, ...urls },
    siteName: (role === "login" && questionSite(hostname)?.name) || state.live.name,
    socketUrl: `wss://${SOCKET_HOST}`,
    cookieDomain: `.${hostname.split(".").slice(-2).join(".")}`,
  };
}

function roleOf(origin: string, { live, siteUrl }: SiteState): "chat" | "login" | "home" | null {
  if (origin === live.chatOrigin) return "chat";
  if (origin === live.loginOrigin) return "login";
  return origin === siteUrl ? "home" : null;
}

/**
 * Whether an exposed listener accepts this name: IP addresses, localhost, and the `hostname` it listens on. Any other name
 * could be one that a hostile page has pointed here (DNS rebinding), which is impossible with an IP address.
 */
function isExposedName(hostname: string, { options }: SiteState): boolean {
  if (!options.exposed) return false;
  // A zone (`fe80::1%eth0`) is local to one machine, and URLs cannot have one.
  const isAddress = isIP(hostname.replace(/^\[|\]$/g, "")) !== 0 && !hostname.includes("%");
  return isAddress || isLoopback(hostname) || hostname === options.hostname.toLowerCase();
}

/**
 * Whether a socket's Origin header is that of a chat page: on a live host, on one of our listeners, or on the address that
 * this request was sent to.
 */
export function isKnownOrigin(
  origin: string | undefined,
  hostHeader: string | undefined,
  sites: ReadonlyMap<SiteHost, SiteState>,
): boolean {
  const url = origin === undefined ? null : URL.parse(origin);
  if (!url || !/^https?:$/.test(url.protocol)) return false;
  for (const state of sites.values()) {
    if (`https://${url.host}` === state.live.chatOrigin) return true;
    if (isLoopback(url.hostname) && Number(url.port) === state.port) return true;
    if (url.host === hostHeader?.toLowerCase() && isExposedName(url.hostname, state)) return true;
  }
  return false;
}

/** Whether a POST's Origin header is one of ours: that of a chat page or of a login site. */
export function isOwnOrigin(
  origin: string,
  hostHeader: string | undefined,
  sites: ReadonlyMap<SiteHost, SiteState>,
): boolean {
  if (isKnownOrigin(origin, hostHeader, sites)) return true;
  if ([...sites.values()].some(({ live, siteUrl }) => origin === live.loginOrigin || origin === siteUrl)) return true;
  const host = /^https:\/\/([^/]+)$/.exec(origin)?.[1] ?? "";
  return sites.has("stackexchange.com") && isNetworkLogin(host);
}

/** Returns the redirect target after a login, which must be one of our own origins. */
export function safeReturnUrl(
  wanted: string | undefined,
  place: Place,
  sites: ReadonlyMap<SiteHost, SiteState>,
): string {
  const home = `${place.loginUrl}/`;
  if (!wanted) return home;
  const url = URL.parse(wanted, home);
  if (!url) return home;
  const own = new Set([place.chatUrl, place.loginUrl]);
  for (const { live, port } of sites.values()) {
    const scheme = place.secure ? "https" : "http";
    if (place.loopback) own.add(`${scheme}://127.0.0.1:${port}`).add(`${scheme}://localhost:${port}`);
    else own.add(live.chatOrigin).add(live.loginOrigin);
  }
  return own.has(url.origin) && !url.username && !url.password ? url.href : home;
}
