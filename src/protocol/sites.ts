/** The three chat installations, and how a name for one of them is read (protocol.md §1). */
import { UsageError } from "../errors/index.js";

/** Where to connect for an origin instead of where its name points. */
export interface Endpoint {
  readonly hostname: string;
  readonly port: number;
  /** Whether to speak TLS. @default false */
  readonly tls?: boolean;
  /** Certificates (PEM) to trust there instead of the system's, such as that of a local server. */
  readonly ca?: string | undefined;
}

/** Tells for an origin such as `https://chat.stackexchange.com` where to connect; undefined means where its name points. */
export type Resolver = (origin: string) => Endpoint | undefined;

/** A chat installation: its ids are its own. */
export interface Site {
  /** The host without `chat.`, such as `stackexchange.com`. */
  readonly host: string;
  /** The name shown on its pages, such as `Stack Overflow`. */
  readonly name: string;
  /** The root of chat, such as `https://chat.stackoverflow.com`. */
  readonly chatOrigin: string;
  /** The root of the site that logs people in, such as `https://stackoverflow.com`. */
  readonly loginOrigin: string;
  /** Set by a local server: where these origins really are. */
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

/** A host of one of the three live sites. */
export type SiteHost = "stackexchange.com" | "meta.stackexchange.com" | "stackoverflow.com";

/** 127.0.0.0/8 with four decimal numbers, without leading zeros, which some read as octal. */
const loopbackAddress = /^127(?:\.(?:0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])){3}$/;

/** True for addresses that never leave this machine. */
export function isLoopback(hostname: string): boolean {
  return ["localhost", "[::1]", "::1"].includes(hostname) || loopbackAddress.test(hostname);
}

/**
 * Reads what a user may call a site: a host (with or without `chat.`), an `https://` URL of it, the
 * `http://127.0.0.1:…` URL of a local server, or a {@link Site}.
 * @throws {BAD_ARGUMENT} for anything else.
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

/** Own keys only: `constructor` is no host. */
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
