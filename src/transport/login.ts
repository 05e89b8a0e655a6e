/** Logs in and out at the Q&A site of a chat site (protocol.md §2.1, MULTI; §2.7, ONE). */
import type { CookieJar } from "tough-cookie";
import {
  CaptchaRequiredError,
  CloudflareChallengeError,
  type FailureContext,
  ParseError,
  ServerError,
  SiteReadOnlyError,
  ThrottledError,
  UsageError,
  WrongPasswordError,
} from "../errors/index.js";
import { parseFkey, parseLoginPage, recognizeErrorAnswer, recognizeErrorPage } from "../protocol/pages/index.js";
import { parseRetryAfter } from "../protocol/retry-after.js";
import { isLoopback, type Resolver, type Site } from "../protocol/sites.js";
import type { HttpAnswer, HttpClient } from "./http.js";
import { isOfSite } from "./origins.js";
import { looksLikeStaleForm } from "./stale-login.js";

/** Email and password of a Stack Exchange account. */
export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** The account of a session. */
export interface Me {
  readonly id: number;
  /** Null when the page does not show it. */
  readonly name: string | null;
}

/** A login as requests use it. Immutable: a request keeps its login from start to end. */
export interface Login {
  readonly jar: CookieJar;
  /** Null when anonymous. */
  readonly me: Me | null;
  /** Null until a page has been read. */
  readonly fkey: string | null;
}

/** The parts that logging in uses. */
export interface LoginSite {
  readonly http: HttpClient;
  readonly site: Site;
  readonly closing: AbortSignal;
}

/**
 * Logs in with email and password; afterward the jar holds the login cookie. Only the site's own words count as a
 * refusal.
 * @throws {WRONG_PASSWORD} {CAPTCHA_REQUIRED} {CLOUDFLARE_CHALLENGE} {SITE_READ_ONLY} {NOT_UNDERSTOOD}
 * @throws {SERVER_ERROR} {THROTTLED} for transient failures, when something other than the site answered
 */
export async function logInByPassword(tools: LoginSite, jar: CookieJar, credentials: Credentials): Promise<void> {
  const { site } = tools;
  const host = new URL(site.loginOrigin).host;
  const about: FailureContext = { tried: "log in", host };
  const url = `${site.loginOrigin}/users/login`;
  let posted = await postPassword(tools, jar, credentials, about);
  // The fkey of the login page may be stale: retry once with a fresh one, as for every other form.
  if (posted && looksLikeStaleForm(posted.answer)) posted = await postPassword(tools, jar, credentials, about);
  if (!posted) return;
  const { answer, before } = posted;
  throwIfBlocked(answer, about);
  const login = await loginCookie(jar, url);
  const context = { ...about, status: answer.status };
  const target = redirectOf(answer, site);
  if (target !== null && login === before && !isOfSite(site, target))
    throw unexpectedAnswer("a redirect within the site", context);
  if (leadsToCaptcha(target, login !== before)) throw new CaptchaRequiredError(context);
  if (login !== undefined && (answer.status !== 200 || login !== before)) return;
  // For a wrong password the site shows its login page again; a page of another origin does not mean that.
  if (target === null && recognizeErrorPage(answer.body) !== "login") throw unexpectedAnswer("the login form", context);
  throw new WrongPasswordError(context);
}

/**
 * Fetches the login page and posts its form. Returns the answer and the login cookie before it; null when the jar
 * already holds a login.
 */
async function postPassword(
  { http, site, closing }: LoginSite,
  jar: CookieJar,
  { email, password }: Credentials,
  about: FailureContext,
): Promise<{ readonly answer: HttpAnswer; readonly before: string | undefined } | null> {
  const url = `${site.loginOrigin}/users/login`;
  const page = await http.send({ method: "GET", url, jar, closing, about });
  throwIfBlocked(page, about);
  // A client that is already logged in is redirected away from the login page (protocol.md §2.1).
  const before = await loginCookie(jar, url);
  if (new URL(page.url).pathname !== "/users/login" && before !== undefined) return null;
  const headers = { origin: site.loginOrigin, referer: url };
  const fkey = loginFkeyOf(page, about);
  const form = { email, password, fkey, ssrc: "head", oauth_version: "", oauth_server: "" };
  const answer = await http.send({ method: "POST", url, jar, closing, headers, form, follow: false, about });
  return { answer, before };
}

function loginFkeyOf(page: HttpAnswer, about: FailureContext): string {
  try {
    return parseLoginPage(page.body).fkey;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new ParseError(error.page, error.missing, { ...about, status: page.status, bare: true });
  }
}

function unexpectedAnswer(missing: string, context: FailureContext): ParseError {
  return new ParseError("answer to the login", missing, { ...context, bare: true });
}

/** Ends a login at the site. @throws {CLOUDFLARE_CHALLENGE} {SITE_READ_ONLY} {SERVER_ERROR} {NOT_UNDERSTOOD} */
export async function logOutAtSite({ http, site, closing }: LoginSite, jar: CookieJar): Promise<void> {
  const about: FailureContext = { tried: "log out", host: new URL(site.loginOrigin).host };
  const url = `${site.loginOrigin}/users/logout`;
  const page = await http.send({ method: "GET", url, jar, closing, about });
  throwIfBlocked(page, about);
  const form = { fkey: parseFkey(page.body, "logout page") };
  const headers = { origin: site.loginOrigin, referer: url };
  throwIfBlocked(await http.send({ method: "POST", url, jar, closing, headers, form, about }), about);
}

/**
 * Throws if something other than the expected page was answered.
 * @throws {CAPTCHA_REQUIRED} {CLOUDFLARE_CHALLENGE} {SITE_READ_ONLY} when a page of that kind replaces the login page
 * @throws {THROTTLED} {SERVER_ERROR} for an error status without a reason from the site
 */
export function throwIfBlocked(answer: HttpAnswer, about: FailureContext): void {
  const { status } = answer;
  const context: FailureContext = { ...about, status };
  const kind = recognizeErrorAnswer(answer);
  if (kind === "cloudflare") throw new CloudflareChallengeError(context);
  if (kind === "captcha") throw new CaptchaRequiredError(context);
  if (kind === "read-only" || /read-?only mode/i.test(sentenceIn(answer))) throw new SiteReadOnlyError(context);
  if (status < 400) return;
  const retryAfterMs = parseRetryAfter(answer);
  const bare: FailureContext = { ...context, bare: true };
  if (status === 429) throw new ThrottledError(retryAfterMs, bare);
  throw new ServerError(
    retryAfterMs === null ? bare : { ...bare, retryAfterMs },
    "the answer is not one of the site's own pages",
  );
}

/** The site's error sentence; empty if the answer is a page. */
function sentenceIn({ status, body }: HttpAnswer): string {
  return status >= 400 && body.length < 500 && !body.includes("<") ? body : "";
}

function redirectOf(answer: HttpAnswer, site: Site): URL | null {
  const { location } = answer.headers;
  return typeof location === "string" ? URL.parse(location, site.loginOrigin) : null;
}

/**
 * A successful login redirects to the site's root or the requested page. A page like `/nocaptcha`, or any other page
 * without a login, is an obstacle; the login page again means a wrong password (protocol.md §2.1, MULTI).
 */
function leadsToCaptcha(target: URL | null, isLoggedIn: boolean): boolean {
  if (target === null) return false;
  return /captcha|human/i.test(target.pathname) || (!isLoggedIn && !["/", "/users/login"].includes(target.pathname));
}

/** The value of the jar's login cookie for the site. */
async function loginCookie(jar: CookieJar, url: string): Promise<string | undefined> {
  return (await jar.getCookies(url)).find((cookie) => cookie.key === "acct")?.value;
}

/**
 * Ensures that passwords are sent only over TLS, or to this machine.
 * @throws {BAD_ARGUMENT} when they would be sent in clear text
 */
export function requireTls(site: Site, resolve: Resolver | undefined): void {
  for (const origin of [site.loginOrigin, site.chatOrigin]) {
    const target = resolve?.(origin);
    const url = new URL(origin);
    const isTls = target ? target.tls === true : url.protocol === "https:";
    if (!isTls && !isLoopback(target?.hostname ?? url.hostname)) {
      throw new UsageError(
        `refusing to send credentials to ${url.host} without TLS; only this machine may be reached in clear text`,
      );
    }
  }
}
