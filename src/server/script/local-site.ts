/**
 * One site of a local server, as its users hold it: a `Site` for the client, whose real https origins lead to the
 * loopback listener, and the strings to pull for the author of a bot.
 */
import { UsageError } from "../../errors/index.js";
import type { Endpoint, Resolver, Site } from "../../protocol/sites.js";
import { callSafely, printFailure, type Report } from "../../util/call-safely.js";
import type { Faults } from "../faults.js";
import { socketHost } from "../http/place.js";
import { isNetworkLogin, type ParentSite, questionSite } from "../parent-sites.js";
import { addHistory } from "../seed/history.js";
import { historyPlan, type NewHistory, type ServerHistory } from "../seed/history-options.js";
import type { SiteState } from "../site-state.js";
import { feedsUserId } from "../world/records.js";
import type { NewRoom, NewUser } from "../world/world.js";
import { type ServerEvent, type ServerMessage, serverEvent, serverMessage } from "./server-message.js";
import { ServerRoom } from "./server-room.js";
import { ServerUser } from "./server-user.js";
import { findRoom } from "./user-in-room.js";

/** What a new person of a local site is made of. */
export interface NewServerUser extends NewUser {
  /** @default "password" */
  readonly password?: string | undefined;
}

/** What a new room of a local site is made of. */
export interface NewServerRoom extends Omit<NewRoom, "owners" | "parentSite"> {
  /** Its owners, or their ids. @default nobody */
  readonly owners?: readonly (ServerUser | number)[] | undefined;
  /**
   * The Q&A site it is about, for rooms of stackexchange.com: its host, such as `"codegolf.stackexchange.com"`, or host
   * and name. @default that of the whole chat
   */
  readonly parentSite?: string | ParentSite | undefined;
}

/** Which events of a site's log a script wants. */
export interface EventQuery {
  /** Only events after this one: a `newestEventId` of before. @default everything that memory holds */
  readonly since?: number;
  /** Only of this room. */
  readonly roomId?: number;
}

/**
 * One of the sites of a local server. For a client it is the `Site` to hand to `new Client(…)`; for a script it is the
 * world: people, rooms, what happened, and what goes wrong.
 */
export class LocalSite implements Site {
  /** The host without `chat.`, such as `stackexchange.com`. */
  readonly host: string;
  /** The name that its pages show, such as `Stack Overflow`. */
  readonly name: string;
  /** The live site's root of chat; `resolve` tells where it really is. */
  readonly chatOrigin: string;
  /** The live site's root for logging in. */
  readonly loginOrigin: string;
  /** Leads this site's origins to its listener. */
  readonly resolve: Resolver;
  /** Ways to make things go wrong. */
  readonly faults: Faults;
  readonly #state: SiteState;

  /** @internal */
  constructor(state: SiteState) {
    const { host, name, chatOrigin, loginOrigin } = state.live;
    this.host = host;
    this.name = name;
    this.chatOrigin = chatOrigin;
    this.loginOrigin = loginOrigin;
    this.faults = state.faults;
    this.#state = state;
    const hosts = new Set([new URL(chatOrigin).host, new URL(loginOrigin).host, socketHost]);
    const { tls } = state.options;
    const endpoint: Endpoint = {
      hostname: nearHostname(state),
      port: state.port,
      tls: tls !== undefined,
      ca: tls?.cert,
    };
    // The other hosts that log people in for the network are answered here as well, and nowhere else.
    const isOwn = (host: string): boolean =>
      hosts.has(host) || (this.host === "stackexchange.com" && isNetworkLogin(host));
    this.resolve = (origin) => (isOwn(URL.parse(origin)?.host ?? "") ? endpoint : undefined);
  }

  /** Its own address, such as `http://127.0.0.1:8080` (https with the option `tls`): chat and login on one origin. */
  get url(): string {
    const hostname = nearHostname(this.#state);
    const scheme = this.#state.options.tls ? "https" : "http";
    return `${scheme}://${hostname.includes(":") ? `[${hostname}]` : hostname}:${this.#state.port}`;
  }

  /** How many sockets are open. */
  get openSockets(): number {
    return this.#state.hub.size;
  }

  /** The id of the newest event: what `time` and `t` say. */
  get newestEventId(): number {
    return this.#state.world.log.newest;
  }

  /** The smallest cursor that sockets and polling can still answer completely: what came before has left memory. */
  get oldestCursor(): number {
    return this.#state.world.log.oldestCursor;
  }

  /**
   * Calls back for everything that happens, as it happens. Returns an undo function. A listener that throws or rejects
   * stops nothing: its failure is printed to stderr.
   */
  onEvent(listener: (event: ServerEvent) => unknown): () => void {
    if (typeof listener !== "function") throw new UsageError("onEvent takes a function to call with the event");
    const report: Report = (error) => printFailure(`${this.host}: a listener of onEvent failed`, error);
    return this.#state.world.log.onBatch((batch) => {
      for (const event of batch) callSafely(listener, report, serverEvent(event));
    });
  }

  /**
   * What happened, oldest first: the ground truth that what a client heard is compared with. Flags and pings are among
   * it, whoever may see them.
   */
  events({ since = 0, roomId }: EventQuery = {}): readonly ServerEvent[] {
    const events = this.#state.world.log.since(since);
    return (roomId === undefined ? events : events.filter((event) => event.roomId === roomId)).map(serverEvent);
  }

  /** The message with this id; undefined when there is none, or when memory has let it go. */
  message(id: number): ServerMessage | undefined {
    const record = this.#state.world.messages.get(id);
    return record && serverMessage(record);
  }

  /** Everybody, in the order of their coming; not the system users. */
  get users(): readonly ServerUser[] {
    const people = [...this.#state.world.users.values()].filter(({ id }) => id > 0);
    return people.map((record) => new ServerUser(this.#state, record));
  }

  /** All rooms, private and deleted ones too. */
  get rooms(): readonly ServerRoom[] {
    return [...this.#state.world.rooms.values()].map((record) => new ServerRoom(this.#state, record));
  }

  /** The system user who posts what feeds bring: `site.feeds.in(1).says("…")`. Its id is -2. */
  get feeds(): ServerUser {
    const record = this.#state.world.users.get(feedsUserId);
    if (!record) throw new UsageError("there is no user Feeds");
    return new ServerUser(this.#state, record);
  }

  /**
   * Fills a room with days of talk that never was, the same for the same seed: questions, links, code, replies,
   * mentions, edits, deletions and stars, in busy and quiet hours. It is past when it comes: nobody's client hears it.
   * @throws {BAD_ARGUMENT} when it would come between messages that are there, because ids ascend with time, and when
   * the room can't hold it (`maxMessagesPerRoom`).
   */
  addHistory(options: NewHistory = {}): ServerHistory {
    const state = this.#state;
    const plan = historyPlan(options, {
      roomOf: (room) => findRoom(state, room),
      userOf: (person) => (typeof person === "string" ? this.user(person) : person).recordOn(state),
    });
    const history = addHistory(state, plan);
    return { ...history, people: history.people.map((record) => new ServerUser(state, record)) };
  }

  /** The person of this name, made up when there is none. */
  user(name: string): ServerUser {
    const record = this.#state.world.userByName(name);
    return record ? new ServerUser(this.#state, record) : this.addUser({ name });
  }

  /**
   * A new person with an account; without an email one is made from the name.
   * @throws {BAD_ARGUMENT} when the id or the email is taken on this site.
   */
  addUser(fields: NewServerUser): ServerUser {
    const { world, network } = this.#state;
    const email = fields.email ?? `${fields.name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ".")}@example.com`;
    if (world.userByEmail(email)) throw new UsageError(`somebody on the local ${this.host} has the email ${email}`);
    if (fields.id !== undefined && world.users.has(fields.id)) {
      throw new UsageError(`there is a user ${fields.id} on the local ${this.host}`);
    }
    const known = network.account(email);
    if (!known || fields.password !== undefined) network.addAccount(email, fields.name, fields.password ?? "password");
    return new ServerUser(this.#state, world.addUser({ ...fields, email }));
  }

  /** @throws {BAD_ARGUMENT} when there is no such room. */
  room(idOrName: number | string): ServerRoom {
    return new ServerRoom(this.#state, findRoom(this.#state, idOrName));
  }

  /** @throws {BAD_ARGUMENT} when the id is taken, or `parentSite` is no site that a room here can be about. */
  addRoom(fields: NewServerRoom): ServerRoom {
    const { world } = this.#state;
    if (fields.id !== undefined && world.rooms.has(fields.id)) {
      throw new UsageError(`there is a room ${fields.id} on the local ${this.host}`);
    }
    const owners = fields.owners?.map((owner) => (typeof owner === "number" ? owner : owner.recordOn(this.#state).id));
    return new ServerRoom(
      this.#state,
      world.addRoom({ ...fields, owners, parentSite: this.#parentSite(fields.parentSite) }),
    );
  }

  #parentSite(given: string | ParentSite | undefined): ParentSite | undefined {
    if (given === undefined) return undefined;
    const { host, name } = typeof given === "string" ? { host: given } : given;
    const site = typeof host === "string" ? questionSite(host) : null;
    if (!site || (name !== undefined && typeof name !== "string")) {
      throw new UsageError(
        'parentSite is the host of a Q&A site, such as "codegolf.stackexchange.com", or { host, name }',
      );
    }
    if (this.host !== "stackexchange.com" && site.host !== this.host) {
      throw new UsageError(
        `all rooms of ${this.host} are about ${this.host}; parentSite is for rooms of stackexchange.com`,
      );
    }
    return { host: site.host, name: name ?? site.name };
  }
}

/** How this machine reaches the listener: all addresses of the machine are no address to go to. */
function nearHostname({ options: { hostname } }: SiteState): string {
  if (hostname === "0.0.0.0") return "127.0.0.1";
  return /^(\[::\]|::)$/.test(hostname) ? "::1" : hostname.replace(/^\[|\]$/g, "");
}
