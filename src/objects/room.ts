/** A chat room. */

import type { Client } from "../client/client.js";
import { UsageError } from "../errors/index.js";
import type { ChatEvent, EventClass, EventsOf } from "../live/events.js";
import type { LiveStream } from "../live/live-stream.js";
import type { ListenOptions, Watch, WatchOptions } from "../live/watch.js";
import { leaveRoom } from "../protocol/actions/live.js";
import { roomPage } from "../protocol/actions/pages.js";
import type { AccessLevel } from "../protocol/actions/room-tools.js";
import { resolveId } from "../protocol/ids.js";
import type { RawEvent } from "../protocol/raw.js";
import type { Site } from "../protocol/sites.js";
import type { ActionOptions } from "../sending/options.js";
import { type SendOptions, sendParts } from "../sending/post.js";
import { iterateWithCallSite } from "../util/call-site.js";
import { type InspectArguments, inspectCustom, inspectFacts, inspectText } from "../util/inspect.js";
import type { RequestOptions } from "../util/options.js";
import type { ObjectContext } from "./context.js";
import { dated } from "./dated.js";
import { type Day, type DayRange, type HistoryOptions, history, transcript } from "./history.js";
import type { LazyFields } from "./lazy-fields.js";
import { pingableIn } from "./lists.js";
import type { Message } from "./message.js";
import { RoomPresence } from "./presence.js";
import * as tools from "./room-admin.js";
import { factsOfRoomPage, presentOf, type RoomFacts, type RoomState, roomFields, usersIn } from "./room-facts.js";
import { streamEvents, streamMessages, watchEvents } from "./room-listening.js";
import { pinned, type StarredOptions, starred, walkStars } from "./stars.js";
import type { User } from "./user.js";

/**
 * A chat room. The same id always gives the same object while it is referenced.
 *
 * Every property except {@link Room.id} is a promise: its value is fetched on first access and then remembered. It
 * rejects with `NOT_FOUND` when the room does not exist, and with `FORBIDDEN` when it is private.
 */
export class Room {
  /** The id of the room on its site. */
  readonly id: number;
  readonly #context: ObjectContext;
  readonly #presence: RoomPresence;
  readonly #fields: LazyFields<RoomFacts>;

  /** @internal */
  constructor(context: ObjectContext, id: number) {
    this.id = id;
    this.#context = context;
    this.#presence = new RoomPresence(context, id);
    this.#fields = roomFields(context, this, this.#presence);
  }

  /** The client of this room. */
  get client(): Client {
    return this.#context.client;
  }

  /** The site the room is on. */
  get site(): Site {
    return this.#context.session.site;
  }

  /** The name, plain text. From `GET /rooms/thumbs/{id}`. */
  get name(): Promise<string> {
    return this.#fields.get("name");
  }

  /** The description, plain text. From `GET /rooms/thumbs/{id}`. */
  get description(): Promise<string> {
    return this.#fields.get("description");
  }

  /** The description as HTML. From `GET /rooms/thumbs/{id}`. */
  get descriptionHtml(): Promise<string> {
    return this.#fields.get("descriptionHtml");
  }

  /** The tags of the room, plain text. From `GET /rooms/thumbs/{id}`. */
  get tags(): Promise<string[]> {
    return this.#fields.get("tags");
  }

  /** Whether it is one of your favorites. From `GET /rooms/thumbs/{id}`. */
  get isFavorite(): Promise<boolean> {
    return this.#fields.get("isFavorite");
  }

  /** The total number of messages. From `GET /rooms/info/{id}`. */
  get messageCount(): Promise<number> {
    return this.#fields.get("messageCount");
  }

  /** The number of users who ever posted here. From `GET /rooms/info/{id}`. */
  get userCount(): Promise<number> {
    return this.#fields.get("userCount");
  }

  /** The name of the parent site, plain text; null when there is none. From `GET /rooms/info/{id}`. */
  get parentSiteName(): Promise<string | null> {
    return this.#fields.get("parentSiteName");
  }

  /** The owners of the room. From `GET /rooms/info/{id}`; fetched again after an access change. */
  get owners(): Promise<User[]> {
    return this.#fields.get("owners");
  }

  /** The access to the room, and whether it is frozen or deleted. From `GET /rooms/info/{id}`. */
  get state(): Promise<RoomState> {
    return this.#fields.get("state");
  }

  /**
   * The users in the room now. While you listen to the room, events keep the list current, and only the first access
   * makes a request. Otherwise every access fetches it, like {@link Room.currentUsers}.
   */
  get present(): Promise<User[]> {
    this.#invalidatePresent();
    return this.#fields.get("present");
  }

  /** Whether this client has joined the room. Makes no request. */
  get isInRoom(): boolean {
    return this.#context.membership.has(this.id);
  }

  /** The values known so far. Makes no request. */
  get peek(): Readonly<Partial<RoomFacts>> {
    this.#invalidatePresent();
    return this.#fields.known;
  }

  /** Fetches all known values again. */
  refresh(): Promise<void> {
    this.#invalidatePresent();
    return this.#fields.refresh();
  }

  /**
   * Enters the room: you appear in its user list. Reads `GET /rooms/{id}`, as a browser does.
   * @throws {NOT_LOGGED_IN} {NOT_FOUND} {FORBIDDEN} for a private room
   */
  join(options: RequestOptions = {}): Promise<void> {
    return this.#context.actions.track(async () => {
      await this.#context.actions.login("join a room");
      const page = await dated(this.#context, roomPage(this.id), options);
      this.#context.membership.enter(this.id);
      this.#fields.merge(factsOfRoomPage(page.value), page.asOf);
      presentOf(this.#context, page);
    });
  }

  /**
   * Stops listening to the room and leaves it: loops end, watches close. Sending a message enters it again. Makes no
   * request if you are not in the room. `POST /chats/leave/{id}`.
   */
  leave(options: RequestOptions = {}): Promise<void> {
    return this.#context.actions.track(async () => {
      this.#context.live.leave(this.id);
      if (!this.#context.membership.leave(this.id)) return;
      await this.#context.session.call(leaveRoom(this.id), options);
    });
  }

  /**
   * Posts a message; resolves to it, or with `split` to the first of the messages. `POST /chats/{id}/messages/new`.
   * @throws {EMPTY} {TOO_LONG} over 500 UTF-16 units on one line {DUPLICATE} {FORBIDDEN} {NOT_FOUND} {ROOM_FROZEN}
   *   {ROOM_TIMEOUT} {SUSPENDED} {THROTTLED} when the server keeps answering "again in N seconds" {NOT_LOGGED_IN}
   */
  sendMessage(text: string, options: SendOptions = {}): Promise<Message> {
    return this.#context.actions.track(async () => {
      const [first] = await sendParts(this.#context, this, text, options);
      if (!first) throw new UsageError("there is nothing to send");
      return first;
    });
  }

  /**
   * Posts a text as several messages if it is too long for one, with no other message of yours in between; resolves to
   * all of them. With `replyTo` only the first one is a reply.
   * @throws {PARTLY_SENT} when some were posted and one failed, and everything `sendMessage` throws.
   */
  sendParts(text: string, options: SendOptions = {}): Promise<Message[]> {
    return sendParts(this.#context, this, text, { split: "words", ...options });
  }

  /**
   * Calls `callback` for every event of this room from now on; enters the room. Async callbacks run one at a time,
   * unless the options say otherwise. If one throws or rejects, the client's `onError` hears it, and the watch goes on.
   * @throws {BAD_ARGUMENT} for an unknown option, and before `resume()` with a `stateFile`
   */
  watch(callback: (event: ChatEvent, client: Client) => unknown, options: WatchOptions = {}): Watch {
    return watchEvents(this.#context, this.id, callback, options);
  }

  /**
   * Streams new messages of this room, including your own, from now on; enters the room. Ends on `break`, disposal,
   * `signal`, {@link Room.leave} or logout.
   */
  newMessages(options: ListenOptions = {}): LiveStream<Message> {
    return streamMessages(this.#context, this.id, options);
  }

  /**
   * Streams new events of this room from now on, only of the given classes if there are any; enters the room. Ends on
   * `break`, disposal, {@link Room.leave} or logout. To pass a signal or limits, use {@link Room.listen}.
   */
  newEvents<C extends readonly EventClass[]>(...classes: C): LiveStream<EventsOf<C>> {
    return this.listen(classes);
  }

  /** Like {@link Room.newEvents}, with options. */
  listen<C extends readonly EventClass[]>(classes: C, options: ListenOptions = {}): LiveStream<EventsOf<C>> {
    return streamEvents(this.#context, this.id, classes, options);
  }

  /**
   * The users in the room now. A client that is not in the room reads them from the info page, because reading the room
   * page with a login means entering.
   * @throws {NOT_FOUND} {FORBIDDEN}
   */
  currentUsers(options: RequestOptions = {}): Promise<User[]> {
    return usersIn(this.#context, this, options);
  }

  /** An alias of {@link Room.currentUsers}. */
  getCurrentUsers(options: RequestOptions = {}): Promise<User[]> {
    return this.currentUsers(options);
  }

  /** Whether a user owns the room. From `GET /rooms/info/{id}`, like {@link Room.owners}. */
  isOwner(user: User | number): Promise<boolean> {
    return this.#context.actions.track(async () => {
      const id = resolveId(this.site, "user", user);
      return (await this.owners).some((owner) => owner.id === id);
    });
  }

  /** The users whom a mention in this room notifies; empty for anonymous clients. `GET /rooms/pingable/{id}`. */
  pingableUsers(options: RequestOptions = {}): Promise<User[]> {
    return pingableIn(this.#context, this, options);
  }

  /** An alias of {@link Room.pingableUsers}. */
  getPingableUsers(options: RequestOptions = {}): Promise<User[]> {
    return this.pingableUsers(options);
  }

  /**
   * Iterates over past messages, newest first, as far as the options allow. Includes deleted messages, with `content`
   * null. One request brings 500 messages with all facts (`POST /chats/{id}/events`). If the server refuses these lists
   * (404, 403), transcript pages are used instead, with times to the minute at best (`peek.timeSpan`).
   * @throws {BAD_ARGUMENT} {NOT_FOUND}
   */
  history(options: HistoryOptions = {}): AsyncGenerator<Message, void> {
    return iterateWithCallSite(history(this.#context, this, options));
  }

  /**
   * Iterates over the messages of a day or of days (UTC), oldest first, from transcript pages and JSON lists. If the
   * server refuses one of them, the other is used alone; times may then be to the minute (`peek.timeSpan`).
   * @example for await (const message of room.transcript("2024-02-29")) console.log(await message.textContent);
   * @throws {BAD_ARGUMENT} for an invalid day or range
   */
  transcript(range: Day | DayRange, options: RequestOptions = {}): AsyncGenerator<Message, void> {
    return iterateWithCallSite(transcript(this.#context, this, range, options));
  }

  /** The starred messages, pinned ones first; `count` limits them. `GET /chats/stars/{id}`, or else the stars tab. */
  starred(options: RequestOptions & { readonly count?: number } = {}): Promise<Message[]> {
    return this.#context.actions.track(async () => starred(this.#context, this, options));
  }

  /** The pinned messages. `GET /chats/stars/{id}`, or the stars tab of the info page if that fails. */
  pinned(options: RequestOptions = {}): Promise<Message[]> {
    return this.#context.actions.track(async () => pinned(this.#context, this, options));
  }

  /**
   * Iterates over all starred messages with their full texts, pinned ones first, 50 per request. Times are to the
   * minute (`peek.timeSpan`). `GET /rooms/info/{id}?tab=stars`.
   * @example for await (const message of room.starredMessages({ limit: 100 })) console.log(await message.textContent);
   * @throws {BAD_ARGUMENT} {NOT_FOUND}
   */
  starredMessages(options: StarredOptions = {}): AsyncGenerator<Message, void> {
    return iterateWithCallSite(walkStars(this.#context, this, options));
  }

  /** The users with explicit access to the room. `GET /rooms/info/{id}?tab=access`. */
  accessList(options: RequestOptions = {}): Promise<tools.AccessList> {
    return this.#context.actions.track(() => tools.accessList(this.#context, this, options));
  }

  /**
   * Changes the name, description, tags or access; settings you leave out keep their values. For owners. `POST
   * /rooms/save`.
   * @throws {FORBIDDEN} {BAD_ARGUMENT}
   */
  update(change: tools.RoomChange, options: ActionOptions = {}): Promise<void> {
    return tools.updateRoom(this.#context, this, change, options);
  }

  /**
   * Moves messages to another room, 100 per request; resolves to the number the server moved. For owners of this room.
   * `POST /admin/movePosts/{id}`.
   * @throws {FORBIDDEN} {BAD_ARGUMENT}
   */
  moveMessages(
    messages: readonly (Message | number)[],
    target: Room | number,
    options: ActionOptions = {},
  ): Promise<number> {
    return this.#context.actions.track(() => tools.moveMessages(this.#context, this, messages, target, options));
  }

  /**
   * Kicks a user for 1, 5 or 30 minutes (the first, second and third time in a day); resolves to the server's message.
   * For owners. `POST /rooms/kickmute/{id}`.
   * @throws {FORBIDDEN}
   */
  kick(user: User | number, reason?: string, options: ActionOptions = {}): Promise<string> {
    return tools.kick(this.#context, this, user, reason, options);
  }

  /**
   * Gives a user an access level, or removes it (`"remove"`). For owners. `POST /rooms/setuseraccess/{id}`.
   * @throws {FORBIDDEN} {BAD_ARGUMENT}
   */
  setAccess(user: User | number, level: AccessLevel, options: ActionOptions = {}): Promise<void> {
    return tools.setAccess(this.#context, this, user, level, options);
  }

  /** Invites a user to the room; resolves to the server's message. `POST /users/invite`. @throws {REFUSED} */
  invite(user: User | number, options: ActionOptions = {}): Promise<string> {
    return tools.invite(this.#context, this, user, options);
  }

  /** Asks the owners for access. `POST /rooms/requestaccess`. */
  requestAccess(options: ActionOptions = {}): Promise<void> {
    return tools.askForAccess(this.#context, this, options);
  }

  /**
   * Allows only owners to post for the given number of seconds (at least 5). For owners. `POST /rooms/timeout/{id}`.
   * @throws {FORBIDDEN} {BAD_ARGUMENT}
   */
  timeout(seconds: number, reason: string, options: ActionOptions = {}): Promise<void> {
    return tools.timeout(this.#context, this, seconds, reason, options);
  }

  /**
   * Bookmarks the messages from the first to the last as a conversation with a title; resolves to the server's message.
   * `POST /conversation/new`.
   * @throws {REFUSED} {BAD_ARGUMENT}
   */
  bookmark(
    first: Message | number,
    last: Message | number,
    title: string,
    options: ActionOptions = {},
  ): Promise<string> {
    return tools.bookmark(this.#context, this, [first, last], title, options);
  }

  /** Adds the room to your favorites, or removes it. Idempotent. `POST /rooms/favorite`. */
  favorite(on: boolean = true, options: ActionOptions = {}): Promise<void> {
    return tools.setFavorite(this.#context, this, on, options);
  }

  /** @internal */
  merge(facts: Partial<RoomFacts>, asOf?: number): void {
    this.#fields.merge(facts, asOf);
  }

  /** @internal */
  invalidate(...keys: (keyof RoomFacts)[]): void {
    this.#fields.invalidate(...keys);
  }

  /** @internal */
  learnFromEvent(raw: RawEvent, moment: number): void {
    this.#fields.merge({ present: this.#presence.apply(raw, this.#fields.peek("present")) }, moment);
  }

  #invalidatePresent(): void {
    if (this.#fields.peek("present") && !this.#presence.isCurrent) this.#fields.invalidate("present");
  }

  /** @internal */
  [inspectCustom](...given: InspectArguments): string {
    return inspectFacts(`Room ${this.id}`, this.peek, given, inspectText(this.peek.name, given));
  }

  /** The id, and the name if it is known, such as `Room 1 (Sandbox)`. */
  toString(): string {
    return `Room ${this.id}${this.peek.name === undefined ? "" : ` (${this.peek.name})`}`;
  }
}
