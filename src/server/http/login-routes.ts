/** The site that logs people in (protocol.md §2.1, §2.4, §2.7), and the few other pages of it that clients look at. */
import type { Hono } from "hono";
import { type Session, sameKey } from "../network.js";
import {
  renderCaptcha,
  renderExpiredForm,
  renderLogin,
  renderLoginHome,
  renderLoginNotFound,
  renderLoginUser,
  renderLogout,
} from "../pages/index.js";
import type { LoginSiteView } from "../pages/views.js";
import { userPath } from "../paths.js";
import { Refusal } from "../world/refusal.js";
import { htmlAnswer, redirectAnswer, textAnswer } from "./answers.js";
import { type Call, chatCookieName, cookieText, type ServerEnv } from "./call.js";
import { safeReturnUrl } from "./place.js";
import { newPerson } from "./sign-up.js";

/** What there is both on the login hosts and on loopback. */
export function addLoginRoutes(app: Hono<ServerEnv>): void {
  app.get("/users/login", (c) => {
    const { call } = c.env;
    return call.session ? redirectAnswer(returnUrl(call)) : loginPage(call, null);
  });
  app.post("/users/login", (c) => logIn(c.env.call));
  // "Logs in everywhere", as one login here does anyway.
  app.post("/users/login/universal/request", () => textAnswer(""));
  app.post("/users/login-or-signup/validation/track", (c) => track(c.env.call));
  app.get("/users/logout", ({ env: { call } }) =>
    htmlAnswer(renderLogout(call.network.loginFkey(call.prov), call.place.siteName)),
  );
  app.post("/users/logout", (c) => logOut(c.env.call));
  app.get("/users/current", (c) => current(c.env.call));
  app.get("/nocaptcha", (c) => htmlAnswer(renderCaptcha(c.env.call.place.siteName)));
  app.post("/local/become", (c) => become(c.env.call));
  app.post("/local/sign-up", (c) => signUp(c.env.call));
}

/** The front page of a Q&A site, and of the network; its fkey is what some clients look for to see whether it is one. */
export function addHomeRoutes(app: Hono<ServerEnv>): void {
  // Clients that keep the method over the redirect of a login post their form here again, and live sites let them.
  app.on(["GET", "POST"], "/", ({ env: { call } }) => {
    return htmlAnswer(renderLoginHome(loginSiteView(call), call.network.loginFkey(call.prov)));
  });
}

/** What there is only on the login hosts: enough of a Q&A site to see who is logged in. */
export function addLoginSiteRoutes(app: Hono<ServerEnv>): void {
  app.get("/users/:id{[0-9]+}/:slug?", ({ env: { call }, req }) => {
    const user = call.world.users.get(Number(req.param("id")));
    const view = loginSiteView(call);
    return user ? htmlAnswer(renderLoginUser(view, user.name)) : htmlAnswer(renderLoginNotFound(view), 404);
  });
  // Two clients take their first fkey from here, on a host whose own log-in is gone (protocol.md §2.1).
  app.get("/account/login", (c) => loginPage(c.env.call, null));
}

/** At most this many people are offered with a button each. */
const offeredAccounts = 60;

/** The part about the visitor that every page of a login site has. */
function loginSiteView(call: Call): LoginSiteView {
  const { siteName, loginUrl } = call.place;
  return { siteName, loginUrl, profilePath: call.session && profilePath(call, call.session) };
}

function loginPage(call: Call, message: string | null, signUpMessage: string | null = null): Response {
  const { state, network, params } = call;
  const isOpen = isOpenToNewcomers(call);
  const accounts = isOpen ? network.accounts().slice(0, offeredAccounts) : [];
  const typed = (name: string): string => (signUpMessage === null ? "" : (params.get(name) ?? ""));
  return htmlAnswer(
    renderLogin({
      siteName: call.place.siteName,
      fkey: network.loginFkey(call.prov),
      returnUrl: params.get("returnurl") ?? "",
      message,
      isReadOnly: state.faults.isReadOnly,
      accounts: accounts.map(({ email, name }) => ({ email, name, id: call.world.userByEmail(email)?.id ?? null })),
      signUp: isOpen ? { name: typed("name"), email: typed("email"), message: signUpMessage } : null,
    }),
  );
}

function logIn(call: Call): Response {
  const { network, params, state, address } = call;
  if (!hasKey(call)) return staleForm(call);
  if (state.faults.wantsCaptcha) {
    return redirectAnswer(`${call.place.loginUrl}/nocaptcha?s=${encodeURIComponent(returnUrl(call))}`);
  }
  const email = params.get("email") ?? "";
  const wait = network.attempts.waitSeconds(email, address);
  if (wait > 0) return tooOften(loginPage(call, tooOftenText(wait)), wait);
  const session = network.logIn(email, params.get("password") ?? "");
  network.attempts.note(email, address, session !== undefined);
  return session ? welcome(call, session) : loginPage(call, "The email or password is incorrect.");
}

/** An answer to somebody who has given too many wrong passwords, who then may not even give the right one. */
function tooOften(answer: Response, seconds: number): Response {
  answer.headers.set("Retry-After", String(seconds));
  return new Response(answer.body, { status: 429, headers: answer.headers });
}

function tooOftenText(seconds: number): string {
  return `Too many wrong passwords; try again in ${seconds} second${seconds === 1 ? "" : "s"}.`;
}

/** The log-in of the demo, with one click and no password. */
function become(call: Call): Response {
  const { network, params } = call;
  if (!hasKey(call)) return staleForm(call);
  const account = network.account(params.get("email") ?? "");
  if (!account || !isOpenToNewcomers(call)) return textAnswer("There is no such account.", 404);
  const session = network.logIn(account.email, account.password);
  return session ? welcome(call, session) : staleForm(call);
}

/** A new person with an account, logged in on the spot. */
function signUp(call: Call): Response {
  const { network, params } = call;
  if (!hasKey(call)) return staleForm(call);
  if (!isOpenToNewcomers(call)) return textAnswer("Nobody can sign up here.", 404);
  try {
    const account = newPerson(call, params.get("name") ?? "", params.get("email") ?? "");
    const session = network.logIn(account.email, account.password);
    return session ? welcome(call, session) : staleForm(call);
  } catch (error) {
    if (error instanceof Refusal) return loginPage(call, null, error.message);
    throw error;
  }
}

/** Whether people may come in without a password of their own: by the address of the listener, and only when asked for. */
function isOpenToNewcomers({ state, place }: Call): boolean {
  return state.options.showAccounts && place.loopback;
}

function welcome(call: Call, session: Session): Response {
  const { place, setCookies, prov } = call;
  setCookies.push(cookieText(place, "acct", session.acct, place.cookieDomain));
  if (!setCookies.some((cookie) => cookie.startsWith("prov="))) {
    setCookies.push(cookieText(place, "prov", prov, place.cookieDomain));
  }
  return redirectAnswer(returnUrl(call));
}

function track(call: Call): Response {
  const { network, params, address } = call;
  if (!hasKey(call)) return staleForm(call);
  const email = params.get("email") ?? "";
  const wait = network.attempts.waitSeconds(email, address);
  if (wait > 0) return tooOften(textAnswer(tooOftenText(wait)), wait);
  const account = network.account(email);
  const fits = account !== undefined && account.password === params.get("password");
  network.attempts.note(email, address, fits);
  return textAnswer(fits ? "Login-OK" : "The email or password is incorrect.");
}

function logOut(call: Call): Response {
  const { network, session, place, setCookies, state } = call;
  if (!hasKey(call)) return staleForm(call);
  if (session) network.logOut(session);
  setCookies.push(cookieText(place, "acct", "", place.cookieDomain, 0));
  if (place.loopback) setCookies.push(cookieText(place, chatCookieName(state), "", null, 0));
  return loginPage(call, "You are logged out.");
}

function current(call: Call): Response {
  const path = call.session && profilePath(call, call.session);
  return redirectAnswer(`${call.place.loginUrl}${path ?? "/users/login"}`);
}

function profilePath(call: Call, session: Session): string | null {
  const user = call.world.userByEmail(session.account.email);
  return user ? userPath(user.id, user.name) : null;
}

function hasKey(call: Call): boolean {
  return sameKey(call.params.get("fkey"), call.network.loginFkey(call.prov));
}

function staleForm(call: Call): Response {
  return htmlAnswer(renderExpiredForm(loginSiteView(call)), 400);
}

function returnUrl(call: Call): string {
  return safeReturnUrl(call.params.get("returnurl"), call.place, call.sites);
}
