/** Logging in and out at the Q&A site that belongs to a chat site (protocol.md §2.1, MULTI; §2.7, ONE). */
import type { CookieJar } from "tough-cookie";
import {
  CaptchaRequiredError,
  CloudflareChallengeError,
  type FailureContext,
  SiteReadOnlyError,
  WrongPasswordError,
} from "../errors/index.js";
import { parseFkey, parseLoginPage, recogniseErrorPage } from "../protocol/pages/index.js";
import { assertSuccess } from "../protocol/refusals.js";
import type { Site } from "../protocol/sites.js";
import type { HttpAnswer, HttpClient } from "./http.js";
import type { Credentials } from "./session.js";

/**
 * Logs in with email and password; on return the jar holds the login.
 * @throws {WRONG_PASSWORD} {CAPTCHA_REQUIRED} {CLOUDFLARE_CHALLENGE} {SITE_READ_ONLY} {NOT_UNDERSTOOD}
 */
export async function logInByPassword(
  http: HttpClient,
  jar: CookieJar,
  site: Site,
  credentials: Credentials,
): Promise<void> {
  const host = new URL(site.loginOrigin).host;
  const about: FailureContext = { tried: "log in", host };
  const url = `${site.loginOrigin}/users/login`;
  const page = await http.send({ method: "GET", url, about });
  refuseObstacles(page, about);
  // Who is logged in already is sent away from the login page (protocol.md §2.1).
  const before = await loginIn(jar, url);
  if (new URL(page.url).pathname !== "/users/login" && before !== undefined) return;
  const { fkey } = parseLoginPage(page.body);
  const answer = await http.send({
    method: "POST",
    url,
    headers: { origin: site.loginOrigin, referer: url },
    form: {
      email: credentials.email,
      password: credentials.password,
      fkey,
      ssrc: "head",
      oauth_version: "",
      oauth_server: "",
    },
    follow: false,
    about,
  });
  refuseObstacles(answer, about);
  const context = { ...about, status: answer.status };
  const login = await loginIn(jar, url);
  if (leadsToCaptcha(answer, site, login !== before)) throw new CaptchaRequiredError(context);
  // A page instead of a redirect is the login page again, unless a login came with it.
  if (login === undefined || (answer.status === 200 && login === before)) throw new WrongPasswordError(context);
}

/** Ends the login whose cookies the jar of `http` has. @throws {CLOUDFLARE_CHALLENGE} {SITE_READ_ONLY} {NOT_UNDERSTOOD} */
export async function logOutAtSite(http: HttpClient, site: Site): Promise<void> {
  const about: FailureContext = { tried: "log out", host: new URL(site.loginOrigin).host };
  const url = `${site.loginOrigin}/users/logout`;
  const page = await http.send({ method: "GET", url, about });
  refuseObstacles(page, about);
  const form = { fkey: parseFkey(page.body, "logout page") };
  const headers = { origin: site.loginOrigin, referer: url };
  refuseObstacles(await http.send({ method: "POST", url, headers, form, about }), about);
}

/** @throws {CAPTCHA_REQUIRED} {CLOUDFLARE_CHALLENGE} {SITE_READ_ONLY} when something stands in the way of a login page */
export function refuseObstacles(answer: HttpAnswer, about: FailureContext): void {
  const context = { ...about, status: answer.status };
  const kind = recogniseErrorPage(answer.body);
  if (answer.headers["cf-mitigated"] === "challenge" || kind === "cloudflare")
    throw new CloudflareChallengeError(context);
  if (kind === "captcha") throw new CaptchaRequiredError(context);
  if (kind === "read-only") throw new SiteReadOnlyError(context);
  if (answer.status >= 400) assertSuccess({ ...answer, host: about.host ?? "" }, about);
}

/**
 * A login leads to the site's root or the page asked for. Anything like `/nocaptcha` is an obstacle, and so is any other
 * page when no login came with the way there; back to the login page is a wrong password (protocol.md §2.1, MULTI).
 */
function leadsToCaptcha(answer: HttpAnswer, site: Site, isLoggedIn: boolean): boolean {
  const location = answer.headers.location;
  const target = typeof location === "string" ? URL.parse(location, site.loginOrigin) : null;
  if (target === null) return false;
  return /captcha|human/i.test(target.pathname) || (!isLoggedIn && !["/", "/users/login"].includes(target.pathname));
}

/** The login that the jar holds for the site. */
async function loginIn(jar: CookieJar, url: string): Promise<string | undefined> {
  return (await jar.getCookies(url)).find((cookie) => cookie.key === "acct")?.value;
}
