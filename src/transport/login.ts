/** Logging in and out at the Q&A site that belongs to a chat site (protocol.md §2.1, MULTI; §2.7, ONE). */
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
import { isLoginPage, parseFkey, parseLoginPage, recogniseErrorPage } from "../protocol/pages/index.js";
import { retryAfterOf } from "../protocol/retry-after.js";
import { isLoopback, type Resolver, type Site } from "../protocol/sites.js";
import type { HttpAnswer, HttpClient } from "./http.js";
import { isOfSite } from "./origins.js";
import { looksLikeStaleForm } from "./stale-signs.js";

/** Email and password of a Stack Exchange account. */
export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** The owner of a session. */
export interface Me {
  readonly id: number;
  /** Null when the page does not say. */
  readonly name: string | null;
}

/** A login as requests use it; a request keeps its login from start to end. Replaced as a whole, never changed. */
export interface Login {
  readonly jar: CookieJar;
  /** Null when nobody is logged in. */
  readonly me: Me | null;
  /** Null until a page has shown it. */
  readonly fkey: string | null;
}

/** The parts that logging in uses. */
export interface LoginSite {
  readonly http: HttpClient;
  readonly site: Site;
  readonly closing: AbortSignal;
}

/**
 * Logs in with email and password; on return the jar holds the login. Only the site's own words refuse it.
 * @throws {WRONG_PASSWORD} {CAPTCHA_REQUIRED} {CLOUDFLARE_CHALLENGE} {SITE_READ_ONLY} {NOT_UNDERSTOOD}
 * @throws {SERVER_ERROR} {THROTTLED} when something other than the site answered; it may pass
 */
export async function logInByPassword(tools: LoginSite, jar: CookieJar, credentials: Credentials): Promise<void> {
  const { site } = tools;
  const host = new URL(site.loginOrigin).host;
  const about: FailureContext = { tried: "log in", host };
  const url = `${site.loginOrigin}/users/login`;
  let posted = await postPassword(tools, jar, credentials, about);
  // The fkey of the login page may have gone stale: one refetch, as for every other form.
  if (posted && looksLikeStaleForm(posted.answer)) posted = await postPassword(tools, jar, credentials, about);
  if (!posted) return;
  const { answer, before } = posted;
  refuseObstacles(answer, about);
  const login = await loginIn(jar, url);
  const context = { ...about, status: answer.status };
  const target = redirectOf(answer, site);
  if (target !== null && login === before && !isOfSite(site, target))
    throw strangeAnswer("a way within the site", context);
  if (leadsToCaptcha(target, login !== before)) throw new CaptchaRequiredError(context);
  if (login !== undefined && (answer.status !== 200 || login !== before)) return;
  // The site shows its login page again for a wrong password; a page of another origin does not mean that.
  if (target === null && !isLoginPage(answer.body)) throw strangeAnswer("the login form", context);
  throw new WrongPasswordError(context);
}

/** Fetches the login page and posts its form; null when the jar holds a login already. Tells which it held before. */
async function postPassword(
  { http, site, closing }: LoginSite,
  jar: CookieJar,
  { email, password }: Credentials,
  about: FailureContext,
): Promise<{ readonly answer: HttpAnswer; readonly before: string | undefined } | null> {
  const url = `${site.loginOrigin}/users/login`;
  const page = await http.send({ method: "GET", url, jar, closing, about });
  refuseObstacles(page, about);
  // A client that is already logged in is redirected away from the login page (protocol.md §2.1).
  const before = await loginIn(jar, url);
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

function strangeAnswer(missing: string, context: FailureContext): ParseError {
  return new ParseError("answer to the login", missing, { ...context, bare: true });
}

/** Ends a login. @throws {CLOUDFLARE_CHALLENGE} {SITE_READ_ONLY} {SERVER_ERROR} {NOT_UNDERSTOOD} */
export async function logOutAtSite({ http, site, closing }: LoginSite, jar: CookieJar): Promise<void> {
  const about: FailureContext = { tried: "log out", host: new URL(site.loginOrigin).host };
  const url = `${site.loginOrigin}/users/logout`;
  const page = await http.send({ method: "GET", url, jar, closing, about });
  refuseObstacles(page, about);
  const form = { fkey: parseFkey(page.body, "logout page") };
  const headers = { origin: site.loginOrigin, referer: url };
  refuseObstacles(await http.send({ method: "POST", url, jar, closing, headers, form, about }), about);
}

/**
 * @throws {CAPTCHA_REQUIRED} {CLOUDFLARE_CHALLENGE} {SITE_READ_ONLY} when an obstacle replaces the login page
 * @throws {THROTTLED} {SERVER_ERROR} for a status without a reason from the site
 */
export function refuseObstacles(answer: HttpAnswer, about: FailureContext): void {
  const { status, headers } = answer;
  const context: FailureContext = { ...about, status };
  const kind = recogniseErrorPage(answer.body);
  if (headers["cf-mitigated"] === "challenge" || kind === "cloudflare") throw new CloudflareChallengeError(context);
  if (kind === "captcha") throw new CaptchaRequiredError(context);
  if (kind === "read-only" || /read-?only mode/i.test(sentenceIn(answer))) throw new SiteReadOnlyError(context);
  if (status < 400) return;
  const retryAfterMs = retryAfterOf(answer);
  const bare: FailureContext = { ...context, bare: true };
  if (status === 429) throw new ThrottledError(retryAfterMs, bare);
  throw new ServerError(
    retryAfterMs === null ? bare : { ...bare, retryAfterMs },
    "the page that answered is not in the site's words",
  );
}

/** The site's sentence in the place of a page; empty for pages. */
function sentenceIn({ status, body }: HttpAnswer): string {
  return status >= 400 && body.length < 500 && !body.includes("<") ? body : "";
}

function redirectOf(answer: HttpAnswer, site: Site): URL | null {
  const { location } = answer.headers;
  return typeof location === "string" ? URL.parse(location, site.loginOrigin) : null;
}

/**
 * A login redirects to the site's root or the requested page. Anything like `/nocaptcha` is an obstacle, and so is any
 * other page without a login; the login page again means a wrong password (protocol.md §2.1, MULTI).
 */
function leadsToCaptcha(target: URL | null, isLoggedIn: boolean): boolean {
  if (target === null) return false;
  return /captcha|human/i.test(target.pathname) || (!isLoggedIn && !["/", "/users/login"].includes(target.pathname));
}

/** The login that the jar holds for the site. */
async function loginIn(jar: CookieJar, url: string): Promise<string | undefined> {
  return (await jar.getCookies(url)).find((cookie) => cookie.key === "acct")?.value;
}

/**
 * Makes sure that a password goes over TLS, or only to this machine.
 * @throws {BAD_ARGUMENT} when it would be sent in clear text
 */
export function refuseCleartext(site: Site, resolve: Resolver | undefined): void {
  for (const origin of [site.loginOrigin, site.chatOrigin]) {
    const target = resolve?.(origin);
    const url = new URL(origin);
    const isTls = target ? target.tls === true : url.protocol === "https:";
    if (!isTls && !isLoopback(target?.hostname ?? url.hostname)) {
      throw new UsageError(
        `credentials are never sent without TLS except to this machine; ${url.host} would be reached in clear text`,
      );
    }
  }
}
