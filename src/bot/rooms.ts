/** The rooms of a bot: those it was started with, those it was invited to, and their roles. */
import { type Client, type Room, UsageError } from "../index.js";
import type { RoomChoice } from "./handler-options.js";
import type { Store } from "./store/index.js";

/** A room of the bot. */
export interface BotRoom {
  readonly room: Room;
  /** Whether it was given to `run`; others are left by `bot.leave` and forgotten. */
  readonly isHome: boolean;
  /** The id of the person who brought the bot here; null for home rooms. */
  readonly by: number | null;
}

const ROOMS = "room/";

export class Rooms {
  readonly #store: Store;
  readonly #rooms = new Map<Room, BotRoom>();
  readonly #roles = new Map<string, Set<Room>>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** All rooms. */
  get list(): readonly BotRoom[] {
    return [...this.#rooms.values()];
  }

  has(room: Room): boolean {
    return this.#rooms.has(room);
  }

  get(room: Room): BotRoom | undefined {
    return this.#rooms.get(room);
  }

  /** The rooms that the last process kept, of these clients. */
  async kept(clients: readonly Client[]): Promise<readonly BotRoom[]> {
    const found: BotRoom[] = [];
    for await (const [key, value] of this.#store.list(ROOMS)) {
      const [host = "", id = ""] = key.slice(ROOMS.length).split("/");
      const client = clients.find(({ site }) => site.host === host);
      const by: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "by") : null;
      if (client)
        found.push({ room: client.getRoom(Number(id)), isHome: false, by: typeof by === "number" ? by : null });
    }
    return found;
  }

  async add(entry: BotRoom): Promise<void> {
    this.#rooms.set(entry.room, entry);
    if (!entry.isHome) await this.#store.set(keyOf(entry.room), { by: entry.by });
  }

  /** Puts rooms in this order; others follow. */
  arrange(rooms: readonly Room[]): void {
    const before = new Map(this.#rooms);
    this.#rooms.clear();
    for (const room of [...rooms, ...before.keys()]) {
      const entry = before.get(room);
      if (entry) this.#rooms.set(room, entry);
    }
  }

  async remove(room: Room): Promise<void> {
    this.#rooms.delete(room);
    for (const rooms of this.#roles.values()) rooms.delete(room);
    await this.#store.delete(keyOf(room));
  }

  /** Gives rooms a role. */
  setRole(role: string, rooms: readonly Room[]): void {
    this.#roles.set(role, new Set([...(this.#roles.get(role) ?? []), ...rooms]));
  }

  /** The rooms of a choice: a role, or rooms and ids. All rooms without one. */
  choose(choice: RoomChoice | undefined): readonly Room[] {
    if (choice === undefined) return [...this.#rooms.keys()];
    if (typeof choice === "string") return [...(this.#roles.get(choice) ?? [])];
    return choice.flatMap((one) =>
      typeof one === "number" ? [...this.#rooms.keys()].filter(({ id }) => id === one) : [one],
    );
  }

  /** The rooms of a role. @throws {BAD_ARGUMENT} if no room has it */
  withRole(role: string): readonly Room[] {
    const rooms = [...(this.#roles.get(role) ?? [])];
    if (rooms.length > 0) return rooms;
    const known = [...this.#roles.keys()].join(", ") || "none";
    throw new UsageError(`no room has the role ${JSON.stringify(role)}; the roles are: ${known}`);
  }
}

function keyOf(room: Room): string {
  return `${ROOMS}${room.site.host}/${room.id}`;
}
