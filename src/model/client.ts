/** The front of everything: one person (or nobody) at one chat site. */
import { ClosedError, NotLoggedInError, UsageError } from "../errors/index.js";
import { leaveRoom } from "../protocol/actions/live.js";
import { EventType, type RawEvent } from "../protocol/raw.js";
import { type Resolver, type Site, siteOf } from "../protocol/sites.js";
import { numberOf } from "../protocol/values.js";
import type { CookieInput } from "../transport/cookies.js";
import { type Me, Session } from "../transport/session.js";
import { type Clock, systemClock } from "../util/clock.js";
import { type Logger, loggerOf } from "../util/logger.js";
import { checkId, checkOptions } from "../util/options.js";
import { ActionPromise } from "../util/promises.js";
import { WeakCache } from "../util/weak-cache.js";
import type { ClientCore, RequestOptions } from "./core.js";
import type { EventContext } from "./events.js";
import { Live } from "./live.js";
import type { StreamOptions } from "./live-room.js";
import { Message } from "./message.js";
import { Outbox, type OutboxOptions } from "./outbox.js";
import { Room } from "./room.js";
import { User } from "./user.js";
import { UserBatch } from "./user-batch.js";

/** Options of a {@link Client}. */
export interface ClientOptions {
  /** The email of a Stack Exchange account. Without it, and without cookies, the client is anonymous and read-only. */
  readonly email?: string;
  readonly password?: string;
  /** Cookies of a login made elsewhere, such as `"acct=…; prov=…"` or a browser's export. */
  readonly cookies?: CookieInput;
  /**
   * A file that keeps the session, so that a restart needs no login. Holds cookies, never the password; readable by
   * its owner only. Tried first; the password is the last resort, because repeated logins lead to a CAPTCHA.
   */
  readonly sessionFile?: string;
  /** What the client calls itself. Set the name of your bot and a way to reach you. @default "chatexchange-ts" */
  readonly userAgent?: string;
  readonly outbox?: OutboxOptions;
  readonly stream?: StreamOptions;
  /** Where log lines go. @default nowhere; `NODE_DEBUG=chatexchange` prints them */
  readonly logger?: Logger;
  /** Takes the failures nobody looks at: of actions not awaited and of callbacks. @default the logger's `error` */
  readonly onError?: (error: unknown) => void;
  /** Closes the client, as {@link Client.logout} without waiting. */
  readonly signal?: AbortSignal;
  /** Milliseconds until a request is given up. @default 30000 */
  readonly timeoutMs?: number;
  /** Where to connect for an origin, such as a local server for `https://chat.stackexchange.com`. */
  readonly resolve?: Resolver;
  /** @default the machine's */
  readonly clock?: Clock;
  /** Numbers from 0 up to 1. @default Math.random */
  readonly random?: () => number;
}

const optionNames = [
  "email",
  "password",
  "cookies",
  "sessionFile",
  "userAgent",
  "outbox",
  "stream",
  "logger",
  "onError",
  "signal",
  "timeoutMs",
  "resolve",
  "clock",
  "random",
] as const satisfies readonly (keyof ClientOptions)[];

/** Options of {@link Client.logout}. */
export interface LogoutOptions {
  /** Wait for the actions that are queued. @default true */
  readonly drain?: boolean;
  /** How long to wait for them, in milliseconds. @default 30000 */
  readonly timeoutMs?: number;
}

/**
 * A chat site as one account sees it, or as nobody does. The constructor makes no request.
 *
 * @example
 * await using chat = new Client("stackexchange.com", email, password);
 * await chat.getRoom(1).sendMessage("hello, world");
 */
export class Client implements AsyncDisposable {
  /** The site this client talks to. */
  readonly site: Site;
  readonly #core: ClientCore;
  readonly #closing = new AbortController();
  readonly #rooms = new WeakCache<number, Room>();
  readonly #users = new WeakCache<number, User>();
  readonly #messages = new WeakCache<number, Message>();
  #logout: Promise<void> | undefined;

  /**
   * @param host - `stackexchange.com`, `meta.stackexchange.com` or `stackoverflow.com` (also with `chat.` in front or as
   *   an https:// URL), a {@link Site}, or the http://127.0.0.1:… URL of a local server.
   * @throws {BAD_ARGUMENT} for an unknown host or option, or half of the credentials.
   */
  constructor(host: string | Site, options?: ClientOptions);
  constructor(host: string | Site, email: string, password: string);
  constructor(host: string | Site, emailOrOptions: string | ClientOptions = {}, password?: string) {
    const options: ClientOptions =
      typeof emailOrOptions === "string" ? credentialsOf(emailOrOptions, password) : emailOrOptions;
    checkOptions("new Client", options, optionNames);
    this.site = siteOf(host);
    this.#core = this.#build(options);
    options.signal?.addEventListener("abort", () => void this.logout({ drain: false }), { once: true });
    if (options.signal?.aborted) void this.logout({ drain: false });
  }

  /** Whether this client is logged in right now. */
  get isLoggedIn(): boolean {
    return this.#core.session.me !== null;
  }

  /**
   * Logs in now rather than when it is first needed. Attempts at the same time are one attempt.
   * @throws {WRONG_PASSWORD} {CAPTCHA_REQUIRED} {CLOUDFLARE_CHALLENGE} {SITE_READ_ONLY} {NO_ACCOUNT} {NOT_LOGGED_IN}
   */
  login(): Promise<User>;
  login(email: string, password: string): Promise<User>;
  login(means: { readonly cookies: CookieInput }): Promise<User>;
  login(emailOrMeans?: string | { readonly cookies: CookieInput }, password?: string): Promise<User> {
    const { session } = this.#core;
    return this.#core.tend(async () => {
      const means =
        typeof emailOrMeans === "string" ? { credentials: credentialsOf(emailOrMeans, password) } : emailOrMeans;
      const me = means ? await session.loginWith(means) : await session.login();
      return this.#user(me);
    });
  }

  /**
   * Ends everything: waits for queued actions, stops listening, leaves the joined rooms and closes every connection.
   * Idempotent, and safe for anonymous clients. The login itself stays valid, so a `sessionFile` serves the next start.
   */
  logout(options: LogoutOptions = {}): Promise<void> {
    checkOptions("logout", options, ["drain", "timeoutMs"]);
    this.#logout ??= this.#end(options);
    return this.#logout;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.logout();
  }

  /**
   * The room with this id; makes no request.
   * @throws {BAD_ARGUMENT} when that is no id.
   */
  getRoom(id: number): Room {
    checkId("room", id);
    return this.#core.room(id);
  }

  /**
   * The user with this id; makes no request. Ids below 0 are system users.
   * @throws {BAD_ARGUMENT} when that is no id.
   */
  getUser(id: number): User {
    checkId("user", id, { negative: true });
    return this.#core.user(id);
  }

  /**
   * The message with this id; makes no request.
   * @throws {BAD_ARGUMENT} when that is no id.
   */
  getMessage(id: number): Message {
    checkId("message", id);
    return this.#core.message(id);
  }

  /**
   * Who you are: the same object as `getUser` of your id.
   * @throws {NOT_LOGGED_IN} for anonymous clients, and everything {@link Client.login} can.
   */
  getMe(): Promise<User> {
    return this.#core.tend(async () => {
      if (!this.#core.session.canLogIn)
        throw new NotLoggedInError({ tried: "tell who you are", host: this.#core.session.chatHost });
      return this.#user(await this.#core.session.login());
    });
  }

  toString(): string {
    return `Client of ${this.site.host}`;
  }

  #user(me: Me): User {
    const user = this.#core.user(me.id);
    if (me.name !== null) user.learn({ name: me.name });
    return user;
  }

  #build(options: ClientOptions): ClientCore {
    const logger = loggerOf(options.logger, this.site.host);
    const warn = (text: string, error?: unknown): void => logger.warn(text, error);
    const report = options.onError ?? ((error: unknown): void => logger.error("a failure nobody looked at", error));
    const clock = options.clock ?? systemClock;
    const { email, password } = options;
    if ((email === undefined) !== (password === undefined))
      throw new UsageError("email and password go together; one of them is missing");
    const session = new Session({
      site: this.site,
      credentials: email !== undefined && password !== undefined ? credentialsOf(email, password) : undefined,
      cookies: options.cookies,
      sessionFile: options.sessionFile,
      userAgent: options.userAgent ?? "chatexchange-ts",
      resolve: options.resolve,
      timeoutMs: options.timeoutMs,
      signal: this.#closing.signal,
      warn,
    });
    const outbox = new Outbox(options.outbox ?? {}, clock, this.#closing.signal);
    const batch = new UserBatch(session, () => [...core.joined][0]);
    const live = new Live({
      session,
      clock,
      random: options.random ?? Math.random,
      options: options.stream ?? {},
      warn,
      events: this.#eventContext(clock),
      learn: (raw) => this.#learn(raw),
    });
    const core: ClientCore = {
      client: this,
      session,
      clock,
      live,
      outbox,
      joined: new Set<number>(),
      room: (id) => this.#rooms.get(id, () => new Room(core, id)),
      user: (id) => this.#users.get(id, () => new User(core, id)),
      message: (id) => this.#messages.get(id, () => new Message(core, id)),
      messageOf: (raw) => this.#messageOf(raw),
      userInfo: (id) => batch.get(id),
      login: async (tried) => {
        if (!session.canLogIn) throw new NotLoggedInError({ tried, host: session.chatHost });
        await session.login();
      },
      report,
      warn,
      tend: (action) => ActionPromise.run(action, report),
      act: (action, request) => ActionPromise.run(() => this.#act(action, request), report),
    };
    return core;
  }

  async #act<T>(action: () => Promise<T>, options: RequestOptions = {}): Promise<T> {
    const { session, outbox } = this.#core;
    if (this.#logout) throw new ClosedError({ host: session.chatHost });
    if (!session.canLogIn) throw new NotLoggedInError({ host: session.chatHost });
    return outbox.run(action, options.signal);
  }

  #eventContext(clock: Clock): EventContext {
    return {
      getRoom: (id) => this.#core.room(id),
      userOf: (id, name) => {
        const user = this.#core.user(id);
        if (name !== undefined && user.peek.name === undefined) user.learn({ name });
        return user;
      },
      messageOf: (raw) => this.#messageOf(raw),
      now: () => clock.now(),
    };
  }

  /** The message of an event; a new one learns what the event says, a known one has learned already. */
  #messageOf(raw: RawEvent): Message | null {
    const id = numberOf(raw.message_id);
    if (id === undefined) return null;
    return this.#messages.get(id, () => {
      const message = new Message(this.#core, id);
      message.learnFromEvent(raw);
      return message;
    });
  }

  /** Keeps what is known current: runs before anybody sees the event. */
  #learn(raw: RawEvent): void {
    const messageId = numberOf(raw.message_id);
    if (messageId !== undefined) this.#messages.peek(messageId)?.learnFromEvent(raw);
    const roomId = numberOf(raw.room_id);
    if (raw.event_type === EventType.RoomNameChanged && roomId !== undefined) {
      this.#rooms.peek(roomId)?.forget("name", "description", "descriptionHtml", "tags", "state");
    }
    if (raw.event_type === EventType.UserNameOrAvatarChanged) {
      this.#users.peek(numberOf(raw.target_user_id) ?? numberOf(raw.user_id) ?? 0)?.forget("name", "avatarUrl");
    }
  }

  async #end({ drain = true, timeoutMs = 30_000 }: LogoutOptions): Promise<void> {
    const { live, outbox, session, joined, clock, warn } = this.#core;
    if (drain && outbox.pending > 0) {
      const deadline = new Promise<void>((resolve) => clock.setTimeout(resolve, timeoutMs, { ref: true }));
      await Promise.race([outbox.idle(), deadline]);
      if (outbox.pending > 0) warn(`logout: ${outbox.pending} actions were given up after ${timeoutMs} ms`);
    }
    live.close();
    try {
      if (joined.size > 0 && session.me)
        await session.call(leaveRoom(joined.size === 1 ? ([...joined][0] ?? "all") : "all"), {
          signal: AbortSignal.timeout(5_000),
        });
    } catch (error) {
      warn("logout: could not leave the joined rooms", error);
    }
    joined.clear();
    this.#closing.abort();
    await session.close();
  }
}

function credentialsOf(email: unknown, password: unknown): { email: string; password: string } {
  if (typeof email !== "string" || email.trim() === "" || typeof password !== "string" || password === "") {
    throw new UsageError("email and password go together; one of them is missing or empty");
  }
  return { email, password };
}
