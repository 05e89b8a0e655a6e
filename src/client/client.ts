/** The front of everything: one person (or nobody) at one chat site. */
import { ClosedError, UsageError } from "../errors/index.js";
import { checkCallback } from "../live/event-class.js";
import type { ChatEvent } from "../live/events.js";
import type { StreamState } from "../live/options.js";
import { type Listening, type WatchOptions, watchAll, watchOptionNames } from "../live/watch.js";
import type { ObjectContext } from "../objects/context.js";
import { type RoomsOptions, rooms, type SearchOptions, searchMessages, searchUsers } from "../objects/lists.js";
import type { Message } from "../objects/message.js";
import type { Room } from "../objects/room.js";
import { createRoom, type NewRoom } from "../objects/room-admin.js";
import type { User } from "../objects/user.js";
import { acknowledgeMessages, anyAction, ignoreList, uploadImage } from "../protocol/actions/account.js";
import type { FilePart } from "../protocol/call.js";
import { idOf } from "../protocol/ids.js";
import { type Site, siteOf } from "../protocol/sites.js";
import { again } from "../sending/actions.js";
import type { ActionOptions } from "../sending/options.js";
import type { OutboxView } from "../sending/outbox.js";
import { sendStored } from "../sending/stored.js";
import type { CookieInput } from "../transport/cookies.js";
import type { SeenDrift } from "../transport/drift-log.js";
import type { Me, Session } from "../transport/session.js";
import { callSafely } from "../util/call-safely.js";
import { eachAtCallSite } from "../util/call-site.js";
import type { Counts } from "../util/counters.js";
import { type InspectArguments, inspectCustom, inspected } from "../util/inspect.js";
import { checkId, checkOptions, type RequestOptions } from "../util/options.js";
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
import { pictureOf } from "./picture.js";
import { lockState, type StateOptions, StateStore } from "./state-store.js";

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
   * @param host - `stackexchange.com`, `meta.stackexchange.com` or `stackoverflow.com` (also with `chat.` in front or as
   *   an https:// URL), a {@link Site}, or the http://127.0.0.1:… URL of a local server.
   * @throws {BAD_ARGUMENT} for an unknown host or option, or half of the credentials.
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

  /** Whether this client is logged in right now. */
  get isLoggedIn(): boolean {
    return this.#parts.session.me !== null;
  }

  /**
   * Takes up the state that `stateFile` keeps: listening resumes where it stopped, and messages that wait are sent
   * now, unless they turn out to have been sent. Resolves to a promise for each of those messages. Locks the file: one
   * client uses it at a time, until its `logout()` or the end of its process.
   * @throws {BAD_ARGUMENT} without the option `stateFile`, a second time, or for a file that is no state of this site
   * @throws {LOCKED} when another client uses the file {STORAGE} when it cannot be read or written {CLOSED}
   * @throws {ABORTED} by the signal
   */
  resume(options: ResumeOptions = {}): Promise<readonly Promise<Message>[]> {
    const { actions, live, services } = this.#parts;
    return actions.tend(async () => {
      checkOptions("resume", options, ["wait", "signal"]);
      const path = this.#stateFile;
      if (path === undefined) throw new UsageError("there is nothing to resume without the option stateFile");
      if (this.#isResumed) throw new UsageError("this client has resumed already");
      if (actions.isClosing) throw new ClosedError({ tried: `resume from ${path}` });
      this.#isResumed = true;
      try {
        const lock = lockState(path, { ...options, services, closing: this.#closing.signal });
        // Nothing is awaited without `wait`: a call whose promise is not awaited has resumed as well.
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
      live.goOnFrom(marks);
      live.keepIn(this.#state);
      for (const [roomId, id] of posted) actions.posted.set(roomId, id);
      return sendStored(this.#parts, waiting);
    });
  }

  /** The actions that wait for their turn, and a promise for when there are none. */
  get outbox(): OutboxView {
    return this.#parts.actions.outbox;
  }

  /**
   * How often things happened behind the scenes since this client was made: connects, drops, events recovered and
   * repeated, gaps, messages sent, throttled, retried and found. Each is also published as it happens, on the
   * `diagnostics_channel` `chatexchange:` and its name, such as `chatexchange:stream:gap`.
   */
  get counts(): Counts {
    return this.#parts.services.counters.counts;
  }

  /**
   * Differences between the site and what this package knows of it, each once and with how often it was seen: a part that
   * a page lacks, a key or an event type that is unknown. Names places in the markup and the format, never content, so it
   * may be reported. Holds the first 100; `counts["protocol:drift"]` counts all.
   */
  get drift(): readonly SeenDrift[] {
    return this.#parts.session.drifts.list;
  }

  /**
   * The state of listening: the worst of the states of the rooms listened to, `closed` when there is none.
   * `connecting` for the first time, `live`, `stale` when nothing came for too long, `resuming` after a loss, `polling`
   * while sockets do not work.
   */
  get state(): StreamState {
    return this.#parts.live.state;
  }

  /** Calls back whenever {@link Client.state} changes. Returns an undo function. */
  onStateChange(callback: (state: StreamState) => unknown): () => void {
    if (typeof callback !== "function") throw new UsageError("onStateChange takes a function to call with the state");
    const { live, services } = this.#parts;
    return live.onState((state) => void callSafely(callback, services.reportUnhandled, state));
  }

  /**
   * The cursors of listening: for each room the number of the last event that was delivered. Saved and given back as
   * `stream.cursors`, they let a restarted bot resume where it stopped.
   */
  get cursors(): Readonly<Record<number, number>> {
    return Object.fromEntries(this.#parts.live.cursors);
  }

  /**
   * Calls back for every event of every room that is listened to, and for personal events: invitations, banners,
   * mentions and replies in rooms that you are in but do not listen to. Async callbacks run one after the other in each
   * room, unless the options say otherwise.
   * @throws {BAD_ARGUMENT} for an unknown option
   */
  watch(callback: (event: ChatEvent, client: Client) => unknown, options: WatchOptions = {}): Listening {
    checkCallback(callback);
    checkOptions("watch", options, watchOptionNames);
    return watchAll(this.#parts, (event) => callback(event, this), options);
  }

  /** @internal */
  [inspectCustom](...given: InspectArguments): string {
    const { isLoggedIn, state } = this;
    return inspected(`Client of ${this.site.host}`, { isLoggedIn, state }, given);
  }

  /** The session of a client, for the command `doctor`. @internal */
  static sessionOf(client: Client): Session {
    return client.#parts.session;
  }

  /**
   * Notes in the state how far rooms have been handled, for the command `tail`, which prints their past itself.
   * @internal
   */
  static noteCursors(client: Client, cursors: Readonly<Record<number, number>>): void {
    for (const [roomId, cursor] of Object.entries(cursors)) client.#state?.noteCursor(Number(roomId), cursor);
  }

  /** Ends the streams of a client that are being read; returns how many, for the REPL's Ctrl-C. @internal */
  static endStreamsOf(client: Client): number {
    const read = [...client.#parts.live.streams].filter((stream) => stream.isRead);
    for (const stream of read) void stream.return();
    return read.length;
  }

  /**
   * Logs in now rather than when it is first needed. Attempts at the same time are one attempt.
   * @throws {WRONG_PASSWORD} {CAPTCHA_REQUIRED} {CLOUDFLARE_CHALLENGE} {SITE_READ_ONLY} {NO_ACCOUNT} {NOT_LOGGED_IN}
   */
  login(): Promise<User>;
  /** Logs in as another account. Forgets the cookies so far. */
  login(email: string, password: string): Promise<User>;
  /** Logs in with the cookies of a login made elsewhere. Forgets the cookies so far. */
  login(means: { readonly cookies: CookieInput }): Promise<User>;
  login(emailOrMeans?: string | { readonly cookies: CookieInput }, password?: string): Promise<User> {
    const { session } = this.#parts;
    return this.#parts.actions.tend(async () => {
      const means =
        typeof emailOrMeans === "string" ? { credentials: credentialsOf(emailOrMeans, password) } : emailOrMeans;
      if (typeof means === "object") checkOptions("login", means, ["cookies", "credentials"]);
      const me = means ? await session.loginWith(means) : await session.loginNow();
      return this.#user(me);
    });
  }

  /**
   * Ends everything: waits for queued actions, stops listening, leaves the joined rooms and closes every connection.
   * Idempotent, and safe for anonymous clients. The login itself stays valid, so a `sessionFile` serves the next start,
   * unless `endLogin` says otherwise: then it rejects when the site could not be told, after everything else has ended.
   */
  logout(options: LogoutOptions = {}): Promise<void> {
    const { actions } = this.#parts;
    return actions.tend(async () => {
      checkLogoutOptions(options);
      actions.isClosing = true;
      if (this.#logout) return this.#logout;
      const ended = endClient(this.#parts, options, () => this.#letGo()).finally(() => this.#state?.close());
      // A second call, as by `await using`, does not report the failure again.
      this.#logout = ended.catch(() => {});
      return ended;
    });
  }

  /** Logs out at the end of an `await using` block, as {@link Client.logout} does. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.logout();
  }

  /**
   * Ends the client when the process gets SIGINT (Ctrl-C) or SIGTERM: as {@link Client.logout} does, queued actions are
   * waited for, the rooms left. Then the process ends with exit code 130 or 143, unless other handlers of the signal are
   * left. A second signal ends the process at once. Returns an undo function.
   */
  closeOnSignals(options: LogoutOptions = {}): Undo {
    checkLogoutOptions(options);
    this.#undoSignals?.();
    this.#undoSignals = closeOnSignals(() => this.logout(options));
    return this.#undoSignals;
  }

  /**
   * The room with this id; makes no request.
   * @throws {BAD_ARGUMENT} when that is no id.
   */
  getRoom(id: number): Room {
    checkId("room", id);
    return this.#parts.identity.room(id);
  }

  /**
   * The user with this id; makes no request. Ids below 0 are system users.
   * @throws {BAD_ARGUMENT} when that is no id.
   */
  getUser(id: number): User {
    checkId("user", id, { negative: true });
    return this.#parts.identity.user(id);
  }

  /**
   * The message with this id; makes no request.
   * @throws {BAD_ARGUMENT} when that is no id.
   */
  getMessage(id: number): Message {
    checkId("message", id);
    return this.#parts.identity.message(id);
  }

  /**
   * Your own account: the same object as `getUser` of your id.
   * @throws {NOT_LOGGED_IN} for anonymous clients, and everything {@link Client.login} can.
   */
  getMe(): Promise<User> {
    return this.#parts.actions.tend(async () => {
      await this.#parts.actions.login("tell who you are");
      return this.#user(await this.#parts.session.login());
    });
  }

  /**
   * The rooms of the site, page by page, those with the latest talk first. `GET /rooms`.
   * @example for await (const room of chat.rooms({ filter: "typescript" })) console.log(room.id, await room.name);
   */
  rooms(options: RoomsOptions = {}): AsyncGenerator<Room, void> {
    return eachAtCallSite(rooms(this.#parts, options));
  }

  /** The people whose names contain a text, 100 at most. `GET /users/search`. @throws {BAD_ARGUMENT} */
  searchUsers(text: string, options: RequestOptions = {}): AsyncGenerator<User, void> {
    return eachAtCallSite(searchUsers(this.#parts, text, options));
  }

  /** The messages that contain a text, page by page; `GET /search`. @throws {BAD_ARGUMENT} */
  searchMessages(text: string, options: SearchOptions = {}): AsyncGenerator<Message, void> {
    return eachAtCallSite(searchMessages(this.#parts, text, options));
  }

  /**
   * Makes a new room, which is then yours. `POST /rooms/save`.
   * @throws {FORBIDDEN} below 100 reputation {BAD_ARGUMENT} {NOT_LOGGED_IN}
   */
  createRoom(room: NewRoom, options: ActionOptions = {}): Promise<Room> {
    const attempt = (signal: AbortSignal): Promise<Room> => createRoom(this.#parts, room, { signal });
    return this.#parts.actions.act({ tried: "create a room", attempt }, options);
  }

  /**
   * Stores a picture, or a copy of the one at a URL; resolves to its address, which shows as a picture when it is the
   * whole of a message. `POST /upload/image`.
   * @throws {REFUSED} with the server's reason {NOT_LOGGED_IN}
   */
  uploadImage(picture: Uint8Array | FilePart | string, options: ActionOptions = {}): Promise<string> {
    const attempt = async (signal: AbortSignal): Promise<string> => {
      return this.#parts.session.call(uploadImage(pictureOf(picture)), { signal });
    };
    return this.#parts.actions.act({ tried: "upload a picture", attempt }, options);
  }

  /** The people whose messages you do not want to see. `GET /users/ignorelist`. @throws {NOT_LOGGED_IN} */
  ignoredUsers(options: RequestOptions = {}): Promise<User[]> {
    return this.#parts.actions.tend(async () => {
      await this.#parts.actions.login("read the ignore list");
      const ids = await this.#parts.session.call(ignoreList(), options);
      return ids.map((id) => this.#parts.identity.user(id));
    });
  }

  /** Tells the server that you saw messages which pinged you. `POST /messages/ack`. @throws {NOT_LOGGED_IN} */
  acknowledge(messages: readonly (Message | number)[], options: ActionOptions = {}): Promise<void> {
    const attempt = async (signal: AbortSignal): Promise<void> => {
      const ids = messages.map((message) => idOf(this.site, "message", message));
      if (ids.length > 0) await this.#parts.session.call(acknowledgeMessages(ids), { signal });
    };
    return this.#parts.actions.act({ tried: "acknowledge mentions", attempt, find: again }, options);
  }

  /**
   * Does any action that this package has no method for: posts a form to a path of the chat host, with the fkey added,
   * in its turn. Resolves to the answer, as a value when it is JSON and as text otherwise.
   * @example await chat.action(`/messages/${id}/purge-history`);
   * @throws {BAD_ARGUMENT} for a path that does not start with one `/`, and every refusal of the server.
   */
  action(
    path: string,
    form: Readonly<Record<string, string | number>> = {},
    options: ActionOptions = {},
  ): Promise<unknown> {
    const attempt = async (signal: AbortSignal): Promise<unknown> => {
      if (typeof path !== "string" || !/^\/(?!\/)/.test(path))
        throw new UsageError(`a path starts with one "/", unlike ${JSON.stringify(path)}`);
      const fields = Object.fromEntries(Object.entries(form).map(([name, value]) => [name, String(value)]));
      return this.#parts.session.call(anyAction(path, fields), { signal });
    };
    return this.#parts.actions.act({ tried: `post to ${path}`, attempt }, options);
  }

  /** Names the site, such as `Client of stackexchange.com`; never the account. */
  toString(): string {
    return `Client of ${this.site.host}`;
  }

  #letGo(): void {
    this.#leaveSignal();
    this.#undoSignals?.();
    this.#closing.abort();
  }

  #user(me: Me): User {
    return me.name === null ? this.#parts.identity.user(me.id) : this.#parts.identity.named(me.id, me.name);
  }
}
