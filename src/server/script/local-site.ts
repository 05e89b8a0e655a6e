/**
 * One site of a local server: a `Site` for the client, whose live https origins resolve to the loopback listener, and the
 * script API for tests.
 */
import { UsageError } from "../../errors/index.js";
import type { Endpoint, Resolver, Site } from "../../protocol/sites.js";
import { callSafely, printFailure, type ReportFailure } from "../../util/call-safely.js";
import type { Faults } from "../faults.js";
import { SOCKET_HOST } from "../http/place.js";
import { isNetworkLogin, type ParentSite, questionSite } from "../parent-sites.js";
import { addHistory } from "../seed/history.js";
import { historyPlan, type NewHistory, type ServerHistory } from "../seed/history-options.js";
import type { SiteState } from "../site-state.js";
import { FEEDS_USER_ID } from "../world/records.js";
import type { NewRoom, NewUser } from "../world/world.js";
import { type ServerEvent, type ServerMessage, serverEvent, serverMessage } from "./server-message.js";
import { ServerRoom } from "./server-room.js";
import { ServerUser } from "./server-user.js";
import { findRoom } from "./user-in-room.js";

/** The initial data of a new user, for {@link LocalSite.addUser}. */
export interface NewServerUser extends NewUser {
  /** The password to log in with. @default "password" */
  readonly password?: string | undefined;
}

/** The initial data of a new room, for {@link LocalSite.addRoom}. */
export interface NewServerRoom extends Omit<NewRoom, "owners" | "parentSite"> {
  /** Its owners, or their ids. @default none */
  readonly owners?: readonly (ServerUser | number)[] | undefined;
  /**
   * The Q&A site it belongs to, for rooms of stackexchange.com: its host, such as `"codegolf.stackexchange.com"`, or host
   * and name. @default the site of the whole chat host
   */
  readonly parentSite?: string | ParentSite | undefined;
}

/** Filters for {@link LocalSite.events}. */
export interface EventQuery {
  /** Only events after this id, such as an earlier `newestEventId`. @default all events in memory */
  readonly since?: number;
  /** Only events of this room. @default all rooms */
  readonly roomId?: number;
}

/**
 * One site of a local server. Pass it to `new Client(…)` to connect to it. A test scripts it: users, rooms, messages,
 * events and faults.
 */
export class LocalSite implements Site {
  /** The host without `chat.`, such as `stackexchange.com`. */
  readonly host: string;
  /** The display name, such as `Stack Overflow`. */
  readonly name: string;
  /** The chat origin of the live site. `resolve` maps it to the listener. */
  readonly chatOrigin: string;
  /** The login origin of the live site. */
  readonly loginOrigin: string;
  /** Maps the origins of this site to its listener. */
  readonly resolve: Resolver;
  /** Injects faults into this site. */
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
    const hosts = new Set([new URL(chatOrigin).host, new URL(loginOrigin).host, SOCKET_HOST]);
    const { tls } = state.options;
    const endpoint: Endpoint = {
      hostname: nearHostname(state),
      port: state.port,
      tls: tls !== undefined,
      ca: tls?.cert,
    };
    // This listener also serves the other login hosts of the network; no other one does.
    const isOwn = (host: string): boolean =>
      hosts.has(host) || (this.host === "stackexchange.com" && isNetworkLogin(host));
    this.resolve = (origin) => (isOwn(URL.parse(origin)?.host ?? "") ? endpoint : undefined);
  }

  /** The URL of its listener, such as `http://127.0.0.1:8080` (https with the option `tls`). Chat and login share this origin. */
  get url(): string {
    const hostname = nearHostname(this.#state);
    const scheme = this.#state.options.tls ? "https" : "http";
    return `${scheme}://${hostname.includes(":") ? `[${hostname}]` : hostname}:${this.#state.port}`;
  }

  /** The number of open sockets. */
  get openSockets(): number {
    return this.#state.hub.size;
  }

  /** The id of the newest event, which is `time` and `t` on the wire. */
  get newestEventId(): number {
    return this.#state.world.log.newest;
  }

  /** The smallest cursor from which sockets and polls can resume without a gap; older events were evicted. */
  get oldestCursor(): number {
    return this.#state.world.log.oldestCursor;
  }

  /**
   * Calls the listener for every event on this site. Returns a function that unsubscribes it. If a listener throws or
   * rejects, the failure is printed to stderr and everything else goes on.
   * @throws {BAD_ARGUMENT} if the listener is not a function
   */
  onEvent(listener: (event: ServerEvent) => unknown): () => void {
    if (typeof listener !== "function") throw new UsageError("onEvent takes a function that receives each event");
    const report: ReportFailure = (error) => printFailure(`${this.host}: a listener of onEvent failed`, error);
    return this.#state.world.log.onBatch((batch) => {
      for (const event of batch) callSafely(listener, report, serverEvent(event));
    });
  }

  /**
   * All events so far, oldest first: the ground truth to compare with the events a client received. It includes flags and
   * pings, regardless of who may see them.
   */
  events({ since = 0, roomId }: EventQuery = {}): readonly ServerEvent[] {
    const events = this.#state.world.log.since(since);
    return (roomId === undefined ? events : events.filter((event) => event.roomId === roomId)).map(serverEvent);
  }

  /** The message with this id; undefined if there is none, or if it was evicted. */
  message(id: number): ServerMessage | undefined {
    const record = this.#state.world.messages.get(id);
    return record && serverMessage(record);
  }

  /** All users in the order they were added, except system users. */
  get users(): readonly ServerUser[] {
    const people = [...this.#state.world.users.values()].filter(({ id }) => id > 0);
    return people.map((record) => new ServerUser(this.#state, record));
  }

  /** All rooms, including private and deleted ones. */
  get rooms(): readonly ServerRoom[] {
    return [...this.#state.world.rooms.values()].map((record) => new ServerRoom(this.#state, record));
  }

  /** The system user `Feeds`, whose id is -2. It posts feed items: `site.feeds.in(1).says("…")`. */
  get feeds(): ServerUser {
    const record = this.#state.world.users.get(FEEDS_USER_ID);
    if (!record) throw new UsageError("this site has no user Feeds");
    return new ServerUser(this.#state, record);
  }

  /**
   * Fills a room with generated messages of several days: questions, links, code, replies, mentions, edits, deletions and
   * stars, in busy and quiet hours. The same seed gives the same history. It emits no events.
   * @throws {BAD_ARGUMENT} if an option is invalid, if the history would overlap with existing messages (ids ascend with
   * time), or if the room cannot hold it (`maxMessagesPerRoom`)
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

  /** Returns the user with this name, and creates one if there is none. */
  user(name: string): ServerUser {
    const record = this.#state.world.userByName(name);
    return record ? new ServerUser(this.#state, record) : this.addUser({ name });
  }

  /**
   * Adds a user with an account. Without an email, one is derived from the name.
   * @throws {BAD_ARGUMENT} if the id or the email is taken on this site
   */
  addUser(fields: NewServerUser): ServerUser {
    const { world, network } = this.#state;
    const email = fields.email ?? `${fields.name.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ".")}@example.com`;
    if (world.userByEmail(email))
      throw new UsageError(`a user on the local ${this.host} already has the email ${email}`);
    if (fields.id !== undefined && world.users.has(fields.id)) {
      throw new UsageError(`there already is a user ${fields.id} on the local ${this.host}`);
    }
    const known = network.account(email);
    if (!known || fields.password !== undefined) network.addAccount(email, fields.name, fields.password ?? "password");
    return new ServerUser(this.#state, world.addUser({ ...fields, email }));
  }

  /** Returns the room with this id or name. @throws {BAD_ARGUMENT} if there is no such room */
  room(idOrName: number | string): ServerRoom {
    return new ServerRoom(this.#state, findRoom(this.#state, idOrName));
  }

  /** Adds a room. @throws {BAD_ARGUMENT} if the id is taken, or if a room of this site cannot belong to `parentSite` */
  addRoom(fields: NewServerRoom): ServerRoom {
    const { world } = this.#state;
    if (fields.id !== undefined && world.rooms.has(fields.id)) {
      throw new UsageError(`there already is a room ${fields.id} on the local ${this.host}`);
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
        'parentSite must be the host of a Q&A site, such as "codegolf.stackexchange.com", or { host, name }',
      );
    }
    if (this.host !== "stackexchange.com" && site.host !== this.host) {
      throw new UsageError(
        `all rooms of ${this.host} belong to ${this.host}; parentSite is for rooms of stackexchange.com`,
      );
    }
    return { host: site.host, name: name ?? site.name };
  }
}

/** The hostname by which this machine reaches the listener; a wildcard address maps to loopback. */
function nearHostname({ options: { hostname } }: SiteState): string {
  if (hostname === "0.0.0.0") return "127.0.0.1";
  return /^(\[::\]|::)$/.test(hostname) ? "::1" : hostname.replace(/^\[|\]$/g, "");
}
