/** A chat room. */

import type { Client } from "../client/client.js";
import { UsageError } from "../errors/index.js";
import type { ChatEvent, EventClass, EventsOf } from "../live/events.js";
import type { LiveStream } from "../live/live-stream.js";
import type { ListenOptions, Watch, WatchOptions } from "../live/watch.js";
import { leaveRoom } from "../protocol/actions/live.js";
import { roomPage } from "../protocol/actions/pages.js";
import type { AccessLevel } from "../protocol/actions/room-tools.js";
import { idOf } from "../protocol/ids.js";
import type { RawEvent } from "../protocol/raw.js";
import type { Site } from "../protocol/sites.js";
import type { ActionOptions } from "../sending/options.js";
import { type SendOptions, sendParts } from "../sending/post.js";
import { eachAtCallSite } from "../util/call-site.js";
import { type InspectArguments, inspectCustom, inspected, quoted } from "../util/inspect.js";
import type { RequestOptions } from "../util/options.js";
import type { ObjectContext } from "./context.js";
import { dated } from "./dated.js";
import { type Day, type DayRange, type HistoryOptions, history, transcript } from "./history.js";
import type { LazyFields } from "./lazy-fields.js";
import { pingableIn } from "./lists.js";
import type { Message } from "./message.js";
import { Presence } from "./presence.js";
import * as tools from "./room-admin.js";
import { factsOfRoomPage, presentOf, type RoomFacts, type RoomState, roomFields, usersIn } from "./room-facts.js";
import { streamEvents, streamMessages, watchEvents } from "./room-listening.js";
import { pinned, type StarredOptions, starred, starredMessages } from "./stars.js";
import type { User } from "./user.js";

/**
 * A chat room, the same object for the same id as long as it is referenced.
 * Every property but {@link Room.id} is fetched when first asked for, and may reject: with `NOT_FOUND` when there is no
 * such room, with `FORBIDDEN` when it is private.
 */
export class Room {
  /** The number of the room on its site. */
  readonly id: number;
  readonly #context: ObjectContext;
  readonly #presence: Presence;
  readonly #fields: LazyFields<RoomFacts>;

  /** @internal */
  constructor(context: ObjectContext, id: number) {
    this.id = id;
    this.#context = context;
    this.#presence = new Presence(context, id);
    this.#fields = roomFields(context, this, this.#presence);
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

  /** The description as the server renders it. From `GET /rooms/thumbs/{id}`. */
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

  /** How many messages were ever sent here. From `GET /rooms/info/{id}`. */
  get messageCount(): Promise<number> {
    return this.#fields.get("messageCount");
  }

  /** How many people ever took part. From `GET /rooms/info/{id}`. */
  get userCount(): Promise<number> {
    return this.#fields.get("userCount");
  }

  /** The name of the site the room belongs to, plain text; null when it belongs to none. From `GET /rooms/info/{id}`. */
  get parentSiteName(): Promise<string | null> {
    return this.#fields.get("parentSiteName");
  }

  /** The owners of the room. From `GET /rooms/info/{id}`; read again after a change of access. */
  get owners(): Promise<User[]> {
    return this.#fields.get("owners");
  }

  /** The access to the room, and whether it is frozen or deleted. From `GET /rooms/info/{id}`. */
  get state(): Promise<RoomState> {
    return this.#fields.get("state");
  }

  /**
   * The users in the room now. While you listen to the room, its events keep the list current and it costs no request
   * after the first; else every access fetches it, as {@link Room.currentUsers} does.
   */
  get present(): Promise<User[]> {
    this.#forgetAbsent();
    return this.#fields.get("present");
  }

  /** Whether this client has joined the room. Known here, without a request. */
  get isInRoom(): boolean {
    return this.#context.membership.has(this.id);
  }

  /** The known facts, without a request. */
  get peek(): Readonly<Partial<RoomFacts>> {
    this.#forgetAbsent();
    return this.#fields.known;
  }

  /** Fetches all known facts again. */
  refresh(): Promise<void> {
    this.#forgetAbsent();
    return this.#fields.refresh();
  }

  /**
   * Enters the room: you appear in it, and may talk and watch. Reads `GET /rooms/{id}`, as a browser does.
   * @throws {NOT_LOGGED_IN} {NOT_FOUND} {FORBIDDEN} for a private room
   */
  join(options: RequestOptions = {}): Promise<void> {
    return this.#context.actions.tend(async () => {
      await this.#context.actions.login("join a room");
      const page = await dated(this.#context, roomPage(this.id), options);
      this.#context.membership.enter(this.id);
      this.#fields.merge(factsOfRoomPage(page.value), page.asOf);
      presentOf(this.#context, page);
    });
  }

  /**
   * Leaves the room, after ending listening to it: loops end, watches close. Sending a message enters it again. Does
   * nothing more when not in the room. `POST /chats/leave/{id}`.
   */
  leave(options: RequestOptions = {}): Promise<void> {
    return this.#context.actions.tend(async () => {
      this.#context.live.leave(this.id);
      if (!this.#context.membership.leave(this.id)) return;
      await this.#context.session.call(leaveRoom(this.id), options);
    });
  }

  /**
   * Posts a message; resolves to it, with `split` to the first of the messages. `POST /chats/{id}/messages/new`.
   * @throws {EMPTY} {TOO_LONG} over 500 UTF-16 units on one line {DUPLICATE} {FORBIDDEN} {NOT_FOUND} {ROOM_FROZEN}
   *   {ROOM_TIMEOUT} {SUSPENDED} {THROTTLED} when the server went on saying "again in N seconds" {NOT_LOGGED_IN}
   */
  sendMessage(text: string, options: SendOptions = {}): Promise<Message> {
    return this.#context.actions.tend(async () => {
      const [first] = await sendParts(this.#context, this, text, options);
      if (!first) throw new UsageError("there was nothing to send");
      return first;
    });
  }

  /**
   * Posts a text in as many messages as it needs, with nothing of yours in between; resolves to all of them. With
   * `replyTo` only the first is the reply.
   * @throws {PARTLY_SENT} when some were sent and one was not, and everything `sendMessage` can.
   */
  sendParts(text: string, options: SendOptions = {}): Promise<Message[]> {
    return sendParts(this.#context, this, text, { split: "words", ...options });
  }

  /**
   * Calls back for every event of this room, from now on, and enters it. Async callbacks run one after the other, unless
   * the options say otherwise. A callback that throws or rejects stops nothing: it is reported to the client's `onError`,
   * and the next event comes.
   * @throws {BAD_ARGUMENT} for an unknown option, and before `resume()` with a `stateFile`
   */
  watch(callback: (event: ChatEvent, client: Client) => unknown, options: WatchOptions = {}): Watch {
    return watchEvents(this.#context, this.id, callback, options);
  }

  /**
   * Every new message of this room, from now on; enters the room. Your own messages come too.
   * Ends on `break`, disposal, `signal`, {@link Room.leave} or logout.
   */
  newMessages(options: ListenOptions = {}): LiveStream<Message> {
    return streamMessages(this.#context, this.id, options);
  }

  /**
   * Every new event of this room, from now on; only of the classes given, if any are. Enters the room. Ends on `break`,
   * disposal, {@link Room.leave} or logout; for a signal or limits use {@link Room.listen}.
   */
  newEvents<C extends readonly EventClass[]>(...classes: C): LiveStream<EventsOf<C>> {
    return this.listen(classes);
  }

  /** Like {@link Room.newEvents}, with options. */
  listen<C extends readonly EventClass[]>(classes: C, options: ListenOptions = {}): LiveStream<EventsOf<C>> {
    return streamEvents(this.#context, this.id, classes, options);
  }

  /**
   * The users in the room now. A client that is not in the room gets those of the info page, because reading the room
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

  /** Whether somebody is an owner of the room. From `GET /rooms/info/{id}`, as {@link Room.owners}. */
  isOwner(user: User | number): Promise<boolean> {
    return this.#context.actions.tend(async () => {
      const id = idOf(this.site, "user", user);
      return (await this.owners).some((owner) => owner.id === id);
    });
  }

  /** The users whom a mention in this room reaches. Empty for anonymous clients. `GET /rooms/pingable/{id}`. */
  pingableUsers(options: RequestOptions = {}): Promise<User[]> {
    return pingableIn(this.#context, this, options);
  }

  /** An alias of {@link Room.pingableUsers}. */
  getPingableUsers(options: RequestOptions = {}): Promise<User[]> {
    return this.pingableUsers(options);
  }

  /**
   * The past messages, newest first, back to the first or as far as the options say; deleted messages come too, with
   * `content` null. Costs one request for 500 messages (`POST /chats/{id}/events`), which brings all their facts. If the
   * server refuses those lists (404, 403), the transcript pages serve, with times to the minute at best (`peek.timeSpan`).
   * @throws {BAD_ARGUMENT} {NOT_FOUND}
   */
  history(options: HistoryOptions = {}): AsyncGenerator<Message, void> {
    return eachAtCallSite(history(this.#context, this, options));
  }

  /**
   * The messages of a day, or of the days of a range, oldest first; days are in UTC. Reads the transcript pages for the
   * list of messages, and the JSON lists for times to the second. If either is refused, the other alone serves; times are
   * then to the minute at best (`peek.timeSpan`).
   * @example for await (const message of room.transcript("2024-02-29")) console.log(await message.textContent);
   * @throws {BAD_ARGUMENT} for a day that makes no sense
   */
  transcript(range: Day | DayRange, options: RequestOptions = {}): AsyncGenerator<Message, void> {
    return eachAtCallSite(transcript(this.#context, this, range, options));
  }

  /**
   * The starred messages, those pinned first. `GET /chats/stars/{id}`, or the stars tab of the info page if that fails.
   * @param options - `count`: the most messages; 0 is all. @default 0
   */
  starred(options: RequestOptions & { readonly count?: number } = {}): Promise<Message[]> {
    return this.#context.actions.tend(async () => starred(this.#context, this, options));
  }

  /** The messages that are pinned now. `GET /chats/stars/{id}`, or the stars tab if that fails. */
  pinned(options: RequestOptions = {}): Promise<Message[]> {
    return this.#context.actions.tend(async () => pinned(this.#context, this, options));
  }

  /**
   * Every starred message with its whole text, those pinned first, 50 in a request as the loop goes on. Times are to the
   * minute (`peek.timeSpan`). `GET /rooms/info/{id}?tab=stars`.
   * @example for await (const message of room.starredMessages({ limit: 100 })) console.log(await message.textContent);
   * @throws {BAD_ARGUMENT} {NOT_FOUND}
   */
  starredMessages(options: StarredOptions = {}): AsyncGenerator<Message, void> {
    return eachAtCallSite(starredMessages(this.#context, this, options));
  }

  /** The rights given to users of the room. `GET /rooms/info/{id}?tab=access`. */
  accessList(options: RequestOptions = {}): Promise<tools.AccessList> {
    return this.#context.actions.tend(() => tools.accessList(this.#context, this, options));
  }

  /**
   * Changes name, description, tags or access; the others stay. For owners. `POST /rooms/save`.
   * @throws {FORBIDDEN} {BAD_ARGUMENT}
   */
  update(change: tools.RoomChange, options: ActionOptions = {}): Promise<void> {
    return tools.updateRoom(this.#context, this, change, options);
  }

  /**
   * Moves messages to another room, 100 in a request; resolves to how many the server moved. For owners of this room.
   * `POST /admin/movePosts/{id}`.
   * @throws {FORBIDDEN} {BAD_ARGUMENT}
   */
  moveMessages(
    messages: readonly (Message | number)[],
    target: Room | number,
    options: ActionOptions = {},
  ): Promise<number> {
    return this.#context.actions.tend(() => tools.moveMessages(this.#context, this, messages, target, options));
  }

  /**
   * Kicks a user for 1, 5 or 30 minutes (the first, second and third time in a day); resolves to the server's
   * sentence. For owners. `POST /rooms/kickmute/{id}`.
   * @throws {FORBIDDEN}
   */
  kick(user: User | number, reason?: string, options: ActionOptions = {}): Promise<string> {
    return tools.kick(this.#context, this, user, reason, options);
  }

  /**
   * Gives a user a right to the room, or takes it back (`"remove"`). For owners. `POST /rooms/setuseraccess/{id}`.
   * @throws {FORBIDDEN} {BAD_ARGUMENT}
   */
  setAccess(user: User | number, level: AccessLevel, options: ActionOptions = {}): Promise<void> {
    return tools.setAccess(this.#context, this, user, level, options);
  }

  /** Invites a user to the room; resolves to the server's sentence. `POST /users/invite`. @throws {REFUSED} */
  invite(user: User | number, options: ActionOptions = {}): Promise<string> {
    return tools.invite(this.#context, this, user, options);
  }

  /** Asks the owners to be let in. `POST /rooms/requestaccess`. */
  requestAccess(options: ActionOptions = {}): Promise<void> {
    return tools.askForAccess(this.#context, this, options);
  }

  /**
   * Lets nobody but owners post for so many seconds (at least 5). For owners. `POST /rooms/timeout/{id}`.
   * @throws {FORBIDDEN} {BAD_ARGUMENT}
   */
  timeout(seconds: number, reason: string, options: ActionOptions = {}): Promise<void> {
    return tools.timeout(this.#context, this, seconds, reason, options);
  }

  /**
   * Keeps the messages from the first to the last as a conversation with a title; resolves to the server's sentence.
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

  /** Makes the room one of your favorites, or ends that. A second call changes nothing. `POST /rooms/favorite`. */
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
    this.#fields.merge({ present: this.#presence.after(raw, this.#fields.peek("present")) }, moment);
  }

  #forgetAbsent(): void {
    if (this.#fields.peek("present") && !this.#presence.isCurrent) this.#fields.invalidate("present");
  }

  /** @internal */
  [inspectCustom](...given: InspectArguments): string {
    return inspected(`Room ${this.id}`, this.peek, given, quoted(this.peek.name, given));
  }

  /** Names it by its id, and by its name once that is known: `Room 1 (Sandbox)`. */
  toString(): string {
    return `Room ${this.id}${this.peek.name === undefined ? "" : ` (${this.peek.name})`}`;
  }
}
