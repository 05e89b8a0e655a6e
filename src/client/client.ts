/** The client: one account, or an anonymous visitor, at one chat site. */
import { ClosedError, UsageError } from "../errors/index.js";
import { checkCallback } from "../live/event-class.js";
import type { ChatEvent } from "../live/events.js";
import type { StreamState } from "../live/options.js";
import { type Listening, WATCH_OPTION_NAMES, type WatchOptions, watchAll } from "../live/watch.js";
import type { ObjectContext } from "../objects/context.js";
import { findMessages, findUsers, listRooms, type RoomsOptions, type SearchOptions } from "../objects/lists.js";
import type { Message } from "../objects/message.js";
import type { Room } from "../objects/room.js";
import { createRoom, type NewRoom } from "../objects/room-admin.js";
import type { User } from "../objects/user.js";
import type { FilePart } from "../protocol/call.js";
import { type Site, siteOf } from "../protocol/sites.js";
import type { ActionOptions } from "../sending/options.js";
import type { OutboxView } from "../sending/outbox.js";
import { messageWith } from "../sending/post.js";
import { resumeActions } from "../sending/resume-actions.js";
import type { CookieInput } from "../transport/cookies.js";
import type { SeenDrift } from "../transport/drift-log.js";
import type { Me, Session } from "../transport/session.js";
import { callSafely } from "../util/call-safely.js";
import { iterateWithCallSite } from "../util/call-site.js";
import type { Clock } from "../util/clock.js";
import type { Counts } from "../util/counters.js";
import { type InspectArguments, inspectCustom, inspectFacts } from "../util/inspect.js";
import { checkId, checkOptions, type RequestOptions } from "../util/options.js";
import { acknowledge, ignoredUsers, upload } from "./account-actions.js";
import { type FormFields, postAnything } from "./any-action.js";
import {
  type ClientOptions,
  checkClientOptions,
  credentialsOf,
  type LogoutOptions,
  type ResumeOptions,
} from "./client-options.js";
import { closeOnSignals, type Undo } from "./close-on-signals.js";
import { checkLogoutOptions, endClient } from "./end.js";
import { createParts } from "./parts.js";
import { lockState, type StateOptions, StateStore } from "./state-store.js";

/**
 * A connection to one chat site, logged in as one account or anonymous. The constructor makes no request.
 *
 * @example
 * await using chat = new Client("stackexchange.com", email, password);
 * await chat.getRoom(1).sendMessage("hello, world");
 */
export class Client implements AsyncDisposable {
  /** The site this client talks to. */
  readonly site: Site;
  readonly #parts: ObjectContext;
  readonly #closing = new AbortController();
  readonly #stateFile: string | undefined;
  readonly #stateOptions: Pick<StateOptions, "host" | "keyTtlMs" | "files">;
  #state: StateStore | undefined;
  readonly #leaveSignal: () => void;
  #undoSignals: Undo | undefined;
  #isResumed = false;
  #logout: Promise<void> | undefined;

  /**
   * @param host - `stackexchange.com`, `meta.stackexchange.com` or `stackoverflow.com` (also with a `chat.` prefix or
   *   as an https:// URL), a {@link Site}, or the http://127.0.0.1:… URL of a local server.
   * @throws {BAD_ARGUMENT} for an unknown host or option, or when only one of email and password is given.
   */
  constructor(host: string | Site, options?: ClientOptions);
  constructor(host: string | Site, email: string, password: string);
  constructor(host: string | Site, emailOrOptions: string | ClientOptions = {}, password?: string) {
    const options: ClientOptions =
      typeof emailOrOptions === "string" ? credentialsOf(emailOrOptions, password) : emailOrOptions;
    checkClientOptions(options);
    this.site = siteOf(host);
    this.#stateFile = options.stateFile;
    this.#stateOptions = { host: this.site.host, keyTtlMs: options.keyTtlMs ?? 86_400_000, files: options.files };
    this.#parts = createParts(this, options, this.#closing.signal);
    const { signal } = options;
    const end = (): void => void this.logout({ drain: false });
    signal?.addEventListener("abort", end, { once: true });
    this.#leaveSignal = () => signal?.removeEventListener("abort", end);
    if (signal?.aborted) end();
  }

  /** The clock: the option `clock`, or the system's. A bot that uses it for its timers can be tested. */
  get clock(): Clock {
    return this.#parts.services.clock;
  }

  /** Whether the client has a `stateFile`, so that its keys and cursors outlive the process. */
  get hasState(): boolean {
    return this.#stateFile !== undefined;
  }

  /** Whether {@link Client.resume} must be called first: there is a `stateFile`, and it has not resumed. */
  get needsResume(): boolean {
    return this.#stateFile !== undefined && !this.#isResumed;
  }

  /** Whether this client is logged in right now. Makes no request. */
  get isLoggedIn(): boolean {
    return this.#parts.session.me !== null;
  }

  /**
   * Resumes from the `stateFile`: listening continues where it stopped, and queued messages are sent now, unless a
   * lookup finds that they were already posted. Resolves to one promise for each of those messages. Locks the file
   * until `logout()` or the end of the process, because only one client may use it at a time.
   * @throws {BAD_ARGUMENT} without the option `stateFile`, on a second call, or when the file is not a state file of
   *   this site
   * @throws {LOCKED} when another client uses the file {STORAGE} when it cannot be read or written {CLOSED}
   * @throws {ABORTED} when the signal aborts the wait
   */
  resume(options: ResumeOptions = {}): Promise<readonly Promise<Message>[]> {
    const { actions, live, services } = this.#parts;
    return actions.track(async () => {
      checkOptions("resume", options, ["wait", "signal"]);
      const path = this.#stateFile;
      if (path === undefined) throw new UsageError("resume() needs the option stateFile");
      if (this.#isResumed) throw new UsageError("this client has already resumed");
      if (actions.isClosing) throw new ClosedError({ tried: `resume from ${path}` });
      this.#isResumed = true;
      try {
        const lock = lockState(path, { ...options, services, closing: this.#closing.signal });
        // Without `wait` nothing is awaited, so the client has resumed even if the caller does not await this call.
        const store = { ...this.#stateOptions, services, lock: lock instanceof Promise ? await lock : lock };
        this.#state = StateStore.open(path, store);
      } catch (error) {
        this.#isResumed = false;
        actions.refusal = { reason: error };
        live.refuse(actions.refusal);
        throw error;
      }
      actions.refusal = undefined;
      live.refuse(undefined);
      const { marks, posted, waiting } = this.#state;
      actions.store = this.#state;
      actions.mustResume = false;
      live.resumeFrom(marks);
      live.storeIn(this.#state);
      for (const [roomId, id] of posted) actions.posted.noteNewest(roomId, id);
      return resumeActions(this.#parts, waiting);
    });
  }

  /** The queue of actions: those still pending, and `idle()`, which resolves when none are left. */
  get outbox(): OutboxView {
    return this.#parts.actions.outbox;
  }

  /**
   * The message that an action with an idempotency key posted or edited; null if no such action is known. Waits for one
   * that is on its way. With a `stateFile`, and after {@link Client.resume}, it knows the actions of earlier processes.
   * @throws {BAD_ARGUMENT} and everything for which an action on its way fails
   */
  sentWith(key: string): Promise<Message | null> {
    return this.#parts.actions.track(() => messageWith(this.#parts, key));
  }

  /**
   * Counters since this client was created, such as connects, drops, gaps, messages sent and throttled. Each is also
   * published as it happens on `diagnostics_channel`, as `chatexchange:` and its name, such as `chatexchange:stream:gap`.
   */
  get counts(): Counts {
    return this.#parts.services.counters.counts;
  }

  /**
   * Differences between the site and what this package expects, such as a missing part of a page or an unknown event
   * type; each once, with a count. Never content, so it is safe to share in a bug report. Holds the first 100;
   * `counts["protocol:drift"]` counts all of them.
   */
  get drift(): readonly SeenDrift[] {
    return this.#parts.session.drifts.list;
  }

  /**
   * The state of the event stream: the worst state of all rooms you listen to, or `closed` when there are none. See
   * {@link StreamState}.
   */
  get state(): StreamState {
    return this.#parts.live.state;
  }

  /** Calls `callback` whenever {@link Client.state} changes. Returns a function that unsubscribes it. */
  onStateChange(callback: (state: StreamState) => unknown): () => void {
    if (typeof callback !== "function") throw new UsageError("onStateChange takes a callback function");
    const { live, services } = this.#parts;
    return live.onState((state) => void callSafely(callback, services.reportUnhandled, state));
  }

  /** The id of the last delivered event of each room, by room id; for `stream.cursors`, to resume there. */
  get cursors(): Readonly<Record<number, number>> {
    return Object.fromEntries(this.#parts.live.cursors);
  }

  /**
   * Calls `callback` for every event of every room you listen to, and for personal events: invitations, notifications,
   * and mentions and replies in rooms that you are in but do not listen to. Async callbacks run one at a time in each
   * room, unless the options say otherwise.
   * @throws {BAD_ARGUMENT} for an unknown option
   */
  watch(callback: (event: ChatEvent, client: Client) => unknown, options: WatchOptions = {}): Listening {
    checkCallback(callback);
    checkOptions("watch", options, WATCH_OPTION_NAMES);
    return watchAll(this.#parts, (event) => callback(event, this), options);
  }

  /** @internal */
  [inspectCustom](...given: InspectArguments): string {
    const { isLoggedIn, state } = this;
    return inspectFacts(`Client of ${this.site.host}`, { isLoggedIn, state }, given);
  }

  /** The session of a client, for the `doctor` command. @internal */
  static sessionOf(client: Client): Session {
    return client.#parts.session;
  }

  /** Stores how far rooms have been handled, for the `tail` command, which prints their history itself. @internal */
  static noteCursors(client: Client, cursors: Readonly<Record<number, number>>): void {
    for (const [roomId, cursor] of Object.entries(cursors)) client.#state?.noteCursor(Number(roomId), cursor);
  }

  /**
   * Ends the streams of a client that are being read and returns how many there were, for Ctrl-C in the REPL. @internal
   */
  static endStreamsOf(client: Client): number {
    const read = [...client.#parts.live.streams].filter((stream) => stream.isRead);
    for (const stream of read) void stream.return();
    return read.length;
  }

  /**
   * Logs in now instead of when a login is first needed. Concurrent calls share one attempt.
   * @throws {WRONG_PASSWORD} {CAPTCHA_REQUIRED} {CLOUDFLARE_CHALLENGE} {SITE_READ_ONLY} {NO_ACCOUNT} {NOT_LOGGED_IN}
   */
  login(): Promise<User>;
  /** Logs in as another account and discards the current cookies. */
  login(email: string, password: string): Promise<User>;
  /** Logs in with cookies from another login, such as a browser's, and discards the current ones. */
  login(means: { readonly cookies: CookieInput }): Promise<User>;
  login(emailOrMeans?: string | { readonly cookies: CookieInput }, password?: string): Promise<User> {
    const { session } = this.#parts;
    return this.#parts.actions.track(async () => {
      const means =
        typeof emailOrMeans === "string" ? { credentials: credentialsOf(emailOrMeans, password) } : emailOrMeans;
      if (typeof means === "object") checkOptions("login", means, ["cookies", "credentials"]);
      const me = means ? await session.loginWith(means) : await session.loginNow();
      return this.#user(me);
    });
  }

  /**
   * Shuts the client down: waits for queued actions, stops listening, leaves the joined rooms and closes every
   * connection. Idempotent, and safe for anonymous clients. The login itself stays valid, so that the next start can
   * use the `sessionFile`. With `endLogin` the login is ended at the site as well; the promise then rejects, after
   * everything else is closed, when the site could not be reached.
   */
  logout(options: LogoutOptions = {}): Promise<void> {
    const { actions } = this.#parts;
    return actions.track(async () => {
      checkLogoutOptions(options);
      actions.isClosing = true;
      if (this.#logout) return this.#logout;
      const ended = endClient(this.#parts, options, () => this.#release()).finally(() => this.#state?.close());
      // A second call, such as the one of `await using`, does not report the failure again.
      this.#logout = ended.catch(() => {});
      return ended;
    });
  }

  /** Calls {@link Client.logout} at the end of an `await using` block. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.logout();
  }

  /**
   * Shuts the client down on SIGINT (Ctrl-C) or SIGTERM, as {@link Client.logout} does. Then the process exits with
   * code 130 or 143, unless other handlers for the signal are still registered. A second signal exits at once. Returns
   * an undo function.
   */
  closeOnSignals(options: LogoutOptions = {}): Undo {
    checkLogoutOptions(options);
    this.#undoSignals?.();
    this.#undoSignals = closeOnSignals(() => this.logout(options));
    return this.#undoSignals;
  }

  /**
   * The room with this id. Makes no request; an id that does not exist fails when you first read a property.
   * @throws {BAD_ARGUMENT} when the id is not a positive integer.
   */
  getRoom(id: number): Room {
    checkId("room", id);
    return this.#parts.identity.room(id);
  }

  /**
   * The user with this id. Makes no request. Negative ids are system users.
   * @throws {BAD_ARGUMENT} when the id is not an integer other than 0.
   */
  getUser(id: number): User {
    checkId("user", id, { negative: true });
    return this.#parts.identity.user(id);
  }

  /**
   * The message with this id. Makes no request.
   * @throws {BAD_ARGUMENT} when the id is not a positive integer.
   */
  getMessage(id: number): Message {
    checkId("message", id);
    return this.#parts.identity.message(id);
  }

  /**
   * Your own account: the same object as `getUser()` returns for your id. Logs in if needed.
   * @throws {NOT_LOGGED_IN} for anonymous clients, and everything {@link Client.login} throws.
   */
  getMe(): Promise<User> {
    return this.#parts.actions.track(async () => {
      await this.#parts.actions.login("find out who you are");
      return this.#user(await this.#parts.session.login());
    });
  }

  /**
   * Iterates over the rooms of the site, most recently active first, one page per request. `GET /rooms`.
   * @example for await (const room of chat.rooms({ filter: "typescript" })) console.log(room.id, await room.name);
   */
  rooms(options: RoomsOptions = {}): AsyncGenerator<Room, void> {
    return iterateWithCallSite(listRooms(this.#parts, options));
  }

  /** Iterates over the users whose names contain `text`, at most 100. `GET /users/search`. @throws {BAD_ARGUMENT} */
  searchUsers(text: string, options: RequestOptions = {}): AsyncGenerator<User, void> {
    return iterateWithCallSite(findUsers(this.#parts, text, options));
  }

  /** Iterates over the messages that contain `text`, one page per request. `GET /search`. @throws {BAD_ARGUMENT} */
  searchMessages(text: string, options: SearchOptions = {}): AsyncGenerator<Message, void> {
    return iterateWithCallSite(findMessages(this.#parts, text, options));
  }

  /**
   * Creates a room that you own. `POST /rooms/save`.
   * @throws {FORBIDDEN} when you have less than 100 reputation {BAD_ARGUMENT} {NOT_LOGGED_IN}
   */
  createRoom(room: NewRoom, options: ActionOptions = {}): Promise<Room> {
    const attempt = (signal: AbortSignal): Promise<Room> => createRoom(this.#parts, room, { signal });
    return this.#parts.actions.perform({ tried: "create a room", attempt }, options);
  }

  /**
   * Uploads an image, or a copy of the image at a URL. Resolves to its URL; a message that contains only this URL shows
   * the image. `POST /upload/image`.
   * @throws {REFUSED} with the server's reason {NOT_LOGGED_IN}
   */
  uploadImage(picture: Uint8Array | FilePart | string, options: ActionOptions = {}): Promise<string> {
    return upload(this.#parts, picture, options);
  }

  /** The users on your ignore list. `GET /users/ignorelist`. @throws {NOT_LOGGED_IN} */
  ignoredUsers(options: RequestOptions = {}): Promise<User[]> {
    return ignoredUsers(this.#parts, options);
  }

  /** Marks mentions and replies as read. `POST /messages/ack`. @throws {NOT_LOGGED_IN} */
  acknowledge(messages: readonly (Message | number)[], options: ActionOptions = {}): Promise<void> {
    return acknowledge(this.#parts, messages, options);
  }

  /**
   * Posts a form to a path of the chat host that this package has no method for, with the fkey added, queued like every
   * other action. Resolves to the parsed answer if it is JSON, otherwise to its text.
   * @example await chat.action(`/messages/${id}/purge-history`);
   * @throws {BAD_ARGUMENT} when the path does not start with a single `/`, and every refusal of the server.
   */
  action(path: string, form: FormFields = {}, options: ActionOptions = {}): Promise<unknown> {
    return postAnything(this.#parts, path, form, options);
  }

  /** Names the site, such as `Client of stackexchange.com`, and never the account. */
  toString(): string {
    return `Client of ${this.site.host}`;
  }

  #release(): void {
    this.#leaveSignal();
    this.#undoSignals?.();
    this.#closing.abort();
  }

  #user(me: Me): User {
    return me.name === null ? this.#parts.identity.user(me.id) : this.#parts.identity.named(me.id, me.name);
  }
}
