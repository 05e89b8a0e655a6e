/**
 * One account's session with one chat site: its login, and the renewal of it. A stale fkey is fetched again and an
 * expired login is renewed, each at most once per call. Renewal replaces the login; requests in flight keep the one
 * they began with.
 */
import { CookieJar } from "tough-cookie";
import { ClosedError, ConnectionError, isChatError, NotLoggedInError, withContext } from "../errors/index.js";
import type { Call, WireAnswer, WireRequest } from "../protocol/call.js";
import { readAnswer } from "../protocol/drift.js";
import type { Resolver, Site } from "../protocol/sites.js";
import type { Services } from "../util/services.js";
import type { WireTap } from "../util/wire-tap.js";
import { ChatHost, type ChatRequestOptions } from "./chat-host.js";
import type { CookieInput } from "./cookies.js";
import { DriftLog } from "./drift-log.js";
import { HttpClient } from "./http.js";
import { identify } from "./identify.js";
import { type Credentials, type Login, logOutAtSite, type Me, requireTls } from "./login.js";
import { LoginBackoff } from "./login-backoff.js";
import { type KnownLogin, type LoginMethods, type LoginTools, obtainLogin, restoreLogin } from "./obtain-login.js";
import { isOfSite } from "./origins.js";
import { ConnectionPool } from "./pool.js";
import type { ReadOptions } from "./read-retries.js";
import { type ConnectionOptions, Routes } from "./routes.js";
import { SessionKeeper } from "./session-keeper.js";
import { looksStale } from "./stale-login.js";

export type { Credentials, Me } from "./login.js";

/** The parts and options of a {@link Session}. */
export interface SessionOptions {
  readonly site: Site;
  readonly credentials?: Credentials | undefined;
  readonly cookies?: CookieInput | undefined;
  readonly sessionFile?: string | undefined;
  readonly userAgent: string;
  /** How to connect. @default directly or through the environment's proxy, with the site's own `resolve` */
  readonly connections?: ConnectionOptions | undefined;
  readonly timeoutMs?: number | undefined;
  readonly reads?: ReadOptions | undefined;
  /** Aborts every request when the client closes. */
  readonly signal: AbortSignal;
  readonly services: Services;
}

/** Options of one call. */
export interface CallOptions extends ChatRequestOptions {
  /** Do not renew an expired session, because the call is not worth a login. @default false */
  readonly skipRenewal?: boolean;
}

/** The most renewals per call: even a fresh fkey may go stale before it is used. */
const MAX_RENEWALS = 2;

/** The most attempts to get an fkey, for a login that is ended again at once. */
const MAX_FKEY_TRIES = 3;

export class Session {
  readonly site: Site;
  readonly chatHost: string;
  /** The routes of its requests and sockets. */
  readonly routes: Routes;
  /** The differences seen between the site and what this package expects. */
  readonly drifts: DriftLog;
  readonly #options: SessionOptions;
  readonly #pool: ConnectionPool;
  readonly #http: HttpClient;
  readonly #chat: ChatHost;
  readonly #tools: LoginTools;
  readonly #loginBackoff: LoginBackoff;
  #methods: LoginMethods;
  #login: Login = anonymousLogin();
  #attempt: Promise<KnownLogin> | undefined;
  #refresh: { readonly of: Login; readonly promise: Promise<Login> } | undefined;

  constructor(options: SessionOptions) {
    const { site, services, signal: closing, credentials, cookies, userAgent, timeoutMs, reads = {} } = options;
    this.#options = options;
    this.site = site;
    this.#methods = { credentials, cookies };
    if (credentials) requireTls(site, this.#resolve);
    this.routes = new Routes({ ...options.connections, resolve: this.#resolve });
    this.#pool = new ConnectionPool(this.routes);
    const isOurs = (address: URL): boolean => isOfSite(site, address);
    const { clock, secrets, tap } = services;
    this.#http = new HttpClient({ pool: this.#pool, clock, secrets, userAgent, timeoutMs, isOurs, tap });
    this.drifts = new DriftLog(services);
    this.#chat = new ChatHost({ site, http: this.#http, services, drifts: this.drifts, reads, closing });
    this.chatHost = this.#chat.host;
    const keeper = new SessionKeeper(options.sessionFile, site, services);
    this.#tools = { chat: this.#chat, login: { http: this.#http, site, closing }, keeper, services };
    this.#loginBackoff = new LoginBackoff(services.clock);
  }

  /** Whether this session has a login, or a method to get one. */
  get canLogIn(): boolean {
    return this.me !== null || Boolean(this.#methods.credentials ?? this.#methods.cookies ?? this.#options.sessionFile);
  }

  get me(): Me | null {
    return this.#login.me;
  }

  /** Whether reads are anonymous although a login would be possible. */
  get readsAnonymously(): boolean {
    return this.canLogIn && this.me === null;
  }

  get userAgent(): string {
    return this.#options.userAgent;
  }

  /** Whether any request has ever been answered. */
  get hasConnected(): boolean {
    return this.#http.hasConnected;
  }

  /** The observer of its requests and sockets. */
  get tap(): WireTap | undefined {
    return this.#options.services.tap;
  }

  /** Its connection options, for another client of the same site. */
  get connections(): ConnectionOptions {
    return this.#options.connections ?? {};
  }

  get #resolve(): Resolver | undefined {
    return this.connections.resolve ?? this.site.resolve;
  }

  /** Logs in at the caller's request, even right after a failed login. */
  loginNow(): Promise<Me> {
    this.#loginBackoff.reset();
    return this.login();
  }

  /** Logs in with other methods. An earlier attempt still in flight then affects only its caller. */
  async loginWith(methods: { credentials?: Credentials; cookies?: CookieInput }): Promise<Me> {
    if (methods.credentials) requireTls(this.site, this.#resolve);
    this.#methods = { ...methods, skipStored: methods.cookies !== undefined };
    this.#login = anonymousLogin();
    this.#attempt = undefined;
    return this.loginNow();
  }

  /** Logs in unless logged in; concurrent attempts are shared. @throws any LoginError, {NOT_LOGGED_IN} */
  async login(): Promise<Me> {
    this.#throwIfClosed("log in");
    if (this.me) return this.me;
    this.#loginBackoff.check();
    this.#attempt ??= this.#logIn();
    return (await this.#attempt).me;
  }

  /**
   * Ends the login at the site and forgets it; does not log in just for that. Returns whether there was a valid login.
   */
  async endLogin(): Promise<boolean> {
    const login = this.me ? this.#login : await this.#findLogin();
    if (!login) return false;
    await logOutAtSite(this.#tools.login, login.jar).catch((error: unknown) => {
      throw this.#options.services.secrets.scrub(error);
    });
    this.#login = anonymousLogin();
    await this.#tools.keeper.remove();
    return true;
  }

  /**
   * Makes a call, logging in and adding the fkey if it needs them. The error of an action that was never sent says so.
   * Errors never contain secrets that were sent.
   */
  async call<T>(call: Call<T>, options: CallOptions = {}): Promise<T> {
    const { request } = call;
    this.#throwIfClosed(request.tried);
    if (request.needs === "login" && !this.canLogIn)
      throw new NotLoggedInError({ tried: request.tried, host: this.chatHost });
    let wasSent = request.needs !== "login";
    const onSent = (): void => {
      wasSent = true;
    };
    try {
      return await (isRead(request) ? this.#read(call, options) : this.#write(call, { ...options, onSent }));
    } catch (error) {
      this.#options.services.secrets.scrub(error);
      throw !wasSent && isChatError(error) ? withContext(error, { sent: "no" }) : error;
    }
  }

  /** Logs in if possible; returns false when the stored session is invalid and there is no password. */
  async logInIfPossible(): Promise<boolean> {
    if (!this.canLogIn) return false;
    try {
      await this.login();
      return true;
    } catch (error) {
      if (!isChatError(error, "NOT_LOGGED_IN")) throw error;
      return false;
    }
  }

  /** Closes every connection. The login stays valid. */
  async close(): Promise<void> {
    await this.#pool.close();
  }

  /** Makes one attempt; the result becomes the session's login unless the methods changed meanwhile. */
  #logIn(): Promise<KnownLogin> {
    const methods = this.#methods;
    const isWanted = (): boolean => this.#methods === methods;
    const attempt = obtainLogin(this.#tools, methods)
      .then(
        async (login) => {
          if (!isWanted()) return login;
          this.#login = login;
          this.#loginBackoff.reset();
          await this.#tools.keeper.write(login, methods);
          return login;
        },
        (error: unknown) => {
          this.#throwIfClosed("log in");
          this.#options.services.secrets.scrub(error);
          if (isWanted()) this.#loginBackoff.failed(error);
          throw error;
        },
      )
      .finally(() => {
        if (this.#attempt === attempt) this.#attempt = undefined;
      });
    return attempt;
  }

  /** The login of the stored session or the cookies, if it is still valid. */
  async #findLogin(): Promise<KnownLogin | null> {
    const { cookies, skipStored = false } = this.#methods;
    if (cookies === undefined) return restoreLogin(this.#tools, this.#methods);
    return obtainLogin(this.#tools, { cookies, skipStored }).catch((error: unknown) => {
      if (isChatError(error, "NOT_LOGGED_IN")) return null;
      throw error;
    });
  }

  async #write<T>(call: Call<T>, options: CallOptions): Promise<T> {
    const { request } = call;
    const { tried } = request;
    let login = await this.#chat.join(this.#loginWithFkey(), tried, options.signal);
    for (let renewals = 0; ; renewals++) {
      const answer = await this.#send(request, login, options);
      if (options.skipRenewal || renewals >= MAX_RENEWALS || !looksStale(answer, request))
        return readAnswer(call, answer);
      const renewed = await this.#chat.join(this.#renew(request, login), tried, options.signal);
      if (!renewed) return readAnswer(call, answer);
      // A page with status 200 does not tell whether the server acted; the outbox looks that up before it retries.
      if (request.needs === "login" && answer.status === 200)
        throw new ConnectionError({ tried, host: this.chatHost }, "the server sent a page instead of an answer");
      login = renewed;
    }
  }

  async #read<T>(call: Call<T>, options: CallOptions): Promise<T> {
    const { request } = call;
    const isAnonymous = this.readsAnonymously;
    const logInIfPossible = (): Promise<boolean> =>
      this.#chat.join(this.logInIfPossible(), request.tried, options.signal);
    if (request.needs === "viewer" && isAnonymous) await logInIfPossible();
    const answer = await this.#chat.send(request, this.#login.jar, options);
    if (request.needs === "viewer" || !isAnonymous) return readAnswer(call, answer);
    try {
      return readAnswer(call, answer);
    } catch (error) {
      // The page may be hidden only from anonymous clients: log in and try again.
      if (!isChatError(error, "FORBIDDEN", "NOT_FOUND", "NOT_LOGGED_IN")) throw error;
      if (!(await logInIfPossible())) throw error;
    }
    return readAnswer(call, await this.#chat.send(request, this.#login.jar, options));
  }

  #send(request: WireRequest, login: Login, options: CallOptions): Promise<WireAnswer> {
    const { form, multipart } = request;
    const whole = multipart ? request : { ...request, form: { ...form, fkey: login.fkey ?? "" } };
    return this.#chat.send(whole, login.jar, options);
  }

  /** The login with an fkey; an anonymous one only if the client cannot log in, because the server would not object. */
  async #loginWithFkey(): Promise<Login> {
    for (let tries = 0; tries < MAX_FKEY_TRIES; tries++) {
      if (this.canLogIn) await this.login();
      // The methods may have changed meanwhile; then wait for the other login.
      const login = this.#login;
      if (login.me === null && this.canLogIn) continue;
      const ready = login.fkey === null ? await this.#revalidate(login) : login;
      if (ready.fkey !== null) return ready;
    }
    throw new NotLoggedInError(
      { tried: "get an fkey", host: this.chatHost },
      "the login is ended again right after it is made",
    );
  }

  /**
   * Reads a chat page to check a login. Returns the same login if it is valid, one with a new fkey, or an anonymous one
   * if it has ended.
   */
  #revalidate(login: Login): Promise<Login> {
    if (this.#refresh?.of === login) return this.#refresh.promise;
    const promise = identify(this.#chat, login.jar, login.me !== null)
      .then(({ me, fkey }) => {
        const isSame = login.me === null || me?.id === login.me.id;
        const fresh = !isSame ? anonymousLogin() : fkey === login.fkey ? login : { ...login, fkey };
        if (this.#login === login) this.#login = fresh;
        return fresh;
      })
      .finally(() => {
        if (this.#refresh?.promise === promise) this.#refresh = undefined;
      });
    this.#refresh = { of: login, promise };
    return promise;
  }

  /** The login to retry a call with after an answer that looks stale; null when the login was valid. */
  async #renew(request: WireRequest, used: Login): Promise<Login | null> {
    const about = { tried: request.tried, host: this.chatHost };
    const isSameUser = ({ me, fkey }: Login): boolean => fkey !== null && me?.id === used.me?.id;
    this.#options.services.counters.add("session:refresh", { tried: request.tried });
    // Another call has already renewed it.
    if (this.#login !== used && isSameUser(this.#login)) return this.#login;
    const fresh = await this.#revalidate(used);
    if (fresh === used) return null;
    if (isSameUser(fresh)) return fresh;
    if (!this.#methods.credentials)
      throw new NotLoggedInError(about, "the session has expired, and there is no password to log in again");
    const renewed = await this.#loginWithFkey();
    if (isSameUser(renewed)) return renewed;
    throw new NotLoggedInError(about, "its login has ended, and another account is logged in now");
  }

  #throwIfClosed(tried: string): void {
    if (this.#options.signal.aborted) throw new ClosedError({ tried, host: this.chatHost });
  }
}

/** An anonymous login with its own cookie jar. */
function anonymousLogin(): Login {
  return { jar: new CookieJar(), me: null, fkey: null };
}

/** Whether a request needs no fkey. */
function isRead({ needs }: WireRequest): boolean {
  return needs === "nothing" || needs === "viewer";
}
