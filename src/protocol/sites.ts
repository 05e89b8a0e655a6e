/** The three chat sites, and how their names are resolved (protocol.md §1). */
import { UsageError } from "../errors/index.js";

/** An address to connect to instead of the one that an origin resolves to. */
export interface Endpoint {
  readonly hostname: string;
  readonly port: number;
  /** Whether to use TLS. @default false */
  readonly tls?: boolean;
  /** Certificates (PEM) to trust instead of the system's, such as that of a local server. */
  readonly ca?: string | undefined;
}

/**
 * Returns where to connect for an origin such as `https://chat.stackexchange.com`; undefined means where DNS points.
 */
export type Resolver = (origin: string) => Endpoint | undefined;

/** A chat site. Its ids mean nothing on another site. */
export interface Site {
  /** The host without `chat.`, such as `stackexchange.com`. */
  readonly host: string;
  /** The display name, such as `Stack Overflow`. */
  readonly name: string;
  /** The origin of the chat, such as `https://chat.stackoverflow.com`. */
  readonly chatOrigin: string;
  /** The origin of the site that handles logins, such as `https://stackoverflow.com`. */
  readonly loginOrigin: string;
  /** Set by a local server: where its origins really are. */
  readonly resolve?: Resolver;
}

/** The three live sites by host. */
export const sites: Readonly<Record<SiteHost, Site>> = {
  "stackexchange.com": {
    host: "stackexchange.com",
    name: "The Stack Exchange Network",
    chatOrigin: "https://chat.stackexchange.com",
    loginOrigin: "https://meta.stackexchange.com",
  },
  "meta.stackexchange.com": {
    host: "meta.stackexchange.com",
    name: "Meta Stack Exchange",
    chatOrigin: "https://chat.meta.stackexchange.com",
    loginOrigin: "https://meta.stackexchange.com",
  },
  "stackoverflow.com": {
    host: "stackoverflow.com",
    name: "Stack Overflow",
    chatOrigin: "https://chat.stackoverflow.com",
    loginOrigin: "https://stackoverflow.com",
  },
};

/** The host of a live site. */
export type SiteHost = "stackexchange.com" | "meta.stackexchange.com" | "stackoverflow.com";

/** 127.0.0.0/8 as four decimal numbers without leading zeros, which some parsers read as octal. */
const LOOPBACK_ADDRESS = /^127(?:\.(?:0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])){3}$/;

/** True for addresses that never leave this machine. */
export function isLoopback(hostname: string): boolean {
  return ["localhost", "[::1]", "::1"].includes(hostname) || LOOPBACK_ADDRESS.test(hostname);
}

/**
 * Resolves a site: a host (with or without `chat.`), its `https://` URL, the `http://127.0.0.1:…` URL of a local
 * server, or
 * a {@link Site}.
 * @throws {BAD_ARGUMENT} for anything else
 */
export function siteOf(host: string | Site): Site {
  if (isSite(host)) return host;
  if (typeof host === "string") {
    const name = host
      .trim()
      .toLowerCase()
      .replace(/^https:\/\//, "")
      .replace(/^chat\./, "")
      .replace(/\/+$/, "");
    if (isSiteHost(name)) return sites[name];
    const local = localSite(host);
    if (local) return local;
  }
  throw new UsageError(
    `unknown host ${typeof host === "string" ? JSON.stringify(host) : `of type ${typeof host}`}; valid hosts are ${Object.keys(sites).join(", ")} (each also with "chat." in front or as an https:// URL), a Site, or the http://127.0.0.1:… URL of a local server`,
  );
}

/** Own keys only: `constructor` is not a host. */
function isSiteHost(name: string): name is SiteHost {
  return Object.hasOwn(sites, name);
}

function isSite(value: unknown): value is Site {
  const site = value as Partial<Site> | null;
  return (
    typeof site === "object" &&
    site !== null &&
    [site.host, site.name, site.chatOrigin, site.loginOrigin].every((text) => typeof text === "string")
  );
}

function localSite(text: string): Site | undefined {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || !isLoopback(url.hostname) || url.username || url.password)
    return undefined;
  return { host: url.host, name: url.host, chatOrigin: url.origin, loginOrigin: url.origin };
}
