/** The things that all parts of a running bot share: its clock, its store, its clients and rooms. */
import type { Client, Clock, Room } from "../index.js";
import type { RoomChoice } from "./handler-options.js";
import type { Permissions } from "./permissions.js";
import type { Rooms } from "./rooms.js";
import type { Store } from "./store/index.js";

export class Scope {
  readonly clock: Clock;
  readonly store: Store;
  readonly permissions: Permissions;
  readonly rooms: Rooms;
  /** The clients that continue after a restart, because they have a state. */
  readonly #durable: ReadonlySet<Client>;
  #isStopping = false;

  constructor(parts: {
    readonly clock: Clock;
    readonly store: Store;
    readonly permissions: Permissions;
    readonly rooms: Rooms;
    readonly durable: ReadonlySet<Client>;
  }) {
    this.clock = parts.clock;
    this.store = parts.store;
    this.permissions = parts.permissions;
    this.rooms = parts.rooms;
    this.#durable = parts.durable;
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  /** Notes that the bot stops: what is interrupted from now on is handled again by the next process. */
  stop(): void {
    this.#isStopping = true;
  }

  isDurable(client: Client): boolean {
    return this.#durable.has(client);
  }

  /** Whether a room is one of the chosen ones. */
  isIn(room: Room, choice: RoomChoice | undefined): boolean {
    return choice === undefined || this.rooms.choose(choice).includes(room);
  }
}
