/**
 * One person's session with one chat site: the login that calls use, and its renewal. A stale fkey is fetched again and
 * an expired login is renewed, each once for a call, by replacing the login: requests under way keep the one they
 * began with.
 */
import { CookieJar } from "tough-cookie";
import { ClosedError, ConnectionError, isChatError, NotLoggedInError, withContext } from "../errors/index.js";
import type { Call, WireAnswer, WireRequest } from "../protocol/call.js";
import { readAnswer } from "../protocol/drift.js";
import type { Resolver, Site } from "../protocol/sites.js";
import type { Services } from "../util/services.js";
import type { WireTap } from "../util/wire-tap.js";
import { ChatHost, type SendOptions } from "./chat-host.js";
import type { CookieInput } from "./cookies.js";
import { DriftLog } from "./drift-log.js";
import { HttpClient } from "./http.js";
import { type Credentials, type Login, logOutAtSite, type Me, refuseCleartext } from "./login.js";
import { LoginPause } from "./login-pause.js";
import { type KnownLogin, type LoginTools, type Means, obtainLogin, restoreLogin } from "./obtain-login.js";
import { isOfSite } from "./origins.js";
import { ConnectionPool } from "./pool.js";
import type { ReadOptions } from "./read-retries.js";
import { type ConnectionOptions, Routes } from "./routes.js";
import { SessionKeeper } from "./session-keeper.js";
import { looksStale } from "./stale-signs.js";
import { identify } from "./who-am-i.js";

export type { Credentials, Me } from "./login.js";

/** The parts and options of a {@link Session}. */
export interface SessionOptions {
  readonly site: Site;
  readonly credentials?: Credentials | undefined;
  readonly cookies?: CookieInput | undefined;
  readonly sessionFile?: string | undefined;
  readonly userAgent: string;
  /** How to connect. @default directly, or through the environment's proxy; the site's own `resolve` */
  readonly connections?: ConnectionOptions | undefined;
  readonly timeoutMs?: number | undefined;
  readonly reads?: ReadOptions | undefined;
  /** Aborts every request. */
  readonly signal: AbortSignal;
  readonly services: Services;
}

/** Options of one call. */
export interface CallOptions extends SendOptions {
  /** Do not renew an expired session: the call is not worth a login. @default false */
  readonly once?: boolean;
}

/** How often one call fetches a fresh fkey: the first one may go stale before it is used. */
const MOST_HEALS = 2;

/** The most tries to get an fkey, for a login that is ended again at once. */
const FKEY_TRIES = 3;

export class Session {
  readonly site: Site;
  readonly chatHost: string;
  /** How its requests and sockets connect. */
  readonly routes: Routes;
  /** Differences between the site and what is known of it. */
  readonly drifts: DriftLog;
  readonly #options: SessionOptions;
  readonly #pool: ConnectionPool;
  readonly #http: HttpClient;
  readonly #chat: ChatHost;
  readonly #tools: LoginTools;
  readonly #pause: LoginPause;
  #means: Means;
  #login: Login = nobody();
  #attempt: Promise<KnownLogin> | undefined;
  #refresh: { readonly of: Login; readonly promise: Promise<Login> } | undefined;

  constructor(options: SessionOptions) {
    const { site, services, signal: closing, credentials, cookies, userAgent, timeoutMs, reads = {} } = options;
    this.#options = options;
    this.site = site;
    this.#means = { credentials, cookies };
    if (credentials) refuseCleartext(site, this.#resolve);
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
    this.#pause = new LoginPause(services.clock);
  }

  /** Whether this session has, or has the means to get, a login. */
  get canLogIn(): boolean {
    return this.me !== null || Boolean(this.#means.credentials ?? this.#means.cookies ?? this.#options.sessionFile);
  }

  get me(): Me | null {
    return this.#login.me;
  }

  /** Whether reads are anonymous, although there could be a login. */
  get readsAsNobody(): boolean {
    return this.canLogIn && this.me === null;
  }

  get userAgent(): string {
    return this.#options.userAgent;
  }

  /** Whether a connection has ever brought an answer. */
  get hasConnected(): boolean {
    return this.#http.hasConnected;
  }

  /** The listener of its requests and sockets. */
  get tap(): WireTap | undefined {
    return this.#options.services.tap;
  }

  /** The options of its connections, for another client of the same place. */
  get connections(): ConnectionOptions {
    return this.#options.connections ?? {};
  }

  get #resolve(): Resolver | undefined {
    return this.connections.resolve ?? this.site.resolve;
  }

  /** Logs in at the user's request, even right after a failed login. */
  loginNow(): Promise<Me> {
    this.#pause.reset();
    return this.login();
  }

  /** Logs in with other means; an earlier login that is under way then belongs to its caller only. */
  async loginWith(means: { credentials?: Credentials; cookies?: CookieInput }): Promise<Me> {
    if (means.credentials) refuseCleartext(this.site, this.#resolve);
    this.#means = { ...means, skipStored: means.cookies !== undefined };
    this.#login = nobody();
    this.#attempt = undefined;
    return this.loginNow();
  }

  /** Makes sure there is a login; attempts are shared. @throws any LoginError, {NOT_LOGGED_IN} */
  async login(): Promise<Me> {
    this.#refuseClosed("log in");
    if (this.me) return this.me;
    this.#pause.check();
    this.#attempt ??= this.#logIn();
    return (await this.#attempt).me;
  }

  /** Ends the login at the site, and forgets it, without logging in for that. Returns whether one still worked. */
  async endLogin(): Promise<boolean> {
    const login = this.me ? this.#login : await this.#findLogin();
    if (!login) return false;
    await logOutAtSite(this.#tools.login, login.jar).catch((error: unknown) => {
      throw this.#options.services.secrets.scrub(error);
    });
    this.#login = nobody();
    await this.#tools.keeper.remove();
    return true;
  }

  /**
   * Makes a call: logs in and adds the fkey if the call needs them. An action that was never sent fails saying so. No
   * failure repeats what was sent in confidence.
   */
  async call<T>(call: Call<T>, options: CallOptions = {}): Promise<T> {
    const { request } = call;
    this.#refuseClosed(request.tried);
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

  /** Logs in if any means work; false when a stored session is gone and there is no password. */
  async viewer(): Promise<boolean> {
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

  /** One attempt; it becomes the session's login unless other means were given meanwhile. */
  #logIn(): Promise<KnownLogin> {
    const means = this.#means;
    const isWanted = (): boolean => this.#means === means;
    const attempt = obtainLogin(this.#tools, means)
      .then(
        async (login) => {
          if (!isWanted()) return login;
          this.#login = login;
          this.#pause.reset();
          await this.#tools.keeper.write(login, means);
          return login;
        },
        (error: unknown) => {
          this.#refuseClosed("log in");
          this.#options.services.secrets.scrub(error);
          if (isWanted()) this.#pause.failed(error);
          throw error;
        },
      )
      .finally(() => {
        if (this.#attempt === attempt) this.#attempt = undefined;
      });
    return attempt;
  }

  /** The login of the stored session or the cookies, if it still works. */
  async #findLogin(): Promise<KnownLogin | null> {
    const { cookies, skipStored = false } = this.#means;
    if (cookies === undefined) return restoreLogin(this.#tools, this.#means);
    return obtainLogin(this.#tools, { cookies, skipStored }).catch((error: unknown) => {
      if (isChatError(error, "NOT_LOGGED_IN")) return null;
      throw error;
    });
  }

  async #write<T>(call: Call<T>, options: CallOptions): Promise<T> {
    const { request } = call;
    const { tried } = request;
    let login = await this.#chat.join(this.#loginWithFkey(), tried, options.signal);
    for (let heals = 0; ; heals++) {
      const answer = await this.#send(request, login, options);
      if (options.once || heals >= MOST_HEALS || !looksStale(answer, request)) return readAnswer(call, answer);
      const healed = await this.#chat.join(this.#heal(request, login), tried, options.signal);
      if (!healed) return readAnswer(call, answer);
      // A page with status 200 does not show whether the server acted: the outbox looks before it retries.
      if (request.needs === "login" && answer.status === 200)
        throw new ConnectionError({ tried, host: this.chatHost }, "a page came instead of an answer");
      login = healed;
    }
  }

  async #read<T>(call: Call<T>, options: CallOptions): Promise<T> {
    const { request } = call;
    const isNobody = this.readsAsNobody;
    const viewer = (): Promise<boolean> => this.#chat.join(this.viewer(), request.tried, options.signal);
    if (request.needs === "viewer" && isNobody) await viewer();
    const answer = await this.#chat.send(request, this.#login.jar, options);
    if (request.needs === "viewer" || !isNobody) return readAnswer(call, answer);
    try {
      return readAnswer(call, answer);
    } catch (error) {
      // A page hidden from anonymous clients may be visible to the account: log in and ask again.
      if (!isChatError(error, "FORBIDDEN", "NOT_FOUND", "NOT_LOGGED_IN")) throw error;
      if (!(await viewer())) throw error;
    }
    return readAnswer(call, await this.#chat.send(request, this.#login.jar, options));
  }

  #send(request: WireRequest, login: Login, options: CallOptions): Promise<WireAnswer> {
    const { form, multipart } = request;
    const whole = multipart ? request : { ...request, form: { ...form, fkey: login.fkey ?? "" } };
    return this.#chat.send(whole, login.jar, options);
  }

  /** The login with an fkey; an anonymous one only if there can be no login, because the server would not tell. */
  async #loginWithFkey(): Promise<Login> {
    for (let tries = 0; tries < FKEY_TRIES; tries++) {
      if (this.canLogIn) await this.login();
      // Other means may have been given meanwhile; then there is another login to wait for.
      const login = this.#login;
      if (login.me === null && this.canLogIn) continue;
      const ready = login.fkey === null ? await this.#reread(login) : login;
      if (ready.fkey !== null) return ready;
    }
    throw new NotLoggedInError(
      { tried: "get an fkey", host: this.chatHost },
      "the login does not last; somebody ends it at once",
    );
  }

  /** Reads a chat page again. Returns the same login if it is good, one with a new fkey, or none when it is over. */
  #reread(login: Login): Promise<Login> {
    if (this.#refresh?.of === login) return this.#refresh.promise;
    const promise = identify(this.#chat, login.jar, login.me !== null)
      .then(({ me, fkey }) => {
        const isSame = login.me === null || me?.id === login.me.id;
        const fresh = !isSame ? nobody() : fkey === login.fkey ? login : { ...login, fkey };
        if (this.#login === login) this.#login = fresh;
        return fresh;
      })
      .finally(() => {
        if (this.#refresh?.promise === promise) this.#refresh = undefined;
      });
    this.#refresh = { of: login, promise };
    return promise;
  }

  /** The login to retry a call with, after an answer that looks stale; null when nothing was stale. */
  async #heal(request: WireRequest, used: Login): Promise<Login | null> {
    const about = { tried: request.tried, host: this.chatHost };
    const isTheirs = ({ me, fkey }: Login): boolean => fkey !== null && me?.id === used.me?.id;
    this.#options.services.counters.add("session:refresh", { tried: request.tried });
    // Another call has renewed it.
    if (this.#login !== used && isTheirs(this.#login)) return this.#login;
    const fresh = await this.#reread(used);
    if (fresh === used) return null;
    if (isTheirs(fresh)) return fresh;
    if (!this.#means.credentials)
      throw new NotLoggedInError(about, "the session has expired, and there is no password to log in with");
    const renewed = await this.#loginWithFkey();
    if (isTheirs(renewed)) return renewed;
    throw new NotLoggedInError(about, "the login it was made with is over, and somebody else is logged in now");
  }

  #refuseClosed(tried: string): void {
    if (this.#options.signal.aborted) throw new ClosedError({ tried, host: this.chatHost });
  }
}

/** An anonymous login, with cookies of its own. */
function nobody(): Login {
  return { jar: new CookieJar(), me: null, fkey: null };
}

/** Whether a request takes no fkey. */
function isRead({ needs }: WireRequest): boolean {
  return needs === "nothing" || needs === "viewer";
}
