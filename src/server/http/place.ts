/**
 * How a request addressed us: by one of the live hosts, or by the address of a listener. It decides which site
 * answers, whether chat or login, and what the absolute URLs and cookies look like.
 */
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import type { SiteHost } from "../../protocol/sites.js";
import { isLoopback } from "../../protocol/sites.js";
import { isNetworkLogin, questionSite } from "../parent-sites.js";
import type { SiteState } from "../site-state.js";

/** The host that all three sites use for sockets. */
export const socketHost = "chat.sockets.stackexchange.com";

export interface Place {
  readonly state: SiteState;
  /** `home` is the bare domain of the network: it has a front page, and no login any more. */
  readonly role: "chat" | "login" | "home" | "both";
  /** Reached by the listener's own address: loopback, or any that it has when it is exposed. */
  readonly loopback: boolean;
  /** Whether its addresses are https, and its cookies therefore Secure. */
  readonly secure: boolean;
  /** Origins without a final slash. */
  readonly chatUrl: string;
  readonly loginUrl: string;
  /** The name of the Q&A site that logs people in here. */
  readonly siteName: string;
  readonly socketUrl: string;
  /** The domain that a login reaches; null for host-only cookies. */
  readonly cookieDomain: string | null;
}

/**
 * The host that a request is for: that of an absolute target, which goes before the Host header (RFC 9112, 3.2.2); null when
 * there are two hosts, or a target that is no address.
 */
export function hostOf({ url = "", rawHeaders }: IncomingMessage): string | null {
  const hosts = rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === "host");
  if (hosts.length > 1) return null;
  if (!/^[a-z][a-z0-9+.-]*:/i.test(url)) return hosts[0] ?? "";
  const target = URL.parse(url);
  return target && /^https?:$/.test(target.protocol) && !target.username && !target.password ? target.host : null;
}

/** Finds the place a Host header means; undefined for a host that is not ours. */
export function placeOf(
  hostHeader: string,
  sites: ReadonlyMap<SiteHost, SiteState>,
  listener: SiteState,
): Place | undefined {
  const hostname = hostHeader.toLowerCase().replace(/:\d+$/, "");
  if (isLoopback(hostname) || isExposedName(hostname, listener)) {
    // Who is exposed may be reached through a port that a container or a proxy maps.
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
  // The site of the listener goes first, because two sites log in on meta.stackexchange.com.
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
    socketUrl: `wss://${socketHost}`,
    cookieDomain: `.${hostname.split(".").slice(-2).join(".")}`,
  };
}

function roleOf(origin: string, { live, siteUrl }: SiteState): "chat" | "login" | "home" | null {
  if (origin === live.chatOrigin) return "chat";
  if (origin === live.loginOrigin) return "login";
  return origin === siteUrl ? "home" : null;
}

/**
 * Whether an exposed listener answers to this name: to addresses, to localhost, and to the name it was told to listen
 * on. Any other name may be one that a hostile page has pointed here (DNS rebinding); nobody can point an address.
 */
function isExposedName(hostname: string, { options }: SiteState): boolean {
  if (!options.exposed) return false;
  // A zone (`fe80::1%eth0`) means something on one machine only, and no URL has one.
  const isAddress = isIP(hostname.replace(/^\[|\]$/g, "")) !== 0 && !hostname.includes("%");
  return isAddress || isLoopback(hostname) || hostname === options.hostname.toLowerCase();
}

/**
 * Whether a socket's Origin header is that of a chat page: of a live host, of one of our listeners, or of the address
 * that this very request went to.
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

/** Whether a post's Origin header is one of ours: a page of chat, or of the site that logs people in. */
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

/** Where a login may send people: our own origins, never elsewhere. */
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
