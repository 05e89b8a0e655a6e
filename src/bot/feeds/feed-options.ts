/** The options of a feed, and the parts that a bot gives it. */
import { type Clock, UsageError } from "../../index.js";
import { fetchableUrl, type GuardedAnswer } from "../../util/guarded-fetch.js";
import { checkClock, checkCount, checkFunction, checkNonEmptyText, checkOptions } from "../../util/options.js";
import type { Store } from "../store/index.js";
import type { FeedItem } from "./feed-item.js";

/** Writes the message of an item; null posts none. Escape what comes from the item. */
export type FeedFormat = (item: FeedItem) => string | null | Promise<string | null>;

/** Options and parts of a feed. */
export interface FeedOptions {
  /** The http or https address of the feed. */
  readonly url: string;
  /** Milliseconds between polls, from 10 s to 7 days. */
  readonly everyMs: number;
  /** The name in messages to owners, keys and the store, of at most 100 characters. @default host and path of the URL */
  readonly name?: string;
  /** Writes the message of an item. @default `**[title](url)** by author` */
  readonly format?: FeedFormat;
  /** How many of the newest items the first poll posts. @default 0 */
  readonly backlog?: number;
  /** How many items one poll posts at most; one line says how many older ones are left out. @default 10 */
  readonly most?: number;
  /** Keeps one record, under `feed/` and the name. */
  readonly store: Pick<Store, "get" | "set">;
  readonly clock: Clock;
  /** Downloads an address: `guardedFetch`, with its options. */
  readonly fetch: (
    url: string,
    options: { readonly signal: AbortSignal; readonly headers: Readonly<Record<string, string>> },
  ) => Promise<GuardedAnswer>;
  /** Posts a message. Must do so once for each key, however often it is called. */
  readonly post: (text: string, key: string) => Promise<unknown>;
  /** Tells the owners of the bot. */
  readonly tellOwners: (text: string) => unknown;
  /** Logs what happens. */
  readonly log: (text: string, error?: unknown) => unknown;
}

/** All options with their values. */
export type ResolvedFeedOptions = Required<Omit<FeedOptions, "format">> & Pick<FeedOptions, "format">;

const FUNCTIONS = ["fetch", "post", "tellOwners", "log"] as const;
const NAMES = ["url", "everyMs", "name", "format", "backlog", "most", "store", "clock", ...FUNCTIONS];
const MIN_EVERY_MS = 10_000;
const MAX_EVERY_MS = 7 * 86_400_000;
/** Chat keys have at most 200 characters; the hash of an item and some words follow. */
const MAX_NAME = 100;
const MAX_MOST = 100;

/** The part of the options that a user of the bot gives. */
export type FeedSource = Pick<FeedOptions, "url" | "everyMs" | "name" | "format" | "backlog" | "most">;

/**
 * Checks the options of a feed.
 * @throws {BAD_ARGUMENT} naming the option and what is wrong with it
 */
export function resolveFeedOptions(options: FeedOptions): ResolvedFeedOptions {
  checkOptions("a feed", options, NAMES);
  for (const name of FUNCTIONS) checkFunction(name, options[name]);
  checkClock("clock", options.clock);
  return { ...options, ...resolveFeedSource(options) };
}

/**
 * Checks what a user of the bot says of a feed, which is known before the bot runs.
 * @throws {BAD_ARGUMENT} naming the option and what is wrong with it
 */
export function resolveFeedSource(
  source: FeedSource,
): Required<Omit<FeedSource, "format">> & Pick<FeedSource, "format"> {
  const { url, everyMs, backlog = 0, most = 10, format } = source;
  checkNonEmptyText("url", url);
  const address = fetchableUrl(url);
  checkCount("everyMs", everyMs, MIN_EVERY_MS, MAX_EVERY_MS);
  checkCount("backlog", backlog, 0, MAX_MOST);
  checkCount("most", most, 1, MAX_MOST);
  if (format !== undefined) checkFunction("format", format);
  // The query may contain a token.
  const { name = `${address.host}${address.pathname}`.slice(0, MAX_NAME) } = source;
  checkNonEmptyText("name", name);
  if (name.length > MAX_NAME) throw new UsageError(`the name of a feed has at most ${MAX_NAME} characters`);
  return { url: address.href, everyMs, name, backlog, most, ...(format === undefined ? {} : { format }) };
}
