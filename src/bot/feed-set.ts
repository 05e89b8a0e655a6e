/** The feeds of a bot: each posts into its rooms. */
import { type Clock, type Room, UsageError } from "../index.js";
import { guardedFetch } from "../util/guarded-fetch.js";
import { checkFlag, checkOptions } from "../util/options.js";
import { sendDistinct } from "./distinct.js";
import { Feed, type FeedFormat, type FeedStatus, resolveFeedSource } from "./feeds/index.js";
import { checkRooms, type RoomChoice } from "./handler-options.js";
import { type Duration, durationMs } from "./pattern/index.js";
import type { Store } from "./store/index.js";

/** Options of `bot.feed`. */
export interface BotFeedOptions {
  /** The time between polls, from 10 seconds to a week. @default "15m" */
  readonly every?: Duration;
  /** The rooms. @default all rooms of the bot */
  readonly rooms?: RoomChoice;
  /** Writes the message of an item; null posts none. @default `**[title](url)** by author` */
  readonly format?: FeedFormat;
  /** The name in messages to owners and in the store. @default host and path of the URL */
  readonly name?: string;
  /** How many of the newest items the first poll posts. @default 0 */
  readonly backlog?: number;
  /** How many items one poll posts at most; one line counts the others. @default 10 */
  readonly most?: number;
  /** Whether the address may be private or of this machine. @default false */
  readonly allowPrivate?: boolean;
}

/** The parts of a running bot that feeds use. */
export interface FeedParts {
  readonly store: Store;
  readonly clock: Clock;
  choose(rooms: RoomChoice | undefined): readonly Room[];
  tellOwners(text: string): void;
  print(text: string, error?: unknown): void;
}

const OPTION_NAMES = ["every", "rooms", "format", "name", "backlog", "most", "allowPrivate"] as const;

/** A feed that was added, with checked options. */
interface Registered {
  readonly source: ReturnType<typeof resolveFeedSource>;
  readonly rooms: RoomChoice | undefined;
  readonly allowPrivate: boolean;
}

export class FeedSet {
  readonly #registered = new Map<string, Registered>();
  readonly #feeds = new Map<string, Feed>();
  #parts: FeedParts | undefined;

  /** Adds a feed; starts it if the bot runs. @throws {BAD_ARGUMENT} for a wrong address, option or a name that is taken */
  add(url: string, options: BotFeedOptions): void {
    checkOptions("feed", options, OPTION_NAMES);
    const { every = "15m", rooms, allowPrivate = false, ...given } = options;
    if (rooms !== undefined) checkRooms(rooms);
    checkFlag("allowPrivate", allowPrivate);
    const source = resolveFeedSource({ ...given, url, everyMs: durationMs("every", every) });
    const { name } = source;
    if (this.#registered.has(name))
      throw new UsageError(`there are two feeds ${JSON.stringify(name)}; give one another name`);
    const registered = { source, rooms, allowPrivate };
    this.#registered.set(name, registered);
    if (this.#parts) this.#start(registered, this.#parts);
  }

  /** Stops a feed by its name; false if there is none. Its items stay noted as seen. */
  async remove(name: string): Promise<boolean> {
    const feed = this.#feeds.get(name);
    this.#feeds.delete(name);
    await feed?.stop();
    return this.#registered.delete(name);
  }

  get status(): readonly FeedStatus[] {
    return [...this.#feeds.values()].map(({ status }) => status);
  }

  start(parts: FeedParts): void {
    this.#parts = parts;
    for (const registered of this.#registered.values()) this.#start(registered, parts);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#feeds.values()].map((feed) => feed.stop()));
  }

  #start({ source, rooms, allowPrivate }: Registered, parts: FeedParts): void {
    const { store, clock } = parts;
    const feed = new Feed({
      ...source,
      store,
      clock,
      fetch: (address, how) => guardedFetch(address, { ...how, allowPrivate }),
      post: (text, key) => postInAll(parts.choose(rooms), text, key),
      tellOwners: (text) => parts.tellOwners(text),
      log: (text, error) => parts.print(`bot: ${text}`, error),
    });
    this.#feeds.set(source.name, feed);
    feed.start();
  }
}

/** Posts a text once in each room. Rejects with the first failure when all rooms have been tried. */
async function postInAll(rooms: readonly Room[], text: string, key: string): Promise<void> {
  const post = (room: Room): Promise<unknown> =>
    sendDistinct(text, (said, suffix) =>
      room.sendMessage(said, { key: `${key} ${room.id}${suffix}`, priority: "low" }),
    );
  const outcomes = await Promise.allSettled(rooms.map(post));
  const failed = outcomes.find((outcome) => outcome.status === "rejected");
  if (failed) throw failed.reason;
}
