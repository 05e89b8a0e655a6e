/**
 * Cookies as users have them, and the file that keeps a session. A cookie value goes back byte for byte: a client that
 * encodes it again is silently anonymous (protocol.md §1).
 */
import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { Cookie, CookieJar, type SerializedCookie } from "tough-cookie";
import { UsageError } from "../errors/index.js";
import { isLoopback, type Site } from "../protocol/sites.js";
import { isRecord, listOf, numberOf, stringOf } from "../protocol/values.js";
import { writeWholeFile } from "../storage/atomic-file.js";

/** One cookie as browsers and their extensions export it. */
export interface CookieRecord {
  readonly name: string;
  readonly value: string;
  /** @default the login site and everything under it */
  readonly domain?: string;
  readonly path?: string;
  readonly secure?: boolean;
  readonly httpOnly?: boolean;
}

/** Cookies as a `Cookie` header line (`"acct=…; prov=…"`), as a record of values, or as a browser's export. */
export type CookieInput = string | Readonly<Record<string, string>> | readonly CookieRecord[];

/**
 * Puts a user's cookies into a jar.
 * @throws {BAD_ARGUMENT} when there is none to be found.
 */
export async function addCookies(jar: CookieJar, input: CookieInput, site: Site): Promise<void> {
  const records = recordsOf(input);
  if (records.length === 0) {
    throw new UsageError(
      'no cookies given; pass a line such as "acct=…; prov=…", a record of values, or a browser\'s export',
    );
  }
  for (const record of records) {
    for (const url of record.domain
      ? [`https://${record.domain.replace(/^\./, "")}/`]
      : [site.loginOrigin, site.chatOrigin]) {
      await jar.setCookie(cookieOf(record, new URL(url).hostname), url, { ignoreError: true });
    }
  }
}

function cookieOf(record: CookieRecord, hostname: string): Cookie {
  const domain = record.domain?.startsWith(".") ? record.domain.slice(1) : (record.domain ?? registrable(hostname));
  return new Cookie({
    key: record.name,
    value: record.value,
    path: record.path ?? "/",
    secure: record.secure ?? false,
    httpOnly: record.httpOnly ?? true,
    ...(isLoopback(hostname) ? {} : { domain }),
  });
}

/** `acct` is set for the registrable domain, so that it reaches the chat host (protocol.md §2.1). */
function registrable(hostname: string): string {
  return hostname.split(".").slice(-2).join(".");
}

function recordsOf(input: CookieInput): readonly CookieRecord[] {
  if (typeof input === "string") {
    return input.split(";").flatMap((pair) => {
      const at = pair.indexOf("=");
      return at > 0 ? [{ name: pair.slice(0, at).trim(), value: pair.slice(at + 1).trim() }] : [];
    });
  }
  if (Array.isArray(input)) return input.filter(isCookie);
  return isRecord(input) ? Object.entries(input).map(([name, value]) => ({ name, value: String(value) })) : [];
}

/** A browser's export holds all sorts of cookies; those without a name, a value or a sensible domain are left out. */
function isCookie(cookie: unknown): cookie is CookieRecord {
  if (!isRecord(cookie) || !stringOf(cookie.name) || typeof cookie.value !== "string") return false;
  return (
    cookie.domain === undefined || (typeof cookie.domain === "string" && /^\.?[\w-]+(\.[\w-]+)*$/.test(cookie.domain))
  );
}

/** What a session file holds. */
export interface StoredSession {
  /** Chat host the session is for. */
  readonly host: string;
  readonly owner: { readonly id: number; readonly name: string | null };
  /** Hash of the email that logged in; null for a session made from cookies. */
  readonly account: string | null;
  readonly cookies: readonly SerializedCookie[];
}

/** A fingerprint of an email, to tell accounts apart without keeping the address. */
export function accountFingerprint(email: string): string {
  return createHash("sha256").update(email.trim().toLowerCase()).digest("hex").slice(0, 32);
}

/**
 * Reads a session file; null when there is none or it is for another site.
 * @throws {BAD_ARGUMENT} when the file is not a session file.
 */
export async function readSessionFile(path: string, site: Site): Promise<StoredSession | null> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw new UsageError(`the session file ${path} can not be read; check its permissions`, { cause: error });
  }
  const session = sessionOf(text);
  if (!session) throw new UsageError(`${path} is not a session file; delete it or name another`);
  return session.host === site.host ? session : null;
}

function sessionOf(text: string): StoredSession | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(value) || !isRecord(value.owner)) return null;
  const host = stringOf(value.host);
  const id = numberOf(value.owner.id);
  const name = stringOf(value.owner.name);
  if (host === undefined || id === undefined) return null;
  const cookies = listOf(value.cookies).filter(isRecord);
  return { host, owner: { id, name: name ?? null }, account: stringOf(value.account) ?? null, cookies };
}

/** Writes a session file whole or not at all, readable by its owner only. */
export async function writeSessionFile(path: string, session: StoredSession): Promise<void> {
  try {
    await writeWholeFile(path, `${JSON.stringify(session, null, 1)}\n`);
  } catch (error) {
    throw new UsageError(`the session file ${path} can not be written; check that its folder exists and is writable`, {
      cause: error,
    });
  }
}

/** A jar filled from a stored session. */
export async function jarOf(session: StoredSession): Promise<CookieJar> {
  return CookieJar.deserialize({
    version: "tough-cookie@6",
    storeType: "MemoryCookieStore",
    rejectPublicSuffixes: true,
    cookies: [...session.cookies],
  });
}

/** Deletes a session file, whose login is over. */
export async function removeSessionFile(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
  } catch (error) {
    throw new UsageError(`the session file ${path} can not be deleted; check that its folder is writable`, {
      cause: error,
    });
  }
}
