/** Permissions: conditions on people, bans and the list of those allowed. */
import { type Clock, isChatError, type Room, type User } from "../index.js";
import { BoundedMap } from "./bounded-map.js";
import type { BotContext } from "./context.js";
import type { Need } from "./handler-options.js";
import type { Json, Store } from "./store/index.js";

/** A ban, as it is stored. */
export interface Ban {
  /** When it ends, in milliseconds since the epoch; null for never. */
  readonly until: number | null;
  readonly by: number | null;
}

/** Options of {@link Permissions}. */
export interface PermissionParts {
  readonly clock: Clock;
  readonly store: Store;
  readonly owners: readonly number[];
  readonly allowed: readonly number[] | undefined;
}

const BANS = "ban/";
const MAX_USERS = 10_000;
/** How long what is known of a person stays good, in milliseconds. */
const FRESH_MS = 600_000;

export class Permissions {
  readonly #parts: PermissionParts;
  readonly #owners: ReadonlySet<number>;
  readonly #bans = new Map<string, Ban>();
  /** When each person was last asked about. */
  readonly #askedAt = new BoundedMap<string, number>(MAX_USERS);

  constructor(parts: PermissionParts) {
    this.#parts = parts;
    this.#owners = new Set(parts.owners);
  }

  /** Reads the bans. */
  async load(): Promise<void> {
    for await (const [key, value] of this.#parts.store.list(BANS)) this.#bans.set(key, banOf(value));
  }

  isOwner(userId: number | null): boolean {
    return userId !== null && this.#owners.has(userId);
  }

  /** Whether the bot listens to a person at all. */
  isHeard(host: string, userId: number | null): boolean {
    if (userId === null || this.#owners.has(userId)) return true;
    const { allowed, clock } = this.#parts;
    if (allowed && !allowed.includes(userId)) return false;
    const ban = this.#bans.size === 0 ? undefined : this.#bans.get(banKey(host, userId));
    return !ban || (ban.until !== null && ban.until <= clock.now());
  }

  async ban(host: string, userId: number, ban: Ban): Promise<void> {
    this.#bans.set(banKey(host, userId), ban);
    await this.#parts.store.set(banKey(host, userId), { ...ban });
  }

  async unban(host: string, userId: number): Promise<boolean> {
    this.#bans.delete(banKey(host, userId));
    return this.#parts.store.delete(banKey(host, userId));
  }

  /** Forgets what is known of a person, or of everybody: an event has changed it. */
  forget(host: string, userId: number): void {
    this.#askedAt.delete(`${host}/${userId}`);
  }

  /** Whether a person meets one of the conditions; no conditions are met by everybody. */
  async meets(needs: readonly Need[], c: BotContext): Promise<boolean> {
    if (needs.length === 0) return true;
    const { user, room } = c;
    const isOwner = this.isOwner(user?.id ?? null);
    for (const need of needs) {
      if (typeof need === "function" ? await need(c) : isOwner) return true;
      if (typeof need !== "function" && user && (await this.#meetsOne(need, user, room))) return true;
    }
    return false;
  }

  async #meetsOne(need: Exclude<Need, (...args: never[]) => unknown>, user: User, room: Room): Promise<boolean> {
    if (need === "owner") return false;
    if (need === "room-owner") return room.isOwner(user);
    await this.#refresh(room.site.host, user);
    try {
      if (need === "moderator") return await user.isModerator;
      return ((await user.reputation) ?? 0) >= need.reputation;
    } catch (error) {
      if (isChatError(error, "NOT_FOUND")) return false;
      throw error;
    }
  }

  /** Reads a person anew if what is known is old. */
  async #refresh(host: string, user: User): Promise<void> {
    const key = `${host}/${user.id}`;
    const now = this.#parts.clock.now();
    const askedAt = this.#askedAt.get(key);
    if (askedAt !== undefined && now - askedAt < FRESH_MS) return;
    this.#askedAt.set(key, now);
    if (user.peek.isModerator !== undefined || user.peek.reputation !== undefined) await user.refresh();
  }
}

/** A stored ban. One that is damaged does not end by itself. */
function banOf(value: Json): Ban {
  const part = (name: string): number | null => {
    const found: unknown = typeof value === "object" && value !== null ? Reflect.get(value, name) : null;
    return typeof found === "number" ? found : null;
  };
  return { until: part("until"), by: part("by") };
}

function banKey(host: string, userId: number): string {
  return `${BANS}${host}/${userId}`;
}
