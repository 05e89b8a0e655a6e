/** The login site (protocol.md §2.1, §2.4, §2.7), with the few other pages that clients read. */
import type { Hono } from "hono";
import { constantTimeEqual, type Session } from "../network.js";
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
import { type Call, chatCookieName, cookieText, type ServerEnv } from "./call.js";
import { safeReturnUrl } from "./place.js";
import { htmlResponse, redirectResponse, textResponse } from "./responses.js";
import { createAccount } from "./sign-up.js";

/** Adds the routes that exist on the login hosts and on loopback. */
export function addLoginRoutes(app: Hono<ServerEnv>): void {
  app.get("/users/login", (c) => {
    const { call } = c.env;
    return call.session ? redirectResponse(returnUrl(call)) : loginPage(call, null);
  });
  app.post("/users/login", (c) => logIn(c.env.call));
  // Logs in on all sites of the network, which a login here does anyway.
  app.post("/users/login/universal/request", () => textResponse(""));
  app.post("/users/login-or-signup/validation/track", (c) => validateLogin(c.env.call));
  app.get("/users/logout", ({ env: { call } }) =>
    htmlResponse(renderLogout(call.network.loginFkey(call.prov), call.place.siteName)),
  );
  app.post("/users/logout", (c) => logOut(c.env.call));
  app.get("/users/current", (c) => redirectToProfile(c.env.call));
  app.get("/nocaptcha", (c) => htmlResponse(renderCaptcha(c.env.call.place.siteName)));
  app.post("/local/become", (c) => become(c.env.call));
  app.post("/local/sign-up", (c) => signUp(c.env.call));
}

/** Adds the front page of a Q&A site and of the network. Some clients recognize it by its fkey. */
export function addHomeRoutes(app: Hono<ServerEnv>): void {
  // Clients that keep the method across the login redirect repeat their POST here, and the live sites accept it.
  app.on(["GET", "POST"], "/", ({ env: { call } }) => {
    return htmlResponse(renderLoginHome(loginSiteView(call), call.network.loginFkey(call.prov)));
  });
}

/** Adds the routes that exist on the login hosts only: enough of a Q&A site to see who is logged in. */
export function addLoginSiteRoutes(app: Hono<ServerEnv>): void {
  app.get("/users/:id{[0-9]+}/:slug?", ({ env: { call }, req }) => {
    const user = call.world.users.get(Number(req.param("id")));
    const view = loginSiteView(call);
    return user ? htmlResponse(renderLoginUser(view, user.name)) : htmlResponse(renderLoginNotFound(view), 404);
  });
  // Two clients take their first fkey from here, on a host whose own login is gone (protocol.md §2.1).
  app.get("/account/login", (c) => loginPage(c.env.call, null));
}

/** The most users that the login page offers as buttons. */
const MAX_OFFERED_ACCOUNTS = 60;

/** The part about the visitor on every page of a login site. */
function loginSiteView(call: Call): LoginSiteView {
  const { siteName, loginUrl } = call.place;
  return { siteName, loginUrl, profilePath: call.session && profilePath(call, call.session) };
}

function loginPage(call: Call, message: string | null, signUpMessage: string | null = null): Response {
  const { state, network, params } = call;
  const isOpen = isOpenToNewcomers(call);
  const accounts = isOpen ? network.accounts().slice(0, MAX_OFFERED_ACCOUNTS) : [];
  const typed = (name: string): string => (signUpMessage === null ? "" : (params.get(name) ?? ""));
  return htmlResponse(
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
  if (!hasValidFkey(call)) return staleForm(call);
  if (state.faults.wantsCaptcha) {
    return redirectResponse(`${call.place.loginUrl}/nocaptcha?s=${encodeURIComponent(returnUrl(call))}`);
  }
  const email = params.get("email") ?? "";
  const wait = network.attempts.waitSeconds(email, address);
  if (wait > 0) return tooManyAttempts(loginPage(call, tooManyAttemptsText(wait)), wait);
  const session = network.logIn(email, params.get("password") ?? "");
  network.attempts.record(email, address, session !== undefined);
  return session ? loggedIn(call, session) : loginPage(call, "The email or password is incorrect.");
}

/** Turns a response into a 429 after too many wrong passwords; even the right one is not accepted then. */
function tooManyAttempts(answer: Response, seconds: number): Response {
  answer.headers.set("Retry-After", String(seconds));
  return new Response(answer.body, { status: 429, headers: answer.headers });
}

function tooManyAttemptsText(seconds: number): string {
  return `Too many wrong passwords; try again in ${seconds} second${seconds === 1 ? "" : "s"}.`;
}

/** Logs in as a user with one click and no password. */
function become(call: Call): Response {
  const { network, params } = call;
  if (!hasValidFkey(call)) return staleForm(call);
  const account = network.account(params.get("email") ?? "");
  if (!account || !isOpenToNewcomers(call)) return textResponse("There is no such account.", 404);
  const session = network.logIn(account.email, account.password);
  return session ? loggedIn(call, session) : staleForm(call);
}

/** Creates a user with an account, and logs them in. */
function signUp(call: Call): Response {
  const { network, params } = call;
  if (!hasValidFkey(call)) return staleForm(call);
  if (!isOpenToNewcomers(call)) return textResponse("Sign-up is turned off on this server.", 404);
  try {
    const account = createAccount(call, params.get("name") ?? "", params.get("email") ?? "");
    const session = network.logIn(account.email, account.password);
    return session ? loggedIn(call, session) : staleForm(call);
  } catch (error) {
    if (error instanceof Refusal) return loginPage(call, null, error.message);
    throw error;
  }
}

/** Whether visitors may log in without a password and sign up: with `showAccounts`, and on the listener's own address only. */
function isOpenToNewcomers({ state, place }: Call): boolean {
  return state.options.showAccounts && place.loopback;
}

function loggedIn(call: Call, session: Session): Response {
  const { place, setCookies, prov } = call;
  setCookies.push(cookieText(place, "acct", session.acct, place.cookieDomain));
  if (!setCookies.some((cookie) => cookie.startsWith("prov="))) {
    setCookies.push(cookieText(place, "prov", prov, place.cookieDomain));
  }
  return redirectResponse(returnUrl(call));
}

function validateLogin(call: Call): Response {
  const { network, params, address } = call;
  if (!hasValidFkey(call)) return staleForm(call);
  const email = params.get("email") ?? "";
  const wait = network.attempts.waitSeconds(email, address);
  if (wait > 0) return tooManyAttempts(textResponse(tooManyAttemptsText(wait)), wait);
  const account = network.account(email);
  const fits = account !== undefined && account.password === params.get("password");
  network.attempts.record(email, address, fits);
  return textResponse(fits ? "Login-OK" : "The email or password is incorrect.");
}

function logOut(call: Call): Response {
  const { network, session, place, setCookies, state } = call;
  if (!hasValidFkey(call)) return staleForm(call);
  if (session) network.logOut(session);
  setCookies.push(cookieText(place, "acct", "", place.cookieDomain, 0));
  if (place.loopback) setCookies.push(cookieText(place, chatCookieName(state), "", null, 0));
  return loginPage(call, "You are logged out.");
}

function redirectToProfile(call: Call): Response {
  const path = call.session && profilePath(call, call.session);
  return redirectResponse(`${call.place.loginUrl}${path ?? "/users/login"}`);
}

function profilePath(call: Call, session: Session): string | null {
  const user = call.world.userByEmail(session.account.email);
  return user ? userPath(user.id, user.name) : null;
}

function hasValidFkey(call: Call): boolean {
  return constantTimeEqual(call.params.get("fkey"), call.network.loginFkey(call.prov));
}

function staleForm(call: Call): Response {
  return htmlResponse(renderExpiredForm(loginSiteView(call)), 400);
}

function returnUrl(call: Call): string {
  return safeReturnUrl(call.params.get("returnurl"), call.place, call.sites);
}
