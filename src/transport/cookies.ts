/**
 * Reads cookies in the forms that callers have them. Values are sent back byte for byte: re-encoding them silently
 * makes the client anonymous (protocol.md §1).
 */
import { Cookie, type CookieJar } from "tough-cookie";
import { UsageError } from "../errors/index.js";
import { isLoopback, type Site } from "../protocol/sites.js";
import { isRecord, stringOf } from "../protocol/values.js";
import { registrable } from "./origins.js";

/** One cookie, as browsers and their extensions export it. */
export interface CookieRecord {
  readonly name: string;
  readonly value: string;
  /** @default the login site and its subdomains */
  readonly domain?: string;
  readonly path?: string;
  /** @default true if the site uses TLS */
  readonly secure?: boolean;
  readonly httpOnly?: boolean;
}

/** Cookies as a `Cookie` header line (`"acct=…; prov=…"`), as a record of values, or as a browser's export. */
export type CookieInput = string | Readonly<Record<string, string>> | readonly CookieRecord[];

/**
 * Adds a caller's cookies to a jar.
 * @throws {BAD_ARGUMENT} when there are none
 */
export async function addCookies(jar: CookieJar, input: CookieInput, site: Site): Promise<void> {
  const records = recordsOf(input);
  if (records.length === 0) {
    throw new UsageError(
      'no cookies given; pass a line such as "acct=…; prov=…", a record of values, or a browser\'s export',
    );
  }
  const isTls = site.chatOrigin.startsWith("https:");
  for (const record of records) {
    for (const url of record.domain
      ? [`https://${record.domain.replace(/^\./, "")}/`]
      : [site.loginOrigin, site.chatOrigin]) {
      await jar.setCookie(cookieOf(record, new URL(url).hostname, isTls), url, { ignoreError: true });
    }
  }
}

function cookieOf(record: CookieRecord, hostname: string, isTls: boolean): Cookie {
  const domain = record.domain?.startsWith(".") ? record.domain.slice(1) : (record.domain ?? registrable(hostname));
  return new Cookie({
    key: record.name,
    value: record.value,
    path: record.path ?? "/",
    secure: record.secure ?? isTls,
    httpOnly: record.httpOnly ?? true,
    ...(domain === undefined || isLoopback(hostname) ? {} : { domain }),
  });
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

/** A browser's export contains all kinds of cookies; those without a name, a value or a valid domain are skipped. */
function isCookie(cookie: unknown): cookie is CookieRecord {
  if (!isRecord(cookie) || !stringOf(cookie.name) || typeof cookie.value !== "string") return false;
  return (
    cookie.domain === undefined || (typeof cookie.domain === "string" && /^\.?[\w-]+(\.[\w-]+)*$/.test(cookie.domain))
  );
}
