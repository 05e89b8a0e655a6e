/**
 * One person's session with one chat site: cookies, login, who am I, fkey, and calls made with them. Heals what can be
 * healed: a stale fkey is fetched again, an expired login is made anew, each once for a call.
 */
import { CookieJar } from "tough-cookie";
import {
  ClosedError,
  ConnectionError,
  type FailureContext,
  isChatError,
  NoAccountError,
  NotLoggedInError,
  ParseError,
  UsageError,
} from "../errors/index.js";
import type { Call, WireAnswer, WireRequest } from "../protocol/call.js";
import { type ChatPage, parseChatPage } from "../protocol/pages/index.js";
import { leadsToError, refusalOf } from "../protocol/refusals.js";
import { isLoopback, type Resolver, type Site } from "../protocol/sites.js";
import type { Services } from "../util/services.js";
import {
  accountFingerprint,
  addCookies,
  type CookieInput,
  jarOf,
  readSessionFile,
  removeSessionFile,
  type StoredSession,
  writeSessionFile,
} from "./cookies.js";
import { HttpClient } from "./http.js";
import { logInByPassword, logOutAtSite } from "./login.js";

/** Email and password of a Stack Exchange account. */
export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** Who a session belongs to. */
export interface Me {
  readonly id: number;
  /** Null where the page at hand does not say. */
  readonly name: string | null;
}

/** What a {@link Session} is made of. */
export interface SessionOptions {
  readonly site: Site;
  readonly credentials?: Credentials | undefined;
  readonly cookies?: CookieInput | undefined;
  readonly sessionFile?: string | undefined;
  readonly userAgent: string;
  readonly resolve?: Resolver | undefined;
  readonly timeoutMs?: number | undefined;
  /** Ends every request. */
  readonly signal: AbortSignal;
  readonly services: Services;
}

/** Options of one call. */
export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Do not renew a session that has expired: it is not worth a login. @default false */
  readonly once?: boolean;
}

/** After a CAPTCHA or a wrong password nothing logs in by itself for so long; `client.login()` does. */
const loginCooldownMs = 600_000;

export class Session {
  readonly site: Site;
  readonly chatHost: string;
  readonly #options: SessionOptions;
  #credentials: Credentials | undefined;
  #cookies: CookieInput | undefined;
  #jar = new CookieJar();
  #http: HttpClient;
  #me: Me | null = null;
  #fkey: string | null = null;
  #login: Promise<Me> | undefined;
  /** The login was refused: until when nobody tries again by himself. */
  #refusal: { readonly until: number; readonly error: unknown } | undefined;
  #refresh: Promise<ChatPage> | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.site = options.site;
    this.chatHost = new URL(options.site.chatOrigin).host;
    this.#credentials = options.credentials;
    this.#cookies = options.cookies;
    if (options.credentials) this.#refuseCleartext();
    this.#http = this.#open();
  }

  /** Whether this session has, or has the means to get, a login. */
  get canLogIn(): boolean {
    return this.#me !== null || Boolean(this.#credentials ?? this.#cookies ?? this.#options.sessionFile);
  }

  get me(): Me | null {
    return this.#me;
  }

  /** Whether reads are answered as to nobody, though there could be a login. */
  get readsAsNobody(): boolean {
    return this.canLogIn && this.#me === null;
  }

  get userAgent(): string {
    return this.#options.userAgent;
  }

  get resolve(): Resolver | undefined {
    return this.#options.resolve ?? this.site.resolve;
  }

  /** Logs in because somebody said so: also when a login was refused just now. */
  loginNow(): Promise<Me> {
    this.#refusal = undefined;
    return this.login();
  }

  /** Logs in with other means than those given at first. */
  async loginWith(means: { credentials?: Credentials; cookies?: CookieInput }): Promise<Me> {
    this.#credentials = means.credentials;
    this.#cookies = means.cookies;
    if (means.credentials) this.#refuseCleartext();
    await this.#forget();
    return this.loginNow();
  }

  /** Makes sure there is a login; attempts are shared. @throws any LoginError, {NOT_LOGGED_IN} */
  async login(): Promise<Me> {
    if (this.#options.signal.aborted) this.#throwClosed("log in");
    if (this.#me) return this.#me;
    const { until, error } = this.#refusal ?? { until: 0 };
    if (this.#options.services.clock.now() < until) throw error;
    this.#login ??= this.#logIn()
      .catch((reason: unknown) => {
        // Whoever wants a human, or knows a wrong password, is not asked again and again by everything that waits.
        if (isChatError(reason, "CAPTCHA_REQUIRED", "WRONG_PASSWORD", "CLOUDFLARE_CHALLENGE")) {
          this.#refusal = { until: this.#options.services.clock.now() + loginCooldownMs, error: reason };
        }
        throw reason;
      })
      .finally(() => {
        this.#login = undefined;
      });
    return this.#login;
  }

  /** Ends the login at the site, and forgets it; nobody logs in for that. Whether there was one that still worked. */
  async endLogin(): Promise<boolean> {
    if (!(await this.#known())) return false;
    await logOutAtSite(this.#http, this.site);
    await this.#forget();
    const { sessionFile } = this.#options;
    if (sessionFile) await removeSessionFile(sessionFile);
    return true;
  }

  /** Who is logged in, as far as cookies tell. */
  async #known(): Promise<Me | null> {
    if (this.#me || this.#cookies === undefined) return this.#me ?? this.#restore();
    return this.login().catch((error: unknown) => {
      if (isChatError(error, "NOT_LOGGED_IN")) return null;
      throw error;
    });
  }

  /** Makes a call: logs in and adds the fkey if the call needs them. */
  async call<T>(call: Call<T>, options: CallOptions = {}): Promise<T> {
    const { request } = call;
    if (this.#options.signal.aborted) this.#throwClosed(request.tried);
    if (request.needs === "login" && !this.canLogIn)
      throw new NotLoggedInError({ tried: request.tried, host: this.chatHost });
    const isNobody = this.readsAsNobody;
    if (request.needs === "viewer" && isNobody) await this.viewer();
    else if (request.needs !== "nothing" && isNobody) await this.login();
    const answer = await this.#send(request, options);
    if (request.needs === "nothing" && isNobody) return this.#readAsNobody(call, answer, options);
    if (isRead(request) || options.once || !looksStale(answer, request)) return call.read(answer);
    const wasStale = await this.#heal(request);
    // The error page is also what ids that never existed lead to: said once, that is an answer.
    if (!wasStale && leadsToError(answer)) return call.read(answer);
    if (request.needs === "login" && answer.status === 200) {
      // A page with status 200 does not say whether the server acted: the outbox looks before it does it again.
      if (wasStale)
        throw new ConnectionError({ tried: request.tried, host: this.chatHost }, "a page came instead of an answer");
      return call.read(answer);
    }
    return call.read(await this.#send(request, options));
  }

  /** What nobody is shown may be there for the account: then there is reason to log in, and to ask again. */
  async #readAsNobody<T>(call: Call<T>, answer: WireAnswer, options: CallOptions): Promise<T> {
    try {
      return call.read(answer);
    } catch (error) {
      if (!isChatError(error, "FORBIDDEN", "NOT_FOUND", "NOT_LOGGED_IN")) throw error;
      if (!(await this.viewer())) throw error;
    }
    return call.read(await this.#send(call.request, options));
  }

  /** Logs in where there are means that work; false when a stored session is gone and there is no password. */
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
    await this.#http.close();
  }

  async #logIn(): Promise<Me> {
    const stored = await this.#restore();
    if (stored) return stored;
    const about = { tried: "log in", host: this.chatHost };
    if (this.#cookies !== undefined) {
      await addCookies(this.#jar, this.#cookies, this.site);
      const page = await this.#whoAmI();
      if (!page.me) throw new NotLoggedInError(about, "the cookies do not belong to a login; they may have expired");
      return this.#keep(page.me);
    }
    if (!this.#credentials) {
      throw new NotLoggedInError(
        about,
        this.#options.sessionFile
          ? "there is no stored session that still works, and no password to log in with"
          : undefined,
      );
    }
    this.#options.services.counters.add("session:login");
    await logInByPassword(this.#http, this.#jar, this.site, this.#credentials);
    let page = await this.#whoAmI();
    if (!page.me) {
      // Nobody: either there is no account here, or this login, too, was ended meanwhile. A second one tells.
      await logInByPassword(this.#http, this.#jar, this.site, this.#credentials);
      page = await this.#whoAmI();
    }
    if (!page.me) throw new NoAccountError(about);
    return this.#keep(page.me);
  }

  /** Tries the stored session: it must be ours and still be somebody. */
  async #restore(): Promise<Me | null> {
    const { sessionFile } = this.#options;
    if (!sessionFile) return null;
    const stored = await this.#readStored(sessionFile);
    if (!stored) return null;
    await this.#forget(await jarOf(stored));
    const page = await this.#whoAmI();
    const { me } = page;
    if (me?.id === stored.owner.id)
      return this.#keep(me).catch((error: unknown) => {
        // It serves this time, too; what would be lost is only what the site has changed in it.
        this.#options.services.log.warn("the stored session works, but its file can not be brought up to date", error);
        return me;
      });
    this.#options.services.log.warn(me ? "the stored session is somebody else's" : "the stored session has expired");
    await this.#forget();
    return null;
  }

  async #readStored(path: string): Promise<StoredSession | null> {
    const stored = await readSessionFile(path, this.site);
    const account = this.#credentials ? accountFingerprint(this.#credentials.email) : null;
    return stored && (account === null || stored.account === null || stored.account === account) ? stored : null;
  }

  async #keep(me: Me): Promise<Me> {
    this.#me = me;
    this.#refusal = undefined;
    const { sessionFile } = this.#options;
    if (sessionFile) {
      const { cookies } = await this.#jar.serialize();
      const account = this.#credentials ? accountFingerprint(this.#credentials.email) : null;
      await writeSessionFile(sessionFile, { host: this.site.host, owner: me, account, cookies });
    }
    return me;
  }

  /** Reads a light chat page for the owner of the session and its fkey (protocol.md §2.4, §2.5); attempts are shared. */
  #whoAmI(): Promise<ChatPage> {
    this.#refresh ??= this.#readChatPage().finally(() => {
      this.#refresh = undefined;
    });
    return this.#refresh;
  }

  async #readChatPage(): Promise<ChatPage> {
    const tried = "find out who is logged in";
    let nameless: ChatPage | undefined;
    for (const path of ["/chats/join/favorite", "/"]) {
      const answer = await this.#raw({ method: "GET", path, needs: "nothing", tried }, {});
      // Anonymous people are sent from the first page to a login: the front page then has their fkey.
      const refusal = refusalOf(answer, { tried });
      if (refusal && path === "/" && !nameless) throw refusal;
      const page = refusal ? null : parseChatPage(answer.body);
      // Of somebody who should be logged in the first page may not have the name: the front page has the last word.
      if (page?.fkey && (page.me || !this.canLogIn || path === "/")) return this.#noted(page);
      if (page?.fkey) nameless = page;
    }
    if (nameless) return this.#noted(nameless);
    throw new ParseError("chat page", "input[name=fkey]", { tried, host: this.chatHost });
  }

  /** A page that knows nobody, or somebody else, says that our login is over; its fkey is not ours then. */
  #noted(page: ChatPage): ChatPage {
    if (this.#me && page.me?.id !== this.#me.id) this.#me = null;
    this.#fkey = page.me || !this.canLogIn ? page.fkey : null;
    return page;
  }

  /** Finds out whether the session is still good, and renews what is not; false when nothing was stale. */
  async #heal(request: WireRequest): Promise<boolean> {
    this.#options.services.counters.add("session:refresh", { tried: request.tried });
    const before = { me: this.#me, fkey: this.#fkey };
    this.#fkey = null;
    const page = await this.#whoAmI();
    if (!before.me || page.me?.id === before.me.id) return page.fkey !== before.fkey;
    if (!this.#credentials) {
      const about = { tried: request.tried, host: this.chatHost };
      throw new NotLoggedInError(about, "the session has expired, and there is no password to log in with");
    }
    await this.login();
    return true;
  }

  async #send(request: WireRequest, options: CallOptions): Promise<WireAnswer> {
    if (isRead(request) || request.multipart) return this.#raw(request, options);
    const fkey = await this.#currentFkey();
    return this.#raw({ ...request, form: { ...request.form, fkey } }, options);
  }

  /** The fkey of the one who is logged in: with that of nobody the server would answer, but not to us. */
  async #currentFkey(): Promise<string> {
    for (let tries = 0; tries < 3; tries++) {
      if (this.canLogIn) await this.login();
      if (this.#fkey) return this.#fkey;
      const page = await this.#whoAmI();
      if (page.fkey && (page.me || !this.canLogIn)) return page.fkey;
    }
    throw new NotLoggedInError(
      { tried: "get an fkey", host: this.chatHost },
      "the login does not last; somebody ends it at once",
    );
  }

  async #raw(request: WireRequest, { signal }: CallOptions): Promise<WireAnswer> {
    const { chatOrigin } = this.site;
    const about: FailureContext = { tried: request.tried, host: this.chatHost };
    const sent = this.#http.send({
      method: request.method,
      url: chatOrigin + request.path,
      headers: request.method === "POST" ? { origin: chatOrigin, referer: chatOrigin + (request.referer ?? "/") } : {},
      ...(request.form ? { form: request.form } : {}),
      ...(request.multipart ? { multipart: request.multipart } : {}),
      ...(request.follow === undefined ? {} : { follow: request.follow }),
      signal: signal ? AbortSignal.any([signal, this.#options.signal]) : this.#options.signal,
      about,
    });
    const answer = await sent.catch((error: unknown) => {
      throw this.#options.signal.aborted && !signal?.aborted ? new ClosedError(about) : error;
    });
    return { status: answer.status, url: answer.url, headers: answer.headers, body: answer.body, host: this.chatHost };
  }

  async #forget(jar: CookieJar = new CookieJar()): Promise<void> {
    const old = this.#http;
    this.#jar = jar;
    this.#http = this.#open();
    this.#me = null;
    this.#fkey = null;
    await old.close();
  }

  #open(): HttpClient {
    const { userAgent, timeoutMs } = this.#options;
    return new HttpClient({ jar: this.#jar, userAgent, resolve: this.resolve, ...(timeoutMs ? { timeoutMs } : {}) });
  }

  /** A password goes over TLS, or nowhere but to this machine. */
  #refuseCleartext(): void {
    for (const origin of [this.site.loginOrigin, this.site.chatOrigin]) {
      const target = this.resolve?.(origin);
      const url = new URL(origin);
      const hostname = target?.hostname ?? url.hostname;
      const tls = target ? target.tls === true : url.protocol === "https:";
      if (!tls && !isLoopback(hostname)) {
        throw new UsageError(
          `credentials are never sent without TLS except to this machine; ${url.host} would be reached in clear text`,
        );
      }
    }
  }

  #throwClosed(tried?: string): never {
    throw new ClosedError({ tried, host: this.chatHost });
  }
}

/** Whether a request takes no fkey. */
function isRead({ needs }: WireRequest): boolean {
  return needs === "nothing" || needs === "viewer";
}

/** The signs of a stale fkey or login: a page where an answer was due, or the way to the login (protocol.md §2.5, INF). */
function looksStale(answer: WireAnswer, request: WireRequest): boolean {
  const path = URL.parse(answer.url)?.pathname;
  if (path === "/users/login" && answer.status < 500) return true;
  if (leadsToError(answer)) return true;
  const isPage = /^\s*(<!--[^>]*-->\s*)?<(!doctype|html)/i.test(answer.body.slice(0, 500));
  return (
    answer.status === 401 || (isPage && (answer.status === 400 || (answer.status === 200 && !request.answersPage)))
  );
}
