/**
 * One site of a local server, as its users hold it: a `Site` for the client, whose real https origins lead to the
 * loopback listener, and the strings to pull for the author of a bot.
 */
import { UsageError } from "../errors/index.js";
import type { Endpoint, Resolver, Site } from "../protocol/sites.js";
import type { Faults } from "./faults.js";
import { socketHost } from "./http/place.js";
import { ServerRoom } from "./server-room.js";
import { findRoom, ServerUser } from "./server-user.js";
import type { SiteState } from "./site-state.js";
import { renameUser } from "./world/membership.js";
import type { NewRoom, NewUser } from "./world/world.js";

/** What a new person of a local site is made of. */
export interface NewServerUser extends NewUser {
  /** @default "password" */
  readonly password?: string | undefined;
}

/** One event of a site's log, as a script gets to know it: what to compare with what a client heard. */
export interface ServerEvent {
  /** Its number, increasing over the whole site. */
  readonly id: number;
  /** The server's number for its type. */
  readonly type: number;
  /** The room it happened in; 0 for none. */
  readonly roomId: number;
  readonly messageId: number | null;
  /** The id of the one person who gets it, as with mentions; null when everybody in the room does. */
  readonly onlyFor: number | null;
}

export class LocalSite implements Site {
  readonly host: string;
  readonly name: string;
  readonly chatOrigin: string;
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
    const endpoint: Endpoint = { hostname: state.options.hostname, port: state.port, tls: false };
    this.resolve = (origin) => (hosts.has(URL.parse(origin)?.host ?? "") ? endpoint : undefined);
  }

  /** Its own address, such as `http://127.0.0.1:8080`: chat and login on one origin. */
  get url(): string {
    const { hostname } = this.#state.options;
    return `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${this.#state.port}`;
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

  /** Calls back for everything that happens, as it happens; what it returns ends that. */
  onEvent(listener: (event: ServerEvent) => void): () => void {
    return this.#state.world.log.onBatch((batch) => {
      for (const { id, type, roomId, messageId, onlyFor } of batch) listener({ id, type, roomId, messageId, onlyFor });
    });
  }

  /** Everybody with an account, as a login page may offer them. */
  get users(): readonly ServerUser[] {
    const { world } = this.#state;
    return [...world.users.values()]
      .filter(({ email }) => email !== null)
      .map((user) => new ServerUser(this.#state, user));
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

  /** @throws {BAD_ARGUMENT} when the id is taken. */
  addRoom(fields: Omit<NewRoom, "owners"> & { readonly owners?: readonly (ServerUser | number)[] }): ServerRoom {
    const { world } = this.#state;
    if (fields.id !== undefined && world.rooms.has(fields.id)) {
      throw new UsageError(`there is a room ${fields.id} on the local ${this.host}`);
    }
    const owners = fields.owners?.map((owner) => (typeof owner === "number" ? owner : owner.recordOn(this.#state).id));
    return new ServerRoom(this.#state, world.addRoom({ ...fields, owners }));
  }

  /** Gives somebody another name and tells the rooms they are in. */
  rename(user: ServerUser, name: string): void {
    renameUser(this.#state.world, user.recordOn(this.#state), name);
  }
}
