/**
 * Polls a feed and posts its new items: in order, each once, also after kills. An item counts as seen in the same write
 * that keeps its message, and the message is removed when it is posted; so a kill at any moment repeats at most the
 * posting, with the same key and text. Knows no rooms.
 */
import { isChatError, NotFoundError, RefusedError, ServerError, ThrottledError } from "../../index.js";
import { parseRetryAfter } from "../../protocol/retry-after.js";
import { callSafely } from "../../util/call-safely.js";
import { sleep } from "../../util/clock.js";
import type { GuardedAnswer } from "../../util/guarded-fetch.js";
import type { FeedItem, ReadFeed } from "./feed-item.js";
import { type FeedOptions, type ResolvedFeedOptions, resolveFeedOptions } from "./feed-options.js";
import { type FeedRecord, newRecord, type OwedMessage, recordOf, withSeen } from "./feed-record.js";
import { fitMessage, formatItem, formatSkipped } from "./format-item.js";
import { readFeed } from "./read-feed.js";

/** The state of a feed. Times are in milliseconds since the epoch. */
export interface FeedStatus {
  readonly name: string;
  /** `ended`: the server says that the feed is gone for good, or the feed was stopped. */
  readonly state: "working" | "failing" | "ended";
  /** When it was last read; null if never in this process. */
  readonly lastReadAt: number | null;
  /** When it is polled next; null while it is polled, and when it has ended. */
  readonly nextPollAt: number | null;
  /** Failures in a row. */
  readonly failures: number;
  /** Messages that wait to be posted. */
  readonly owed: number;
}

const ACCEPT =
  "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5";
const FETCH_TIMEOUT_MS = 30_000;
const MAX_BACKOFF_MS = 6 * 3_600_000;
/** The number of failures in a row after which the owners are told. */
const TOLD_FAILURES = 3;
/** Failures to post that belong to the message: it would fail again. */
const HOPELESS = ["BAD_ARGUMENT", "TOO_LONG", "EMPTY", "DUPLICATE"] as const;

export class Feed {
  readonly #options: ResolvedFeedOptions;
  readonly #stopping = new AbortController();
  #record: FeedRecord | undefined;
  /** Changes of a record that could not be read so far. */
  #unsaved: Partial<FeedRecord> = {};
  #running: Promise<void> | undefined;
  #hasEnded = false;
  #isPosting = false;
  #failures = 0;
  #lastReadAt: number | null = null;
  #nextPollAt: number | null = null;

  /** @throws {BAD_ARGUMENT} for an invalid option, such as an address that is not http or https */
  constructor(options: FeedOptions) {
    this.#options = resolveFeedOptions(options);
  }

  /** The state of the feed. */
  get status(): FeedStatus {
    return {
      name: this.#options.name,
      state: this.#hasEnded ? "ended" : this.#failures > 0 ? "failing" : "working",
      lastReadAt: this.#lastReadAt,
      nextPollAt: this.#nextPollAt,
      failures: this.#failures,
      owed: this.#record?.owed.length ?? 0,
    };
  }

  /** Polls now, and then at its interval. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Stops polling. Resolves when a message that is being posted is posted and noted. Never rejects. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    this.#hasEnded = true;
  }

  async #run(): Promise<void> {
    const { clock, everyMs } = this.#options;
    const { signal } = this.#stopping;
    for (let due = clock.now(); !this.#hasEnded && !signal.aborted; due = this.#nextPollAt ?? due) {
      this.#nextPollAt = null;
      const failedFor = await this.#poll();
      if (this.#hasEnded || signal.aborted) return;
      const now = clock.now();
      // On the grid of the first poll; polls that a slow one has overtaken are left out.
      const missed = Math.max(0, Math.floor((now - due) / everyMs));
      this.#nextPollAt = failedFor === null ? due + (missed + 1) * everyMs : now + failedFor;
      await sleep(clock, this.#nextPollAt - now, signal).catch(() => {});
    }
  }

  /** Polls once. Null after a success, else the milliseconds until the next try. Never rejects. */
  async #poll(): Promise<number | null> {
    try {
      const record = this.#record ?? (await this.#load());
      this.#record = record;
      await this.#postOwed();
      const answer = await this.#fetch(record);
      if (answer.status === 410) return await this.#end();
      if (answer.status !== 304) await this.#takeIn(answer);
      this.#lastReadAt = this.#options.clock.now();
      await this.#postOwed();
      await this.#recover();
      return null;
    } catch (error) {
      return this.#stopping.signal.aborted ? null : this.#fail(error);
    }
  }

  get #key(): string {
    return `feed/${this.#options.name}`;
  }

  async #load(): Promise<FeedRecord> {
    const { store, url, log, name } = this.#options;
    const value = await store.get(this.#key);
    const record = value === undefined ? undefined : recordOf(value, url);
    if (value !== undefined && !record)
      callSafely(log, () => {}, `feed ${name}: its record in the store is damaged; all its items count as seen`);
    return { ...(record ?? newRecord(url)), ...this.#unsaved };
  }

  /** Changes the record in the store, then here: what cannot be kept has not happened. */
  async #save(changes: Partial<FeedRecord>): Promise<void> {
    const record = { ...(this.#record ?? (await this.#load())), ...changes };
    await this.#options.store.set(this.#key, record);
    this.#record = record;
  }

  /** @throws for every status but success, 304 and 410 */
  async #fetch({ etag, lastModified }: FeedRecord): Promise<GuardedAnswer> {
    const { clock, fetch, url } = this.#options;
    const deadline = new AbortController();
    const timer = clock.setTimeout(
      () => deadline.abort(new DOMException("no answer in time", "TimeoutError")),
      FETCH_TIMEOUT_MS,
    );
    const headers = {
      "user-agent": "chatexchange-ts feed reader",
      accept: ACCEPT,
      ...(etag === null ? {} : { "if-none-match": etag }),
      ...(lastModified === null ? {} : { "if-modified-since": lastModified }),
    };
    try {
      const signal = AbortSignal.any([this.#stopping.signal, deadline.signal]);
      const answer = await fetch(url, { signal, headers });
      const { status } = answer;
      if ((status >= 200 && status < 300) || status === 304 || status === 410) return answer;
      throw statusFailure(answer);
    } finally {
      timer.cancel();
    }
  }

  /** Keeps the messages of new items and marks the items as seen, in one write. */
  async #takeIn({ body, headers, url }: GuardedAnswer): Promise<void> {
    const { backlog, most } = this.#options;
    const feed = readFeed({ body, contentType: String(headers["content-type"] ?? ""), url });
    const seen = this.#record?.seen ?? null;
    const validators = { etag: headerOf(headers.etag), lastModified: headerOf(headers["last-modified"]) };
    const known = new Set(seen);
    const fresh = seen === null ? lastOf(feed.items, backlog) : feed.items.filter(({ id }) => !known.has(id));
    if (seen !== null && fresh.length === 0) {
      // Worth no write: a restart asks without validators, once.
      if (this.#record) this.#record = { ...this.#record, ...validators };
      return;
    }
    const posted = lastOf(fresh, most);
    const owed = await this.#messages(feed, posted, fresh.slice(0, fresh.length - posted.length));
    const ids = feed.items.map(({ id }) => id);
    await this.#save({ ...validators, seen: withSeen(seen, ids), owed: [...(this.#record?.owed ?? []), ...owed] });
  }

  async #messages(
    feed: ReadFeed,
    posted: readonly FeedItem[],
    skipped: readonly FeedItem[],
  ): Promise<readonly OwedMessage[]> {
    const { name } = this.#options;
    const messages: OwedMessage[] = [];
    const last = skipped.at(-1);
    if (last) messages.push({ key: `feed ${name} more ${last.id}`, text: formatSkipped(skipped.length, feed, name) });
    for (const item of posted) {
      const text = await this.#format(item);
      if (text !== null) messages.push({ key: `feed ${name} ${item.id}`, text });
    }
    return messages;
  }

  async #format(item: FeedItem): Promise<string | null> {
    const { format, log, name } = this.#options;
    if (!format) return formatItem(item);
    try {
      const text: unknown = await format(item);
      if (text === null || text === "") return null;
      if (typeof text === "string") return fitMessage(text) || null;
      callSafely(log, () => {}, `feed ${name}: format must return a string or null; the item is posted without it`);
    } catch (error) {
      callSafely(log, () => {}, `feed ${name}: format failed; the item is posted without it`, error);
    }
    return formatItem(item);
  }

  /** Posts the messages that are kept, in order, and removes each when it is posted. */
  async #postOwed(): Promise<void> {
    const { post, log, name } = this.#options;
    while (!this.#stopping.signal.aborted) {
      const [next, ...others] = this.#record?.owed ?? [];
      if (!next) return;
      this.#isPosting = true;
      try {
        await post(next.text, next.key);
      } catch (error) {
        if (!isChatError(error, ...HOPELESS)) throw error;
        callSafely(log, () => {}, `feed ${name}: an item cannot be posted and is left out`, error);
      }
      this.#isPosting = false;
      await this.#removeOwed(others);
    }
  }

  /** A store that fails now does not make this process post it again; the key keeps the next one from doing so. */
  async #removeOwed(owed: readonly OwedMessage[]): Promise<void> {
    const { log, name } = this.#options;
    try {
      await this.#save({ owed });
    } catch (error) {
      if (this.#record) this.#record = { ...this.#record, owed };
      callSafely(log, () => {}, `feed ${name}: the store failed`, error);
    }
  }

  /** The server says that the feed is gone for good. */
  async #end(): Promise<null> {
    const { name } = this.#options;
    this.#hasEnded = true;
    const wasGone = this.#record?.isGone === true;
    await this.#note({ isGone: true });
    if (!wasGone) this.#tell(`The feed ${name} is gone for good (HTTP 410); it is not read any more.`);
    return null;
  }

  async #recover(): Promise<void> {
    const { name } = this.#options;
    this.#failures = 0;
    if (!this.#record?.isBroken && !this.#record?.isGone) return;
    await this.#note({ isBroken: false, isGone: false });
    this.#tell(`The feed ${name} works again.`);
  }

  /** Returns the milliseconds until the next try. */
  async #fail(error: unknown): Promise<number> {
    const { name, everyMs, log } = this.#options;
    this.#failures += 1;
    const what = this.#isPosting ? `items of the feed ${name} cannot be posted` : `the feed ${name} is broken`;
    this.#isPosting = false;
    callSafely(log, () => {}, `${what} (failure ${this.#failures})`, error);
    const backoffMs = Math.max(everyMs, Math.min(MAX_BACKOFF_MS, everyMs * 2 ** (this.#failures - 1)));
    const waitMs = Math.max(backoffMs, isChatError(error) ? (error.context.retryAfterMs ?? 0) : 0);
    // No later try can change an address that is not allowed.
    const isDue = this.#failures >= TOLD_FAILURES || isChatError(error, "FORBIDDEN");
    if (isDue && (this.#record ?? this.#unsaved).isBroken !== true) {
      await this.#note({ isBroken: true });
      const reason = error instanceof Error ? error.message : String(error);
      this.#tell(`${what[0]?.toUpperCase()}${what.slice(1)}: ${reason}. I go on trying, and say when it works again.`);
    }
    return waitMs;
  }

  /** Remembers what the owners know, at least in this process. */
  async #note(known: Pick<Partial<FeedRecord>, "isBroken" | "isGone">): Promise<void> {
    try {
      await this.#save(known);
    } catch (error) {
      if (this.#record) this.#record = { ...this.#record, ...known };
      else this.#unsaved = known;
      callSafely(this.#options.log, () => {}, `feed ${this.#options.name}: the store failed`, error);
    }
  }

  #tell(text: string): void {
    const { tellOwners, log } = this.#options;
    callSafely(tellOwners, (error) => callSafely(log, () => {}, "the owners could not be told", error), text);
  }
}

function statusFailure({ status, headers, url }: GuardedAnswer): Error {
  const retryAfterMs = parseRetryAfter({ headers });
  const context = { host: new URL(url).host, status, ...(retryAfterMs === null ? {} : { retryAfterMs }) };
  if (status === 429) return new ThrottledError(retryAfterMs, context);
  if (status === 404) return new NotFoundError(context, "there is no feed at this address");
  return status >= 500 ? new ServerError(context) : new RefusedError("the server does not give out the feed", context);
}

function headerOf(value: string | string[] | undefined): string | null {
  return typeof value === "string" && value.length <= 1_000 ? value : null;
}

function lastOf<T>(list: readonly T[], count: number): readonly T[] {
  return count === 0 ? [] : list.slice(-count);
}
