/** A small feed server and a bot's feed of it, on a clock that the test turns. */
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { ManualClock } from "chatexchange-ts/testing";
import { onTestFinished } from "vitest";
import { Feed, type FeedOptions } from "../src/bot/feeds/index.js";
import { memoryStore, type Store } from "../src/bot/store/index.js";
import { guardedFetch } from "../src/util/guarded-fetch.js";
import { meanwhile } from "./support.js";

export const MINUTE = 60_000;
interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A feed server, and what a bot posted of its feed. */
export interface Corner {
  readonly clock: ManualClock;
  readonly store: Store;
  /** Sets the next answers. */
  answer: (headers: IncomingHttpHeaders) => Answer;
  /** The headers of all requests. */
  readonly requests: IncomingHttpHeaders[];
  readonly posted: { readonly text: string; readonly key: string }[];
  readonly told: string[];
  readonly logged: string[];
  options(more?: Partial<FeedOptions>): FeedOptions;
  /** Starts a feed and waits for its first poll. */
  started(options?: Partial<FeedOptions>): Promise<Feed>;
}

export async function corner(): Promise<Corner> {
  const server = createServer((request, response) => {
    place.requests.push(request.headers);
    const { status = 200, headers = {}, body = "" } = place.answer(request.headers);
    response.writeHead(status, headers).end(status === 304 ? undefined : body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const feeds: Feed[] = [];
  onTestFinished(async () => void (await Promise.all(feeds.map((feed) => feed.stop()))));
  const lookup = async (): Promise<string[]> => ["127.0.0.1"];
  const place: Corner = {
    clock: new ManualClock(),
    store: memoryStore(),
    answer: () => ({ body: rss([]) }),
    requests: [],
    posted: [],
    told: [],
    logged: [],
    options: (more = {}) => ({
      url: `http://feeds.example:${port}/news.xml?token=s3cret`,
      name: "news",
      everyMs: 5 * MINUTE,
      store: place.store,
      clock: place.clock,
      fetch: (url, limits) => guardedFetch(url, { ...limits, lookup, allowPrivate: ["feeds.example"] }),
      post: async (text, key) => void place.posted.push({ text, key }),
      tellOwners: (text) => void place.told.push(text),
      log: (text) => void place.logged.push(text),
      ...more,
    }),
    async started(more) {
      const feed = new Feed(place.options(more));
      feeds.push(feed);
      feed.start();
      await rested(feed);
      return feed;
    },
  };
  return place;
}

/** Waits until the feed has polled. */
export async function rested(feed: Feed): Promise<void> {
  await meanwhile(() => feed.status.nextPollAt !== null || feed.status.state === "ended");
}

/** Turns the clock to the next poll, and returns how long that took in milliseconds. */
export async function nextPoll({ clock }: Corner, feed: Feed): Promise<number> {
  const wait = (feed.status.nextPollAt ?? Number.NaN) - clock.now();
  await clock.advance(wait);
  await rested(feed);
  return wait;
}

const item = (id: number | string): string =>
  `<item><guid>${id}</guid><title>Item ${id}</title><link>https://site.example/${id}</link></item>`;

/** A feed with these items, the newest first. */
export const rss = (ids: readonly (number | string)[]): string =>
  `<rss version="2.0"><channel><title>News</title><link>https://site.example/</link>${ids.map(item).join("")}</channel></rss>`;

export const titles = ({ posted }: Corner): (string | undefined)[] =>
  posted.map(({ text }) => /Item (\w+)/.exec(text)?.[1] ?? text);
