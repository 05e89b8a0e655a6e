/** A chat room. */
import { UsageError } from "../errors/index.js";
import { leaveRoom } from "../protocol/actions/live.js";
import { postMessage } from "../protocol/actions/messages.js";
import { roomInfoPage, roomPage } from "../protocol/actions/pages.js";
import { pingableUsers, roomThumbs, tagNames } from "../protocol/actions/people.js";
import { htmlToText } from "../protocol/markup/index.js";
import type { RoomPage } from "../protocol/pages/index.js";
import { checkText } from "../protocol/text-rules.js";
import { checkId, checkOptions } from "../util/options.js";
import type { Client } from "./client.js";
import type { ClientCore, RequestOptions } from "./core.js";
import { type ChatEvent, type EventClass, MessagePosted } from "./events.js";
import { LazyFacts } from "./lazy.js";
import { Message } from "./message.js";
import type { User } from "./user.js";
import { type ListenOptions, type LiveStream, streamRoom, type Watch, watchRoom } from "./watch.js";

/** Who may do what in a room, and whether anybody may. */
export interface RoomState {
  /** `public`: anyone may talk. `gallery`: anyone may read. `private`: only those let in. */
  readonly access: "public" | "gallery" | "private";
  readonly frozen: boolean;
  readonly deleted: boolean;
}

/** What can be known about a room. */
export interface RoomFacts {
  /** Plain text. */
  name: string;
  /** Plain text. */
  description: string;
  descriptionHtml: string;
  /** How many messages were ever sent here. */
  messageCount: number;
  /** How many people ever took part. */
  userCount: number;
  /** The name of the site the room belongs to; null when it belongs to none. */
  parentSiteName: string | null;
  owners: User[];
  tags: string[];
  state: RoomState;
}

/** Options of `sendMessage`. */
export interface SendOptions extends RequestOptions {
  /** The message to reply to, or its id. */
  readonly replyTo?: Message | number;
}

/**
 * A chat room, the same object for the same id as long as anybody holds it.
 *
 * Every property but {@link Room.id} is fetched when first asked for, and may reject: with `NOT_FOUND` when there is no
 * such room, with `FORBIDDEN` when it is private.
 */
export class Room {
  readonly id: number;
  readonly #core: ClientCore;
  readonly #facts: LazyFacts<RoomFacts>;

  /** @internal */
  constructor(core: ClientCore, id: number) {
    this.id = id;
    this.#core = core;
    const thumbs = (): Promise<Partial<RoomFacts>> => this.#readThumbs();
    const info = (): Promise<Partial<RoomFacts>> => this.#readInfo();
    const cheap = [thumbs, info];
    this.#facts = new LazyFacts<RoomFacts>({
      name: cheap,
      description: cheap,
      descriptionHtml: cheap,
      tags: cheap,
      messageCount: [info],
      userCount: [info],
      parentSiteName: [info],
      owners: [info],
      state: [info],
    });
  }

  /** The name, plain text. */
  get name(): Promise<string> {
    return this.#facts.get("name");
  }

  /** The description, plain text. */
  get description(): Promise<string> {
    return this.#facts.get("description");
  }

  /** The description as the server renders it. */
  get descriptionHtml(): Promise<string> {
    return this.#facts.get("descriptionHtml");
  }

  /** How many messages were ever sent here. */
  get messageCount(): Promise<number> {
    return this.#facts.get("messageCount");
  }

  /** How many people ever took part. */
  get userCount(): Promise<number> {
    return this.#facts.get("userCount");
  }

  /** The name of the site the room belongs to, plain text; null when it belongs to none. */
  get parentSiteName(): Promise<string | null> {
    return this.#facts.get("parentSiteName");
  }

  /** The owners of the room. */
  get owners(): Promise<User[]> {
    return this.#facts.get("owners");
  }

  /** The tags of the room, plain text. */
  get tags(): Promise<string[]> {
    return this.#facts.get("tags");
  }

  /** Who may talk here, and whether the room is frozen or deleted. */
  get state(): Promise<RoomState> {
    return this.#facts.get("state");
  }

  /** Whether this client has joined the room. */
  get isInRoom(): boolean {
    return this.#core.joined.has(this.id);
  }

  /** What is known now, without a request. */
  get peek(): Readonly<Partial<RoomFacts>> {
    return this.#facts.known;
  }

  /** Fetches again what is known. */
  refresh(): Promise<void> {
    return this.#facts.refresh();
  }

  /**
   * Enters the room: you appear in it, and may talk and watch.
   * @throws {NOT_LOGGED_IN} {NOT_FOUND} {FORBIDDEN} for a private room
   */
  join(options: RequestOptions = {}): Promise<void> {
    return this.#core.tend(async () => {
      await this.#core.login("join a room");
      await this.#enter(options);
    });
  }

  /** Leaves the room. Does nothing when not in it. */
  leave(options: RequestOptions = {}): Promise<void> {
    return this.#core.tend(async () => {
      if (!this.#core.joined.delete(this.id)) return;
      await this.#core.session.call(leaveRoom(this.id), options);
    });
  }

  /**
   * Says something; resolves to the message.
   * @throws {EMPTY} {TOO_LONG} {DUPLICATE} {FORBIDDEN} {NOT_FOUND} {ROOM_FROZEN} {ROOM_TIMEOUT} {SUSPENDED} {THROTTLED}
   *   when the server went on saying "again in N seconds" {NOT_LOGGED_IN}
   */
  sendMessage(text: string, options: SendOptions = {}): Promise<Message> {
    return this.#core.act(async () => {
      const about = { tried: `post in room ${this.id}`, roomId: this.id };
      checkOptions("sendMessage", options, ["replyTo", "signal"]);
      checkText(text, about);
      const { replyTo } = options;
      const parentId = replyTo instanceof Message ? replyTo.id : replyTo;
      if (parentId !== undefined) checkId("message", parentId);
      const call = postMessage(this.id, text, parentId === undefined ? {} : { replyTo: parentId });
      const posted = await this.#core.session.call(call, options);
      const message = this.#core.message(posted.id);
      const me = this.#core.session.me;
      message.learn({
        room: this,
        timeStamp: posted.time,
        parent: parentId === undefined ? null : this.#core.message(parentId),
        ...(me ? { owner: this.#core.user(me.id) } : {}),
        ...(message.peek.stars === undefined
          ? { stars: 0, starredByYou: false, pins: 0, pinned: false, deleted: false }
          : {}),
      });
      return message;
    }, options);
  }

  /**
   * Calls back for every event of this room, from now on. A callback that throws or rejects stops nothing: it is
   * reported to the client's `onError`, and the next event comes.
   */
  watch(callback: (event: ChatEvent, client: Client) => unknown): Watch {
    if (typeof callback !== "function") throw new UsageError("watch takes a function to call with (event, client)");
    return watchRoom(this.#core, this.id, (event) => callback(event, this.#core.client), this.#joinIfPossible());
  }

  /**
   * Every new message of this room, from now on; joins the room if need be. Your own messages come too.
   * Ends on `break`, disposal, `signal` or logout.
   */
  newMessages(options: ListenOptions = {}): LiveStream<Message> {
    checkOptions("newMessages", options, ["limit", "overflow", "signal"]);
    const pick = (event: ChatEvent): Message | undefined =>
      event instanceof MessagePosted ? event.message : undefined;
    return streamRoom(this.#core, this.id, pick, options, this.#joinIfPossible());
  }

  /**
   * Every new event of this room, from now on; only of the classes given, if any are. Joins the room if need be. Ends on
   * `break`, disposal or logout; for a signal or limits use {@link Room.listen}.
   */
  newEvents<C extends readonly EventClass[]>(
    ...classes: C
  ): LiveStream<C["length"] extends 0 ? ChatEvent : InstanceType<C[number]>> {
    return this.listen(classes);
  }

  /** Like {@link Room.newEvents}, with options. */
  listen<C extends readonly EventClass[]>(
    classes: C,
    options: ListenOptions = {},
  ): LiveStream<C["length"] extends 0 ? ChatEvent : InstanceType<C[number]>> {
    checkOptions("listen", options, ["limit", "overflow", "signal"]);
    type E = C["length"] extends 0 ? ChatEvent : InstanceType<C[number]>;
    const wanted = (event: ChatEvent): event is E & ChatEvent =>
      classes.length === 0 || classes.some((Class) => event instanceof Class);
    const pick = (event: ChatEvent): E | undefined => (wanted(event) ? event : undefined);
    return streamRoom<E>(this.#core, this.id, pick, options, this.#joinIfPossible());
  }

  /**
   * The users in the room now. Someone who is not in the room sees those that the info page shows.
   * @throws {NOT_FOUND} {FORBIDDEN}
   */
  async currentUsers(options: RequestOptions = {}): Promise<User[]> {
    const { session } = this.#core;
    // The room page lists everybody, but reading it with a login means entering.
    if (!this.isInRoom && session.canLogIn) {
      const info = await session.call(roomInfoPage(this.id), options);
      return info.users.map(({ id, name }) => this.#named(id, name));
    }
    const page = await session.call(roomPage(this.id), options);
    return this.#learnPresent(page);
  }

  /** An alias of {@link Room.currentUsers}. */
  getCurrentUsers(options: RequestOptions = {}): Promise<User[]> {
    return this.currentUsers(options);
  }

  /** The users whom a mention in this room reaches. Empty for anonymous clients. */
  async pingableUsers(options: RequestOptions = {}): Promise<User[]> {
    const { session } = this.#core;
    if (session.canLogIn) await session.login();
    const users = await session.call(pingableUsers(this.id), options);
    return users.map(({ id, name, lastPost, lastSeen }) => {
      const user = this.#named(id, name);
      user.learn({ lastSeenAt: lastSeen * 1000, lastMessageAt: lastPost ? lastPost * 1000 : null });
      return user;
    });
  }

  /** An alias of {@link Room.pingableUsers}. */
  getPingableUsers(options: RequestOptions = {}): Promise<User[]> {
    return this.pingableUsers(options);
  }

  /** @internal */
  learn(facts: Partial<RoomFacts>): void {
    this.#facts.learn(facts);
  }

  /** @internal */
  forget(...keys: (keyof RoomFacts)[]): void {
    this.#facts.forget(...keys);
  }

  toString(): string {
    return `Room ${this.id}${this.peek.name === undefined ? "" : ` (${this.peek.name})`}`;
  }

  async #enter(options: RequestOptions): Promise<void> {
    const page = await this.#core.session.call(roomPage(this.id), options);
    this.#core.joined.add(this.id);
    const { name, description, descriptionHtml, tags, access, frozen, deleted } = page;
    this.#facts.learn({ name, description, descriptionHtml, tags: [...tags], state: { access, frozen, deleted } });
    this.#learnPresent(page);
  }

  /** Listening joins the room; anonymous clients listen from outside. */
  #joinIfPossible(): Promise<void> | undefined {
    if (this.isInRoom || !this.#core.session.canLogIn) return undefined;
    return this.join();
  }

  #learnPresent(page: RoomPage): User[] {
    return (page.present ?? []).map((present) => {
      const user = this.#named(present.id, present.name);
      if (present.reputation !== null) user.learn({ reputation: present.reputation });
      return user;
    });
  }

  #named(id: number, name: string): User {
    const user = this.#core.user(id);
    user.learn({ name });
    return user;
  }

  async #readThumbs(): Promise<Partial<RoomFacts>> {
    const thumbs = await this.#core.session.call(roomThumbs(this.id));
    return {
      name: thumbs.name,
      description: htmlToText(thumbs.description),
      descriptionHtml: thumbs.description,
      tags: tagNames(thumbs.tags),
    };
  }

  async #readInfo(): Promise<Partial<RoomFacts>> {
    const info = await this.#core.session.call(roomInfoPage(this.id));
    const { name, description, descriptionHtml, tags, messageCount, userCount, parentSiteName, access, frozen } = info;
    return {
      name,
      description,
      descriptionHtml,
      tags: [...tags],
      messageCount,
      userCount,
      parentSiteName,
      owners: info.owners.map((owner) => this.#named(owner.id, owner.name)),
      state: { access, frozen, deleted: false },
    };
  }
}
