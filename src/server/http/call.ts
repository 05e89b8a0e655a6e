/**
 * One request as handlers see it: its user, its place and its parameters. Parameters come from query and body alike, and
 * their names ignore case (protocol.md §1). Cookie values are compared byte for byte.
 */
import { randomUUID } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { SiteHost } from "../../protocol/sites.js";
import { constantTimeEqual, type Network, type Session } from "../network.js";
import type { SiteState } from "../site-state.js";
import type { UserRecord } from "../world/records.js";
import type { World } from "../world/world.js";
import type { Place } from "./place.js";
import type { Upload } from "./request-body.js";

/** The environment that Hono passes to handlers: `c.env.call`. */
export interface ServerEnv {
  Bindings: HttpBindings & { readonly call: Call };
}

export type ServerContext = Context<ServerEnv>;

/** Thrown for a form without a valid fkey (protocol.md §2.5). */
export class StaleFkey extends Error {}

/** Thrown for an action that needs a login, if the user is anonymous. */
export class LoginNeeded extends Error {}

/** Parameters by lower-case name. */
export class Params {
  readonly #values = new Map<string, string>();

  add(source: Iterable<[string, string]>): void {
    for (const [name, value] of source) this.#values.set(name.toLowerCase(), value);
  }

  get(name: string): string | undefined {
    return this.#values.get(name.toLowerCase());
  }

  /** A whole number; the fallback if the parameter is missing or invalid. */
  integer(name: string, fallback: number): number {
    const text = this.get(name)?.trim();
    return text && /^-?\d{1,15}$/.test(text) ? Number(text) : fallback;
  }

  flag(name: string): boolean {
    return this.get(name)?.toLowerCase() === "true";
  }

  entries(): IterableIterator<[string, string]> {
    return this.#values.entries();
  }
}

export interface Call {
  readonly place: Place;
  readonly state: SiteState;
  readonly sites: ReadonlyMap<SiteHost, SiteState>;
  readonly world: World;
  readonly network: Network;
  readonly params: Params;
  readonly session: Session | null;
  /** The site's user for the session; null when anonymous. */
  readonly viewer: UserRecord | null;
  /** The chat fkey for pages. */
  readonly fkey: string;
  /** The visitor's `prov` cookie, possibly a new one. */
  readonly prov: string;
  /** The IP address of the client. */
  readonly address: string;
  /** The `Referer` header. */
  readonly referer: string | undefined;
  /** The image of an upload; null for every other request. */
  readonly upload: Upload | null;
  /** `Set-Cookie` values for the response. */
  readonly setCookies: string[];
}

/** Identifies the user of a request. */
export function createCall(
  place: Place,
  sites: ReadonlyMap<SiteHost, SiteState>,
  request: {
    readonly params: Params;
    readonly cookieHeader: string;
    readonly referer: string | undefined;
    readonly upload: Upload | null;
    readonly address: string;
  },
): Call {
  const { state } = place;
  const { network, world } = state;
  const { params } = request;
  const cookies = readCookies(request.cookieHeader);
  const setCookies: string[] = [];
  const session = network.session(cookies.get("acct")) ?? network.session(cookies.get(chatCookieName(state)));
  const known = cookies.get("prov") || undefined;
  const prov = known ?? randomUUID();
  if (!known) setCookies.push(cookieText(place, "prov", prov, place.cookieDomain));
  const viewer = session && (place.role === "chat" || place.role === "both") ? userOf(world, session) : null;
  if (session && viewer && cookies.get(chatCookieName(state)) !== session.chat) {
    setCookies.push(cookieText(place, chatCookieName(state), session.chat, null));
  }
  const fkey = network.chatFkey(state.host, session?.id ?? known ?? "");
  const { upload, referer, address } = request;
  const who = { session, viewer, fkey, prov, address };
  return { place, state, sites, world, network, params, ...who, referer, upload, setCookies };
}

/** @throws {StaleFkey} unless the fkey is that of the session or, for an anonymous request, that of anonymous visitors */
export function checkFkey(call: Call): void {
  const given = call.params.get("fkey");
  if (constantTimeEqual(given, call.fkey)) return;
  if (!call.session && constantTimeEqual(given, call.network.chatFkey(call.state.host, ""))) return;
  throw new StaleFkey();
}

/** Returns the logged-in user after checking the fkey. @throws {StaleFkey} @throws {LoginNeeded} */
export function requireLogin(call: Call): UserRecord {
  checkFkey(call);
  if (!call.viewer) throw new LoginNeeded();
  return call.viewer;
}

/** Builds a `Set-Cookie` value, with `Secure` on https. */
export function cookieText(
  place: Place,
  name: string,
  value: string,
  domain: string | null,
  maxAge = 15_552_000,
): string {
  const parts = [`${name}=${value}`, "Path=/", `Max-Age=${maxAge}`, "HttpOnly", "SameSite=Lax"];
  if (domain) parts.push(`Domain=${domain}`);
  if (place.secure) parts.push("Secure");
  return parts.join("; ");
}

/** The name of chat's own cookie (protocol.md §1). */
export function chatCookieName(state: SiteState): string {
  return state.host === "stackexchange.com" ? "sechatusr" : "chatusr";
}

function readCookies(header: string): ReadonlyMap<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of header.split(";")) {
    const equals = pair.indexOf("=");
    if (equals > 0) cookies.set(pair.slice(0, equals).trim(), pair.slice(equals + 1).trim());
  }
  return cookies;
}

/** The site's user of a session. An account without one is anonymous, as on the live sites before the first visit. */
function userOf(world: World, session: Session): UserRecord | null {
  const user = world.userByEmail(session.account.email) ?? null;
  if (!user) return null;
  const now = world.now();
  // Reported at most once a minute, because every request updates it.
  const isNews = now - (user.lastSeen ?? 0) >= 60;
  user.lastSeen = now;
  if (isNews) world.changes.user(user, "lastSeen");
  return user;
}
