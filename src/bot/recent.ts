/** The latest messages of a room. */
import type { Clock, Message, Room, User } from "../index.js";
import { checkCount, checkOptions } from "../util/options.js";

/** Options of `c.recent`. */
export interface RecentOptions {
  /** The author, or their id. @default everybody */
  readonly by?: User | number;
  /** Only messages of the last minutes. @default no limit */
  readonly minutes?: number;
  /** The most messages. @default 100 */
  readonly limit?: number;
}

/** Reads the latest messages of a room, newest first, without deleted ones. */
export async function recent(room: Room, clock: Clock, options: RecentOptions): Promise<Message[]> {
  checkOptions("recent", options, ["by", "minutes", "limit"]);
  const { by, minutes, limit = 100 } = options;
  checkCount("limit", limit, 1);
  const after = minutes === undefined ? undefined : new Date(clock.now() - minutes * 60_000);
  const found: Message[] = [];
  for await (const message of room.history({
    ...(after ? { after } : {}),
    ...(by === undefined ? {} : { user: by }),
  })) {
    if (message.peek.deleted) continue;
    found.push(message);
    if (found.length >= limit) break;
  }
  return found;
}
