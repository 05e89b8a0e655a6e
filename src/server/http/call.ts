/**
 * One request as the handlers see it: who asks, where, with which parameters. Parameters count from the query and the
 * body alike and their names ignore case (protocol.md §1); cookie values are compared byte for byte.
 */
import { randomUUID } from "node:crypto";
import type { HttpBindings } from "@hono/node-server";
import type { Context } from "hono";
import type { SiteHost } from "../../protocol/sites.js";
import { type Network, type Session, sameKey } from "../network.js";
import type { SiteState } from "../site-state.js";
import type { UserRecord } from "../world/records.js";
import type { World } from "../world/world.js";
import type { Place } from "./place.js";
import type { Upload } from "./request-body.js";

/** What Hono carries from the entry to the handlers: `c.env.call`. */
export interface ServerEnv {
  Bindings: HttpBindings & { readonly call: Call };
}

export type ServerContext = Context<ServerEnv>;

/** A form without a valid fkey: protocol.md §2.5. */
export class StaleFkey extends Error {}

/** An action that needs a login, by somebody without one. */
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

  /** A whole number, or the fallback when it is none. */
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
  /** The user of this site that the session belongs to; null when anonymous. */
  readonly viewer: UserRecord | null;
  /** The chat fkey for pages. */
  readonly fkey: string;
  /** The visitor's `prov` cookie, new ones included. */
  readonly prov: string;
  /** The IP address that the request comes from. */
  readonly address: string;
  /** The `Referer` header. */
  readonly referer: string | undefined;
  /** The picture of an upload; null for every other request. */
  readonly upload: Upload | null;
  /** `Set-Cookie` values that go out with the answer. */
  readonly setCookies: string[];
}

/** Finds out who asks. */
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

/** @throws {StaleFkey} unless the request brings the key of its session, or the one for anonymous visitors if it is anonymous. */
export function checkFkey(call: Call): void {
  const given = call.params.get("fkey");
  if (sameKey(given, call.fkey)) return;
  if (!call.session && sameKey(given, call.network.chatFkey(call.state.host, ""))) return;
  throw new StaleFkey();
}

/** The logged-in user, with a valid fkey. @throws {StaleFkey} @throws {LoginNeeded} */
export function actor(call: Call): UserRecord {
  checkFkey(call);
  if (!call.viewer) throw new LoginNeeded();
  return call.viewer;
}

/** A `Set-Cookie` value; Secure wherever the URL says https. */
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

/** Chat's own cookie: protocol.md §1. */
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

/** An account may lack a user on this chat; it is anonymous here, as on the live sites before the first visit. */
function userOf(world: World, session: Session): UserRecord | null {
  const user = world.userByEmail(session.account.email) ?? null;
  if (!user) return null;
  const now = world.now();
  // Noted to the minute: every request is somebody seen.
  const isNews = now - (user.lastSeen ?? 0) >= 60;
  user.lastSeen = now;
  if (isNews) world.changes.user(user, "lastSeen");
  return user;
}
