/** The feeds of a bot, against a small feed server, on a clock that the test turns. */
import { describe, expect, test } from "vitest";
import { Feed, type FeedItem, type FeedOptions } from "../src/bot/feeds/index.js";
import { guardedFetch } from "../src/util/guarded-fetch.js";
import { corner, MINUTE, nextPoll, rested, rss, titles } from "./feed-corner.js";
import { meanwhile } from "./support.js";

const HOUR = 60 * MINUTE;

describe("a feed", () => {
  test("marks the items of the first poll as seen, and posts later ones in order, once", async () => {
    const place = await corner();
    place.answer = () => ({ body: rss([2, 1]) });
    const feed = await place.started();
    expect(place.posted).toEqual([]);
    place.answer = () => ({ body: rss([4, 3, 2, 1]) });
    await nextPoll(place, feed);
    await nextPoll(place, feed);
    expect(titles(place)).toEqual(["3", "4"]);
    expect(place.posted[0]).toEqual({
      text: "**[Item 3](https://site.example/3)**",
      key: expect.stringMatching(/^feed news [\w-]{22}$/),
    });
  });

  test("posts as many of the newest items of the first poll as backlog says", async () => {
    const place = await corner();
    place.answer = () => ({ body: rss([3, 2, 1]) });
    await place.started({ backlog: 2 });
    expect(titles(place)).toEqual(["2", "3"]);
  });

  test("polls on the grid of its first poll, without jitter", async () => {
    const place = await corner();
    const feed = await place.started();
    const waits = [await nextPoll(place, feed), await nextPoll(place, feed), await nextPoll(place, feed)];
    expect(waits).toEqual([5 * MINUTE, 5 * MINUTE, 5 * MINUTE]);
    expect(place.requests).toHaveLength(4);
  });

  test("sends the validators of the last answer, and takes 304 for no news", async () => {
    const place = await corner();
    const headers = { etag: '"1"', "last-modified": "Mon, 01 Jan 2024 00:00:00 GMT" };
    place.answer = () => ({ body: rss([1]), headers });
    const feed = await place.started();
    place.answer = (sent) => ({ status: sent["if-none-match"] === '"1"' ? 304 : 500 });
    await nextPoll(place, feed);
    expect(feed.status).toMatchObject({ state: "working", failures: 0 });
    await feed.stop();
    await place.started();
    expect(place.requests.slice(1)).toMatchObject([
      { "if-none-match": '"1"', "if-modified-since": headers["last-modified"] },
      { "if-none-match": '"1"', "if-modified-since": headers["last-modified"] },
    ]);
  });

  test("with all its ids replaced posts the newest ten, after one line that counts the others", async () => {
    const place = await corner();
    place.answer = () => ({ body: rss([1, 2, 3]) });
    const feed = await place.started();
    place.answer = () => ({ body: rss(Array.from({ length: 50 }, (_, index) => `n${50 - index}`)) });
    await nextPoll(place, feed);
    await nextPoll(place, feed);
    expect(place.posted[0]?.text).toBe("40 earlier items of **[News](https://site.example/)** are not shown.");
    expect(titles(place).slice(1)).toEqual(["n41", "n42", "n43", "n44", "n45", "n46", "n47", "n48", "n49", "n50"]);
  });

  test("remembers 2,000 ids, and always those that are in the feed", async () => {
    const place = await corner();
    place.answer = () => ({ body: rss([0]) });
    const feed = await place.started({ most: 1, format: () => null });
    for (let round = 1; round <= 25; round++) {
      place.answer = () => ({ body: rss([...Array.from({ length: 99 }, (_, index) => `${round}x${index}`), 0]) });
      await nextPoll(place, feed);
    }
    expect(await place.store.get("feed/news")).toMatchObject({ seen: { length: 2_000 } });
    place.answer = () => ({ body: rss([0]) });
    place.posted.length = 0;
    await nextPoll(place, feed);
    expect(place.posted).toEqual([]);
  });

  test("takes the message from format, which may leave an item out or fail", async () => {
    const place = await corner();
    const feed = await place.started({
      format: async ({ title }: FeedItem) => {
        if (title === "Item 2") return null;
        if (title === "Item 3") throw new TypeError("my fault");
        return `New: ${title} for @Everybody ${"x ".repeat(300)}`;
      },
    });
    place.answer = () => ({ body: rss([3, 2, 1]) });
    await nextPoll(place, feed);
    expect(place.posted.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^New: Item 1 for @\u2060Everybody x (?:x )+…$/),
      "**[Item 3](https://site.example/3)**",
    ]);
    expect(place.logged).toEqual(["feed news: format failed; the item is posted without it"]);
  });
});

describe("a broken feed", () => {
  test("backs off up to 6 h, and is reported to the owners once when it breaks and once when it works", async () => {
    const place = await corner();
    place.answer = () => ({ status: 404 });
    const feed = await place.started();
    const waits: number[] = [];
    for (let poll = 0; poll < 9; poll++) waits.push((await nextPoll(place, feed)) / MINUTE);
    expect(waits).toEqual([5, 10, 20, 40, 80, 160, 320, 360, 360]);
    expect(place.told).toEqual([
      expect.stringMatching(
        /^The feed news is broken: there is no feed at this address on feeds\.example:\d+ \(HTTP 404\)\. I go on trying/,
      ),
    ]);
    place.answer = () => ({ body: rss([1]) });
    await nextPoll(place, feed);
    expect(place.told.slice(1)).toEqual(["The feed news works again."]);
    expect(await nextPoll(place, feed)).toBe(5 * MINUTE);
    expect(JSON.stringify([place.told, place.logged, place.posted])).not.toContain("s3cret");
  });

  test("is not announced again after a restart, but its recovery is", async () => {
    const place = await corner();
    place.answer = () => ({ status: 500 });
    const feed = await place.started();
    for (let poll = 0; poll < 3; poll++) await nextPoll(place, feed);
    await feed.stop();
    const next = await place.started();
    for (let poll = 0; poll < 3; poll++) await nextPoll(place, next);
    expect(place.told).toHaveLength(1);
    place.answer = () => ({ body: rss([]) });
    await nextPoll(place, next);
    expect(place.told.slice(1)).toEqual(["The feed news works again."]);
  });

  test.each([
    [429, { "retry-after": "7200" }, 2 * HOUR],
    [503, { "retry-after": "7200" }, 2 * HOUR],
    [503, { "retry-after": "3" }, 5 * MINUTE],
    [429, {}, 5 * MINUTE],
  ])("waits after %i with %j", async (status, headers, wait) => {
    const place = await corner();
    place.answer = () => ({ status, headers });
    const feed = await place.started();
    expect(await nextPoll(place, feed)).toBe(wait);
  });

  test("gone for good ends, and says so once, also over restarts", async () => {
    const place = await corner();
    place.answer = () => ({ body: rss([1]) });
    const feed = await place.started();
    place.answer = () => ({ status: 410 });
    await nextPoll(place, feed);
    expect(feed.status).toMatchObject({ state: "ended", nextPollAt: null });
    await place.started();
    expect(place.told).toEqual(["The feed news is gone for good (HTTP 410); it is not read any more."]);
    expect(place.requests).toHaveLength(3);
  });

  test("at a private address is reported to the owners at once, with the option that allows it", async () => {
    const place = await corner();
    await place.started({ fetch: (url, more) => guardedFetch(url, { ...more, lookup: async () => ["10.0.0.1"] }) });
    expect(place.told).toEqual([
      expect.stringContaining("10.0.0.1, which is private and not public; allowPrivate: true"),
    ]);
    expect(place.requests).toEqual([]);
  });

  test("without an answer is given up after 30 s", async () => {
    const place = await corner();
    const fetch: FeedOptions["fetch"] = (_url, { signal }) =>
      new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    const feed = new Feed(place.options({ fetch }));
    feed.start();
    await meanwhile(() => place.clock.pending === 1);
    await place.clock.advance(30_000);
    await rested(feed);
    expect(feed.status).toMatchObject({ state: "failing", failures: 1 });
    await feed.stop();
  });

  test.each([
    ["10 MB of items", rss(Array.from({ length: 150_000 }, (_, id) => id))],
    ["an entity bomb", `<!DOCTYPE x [<!ENTITY a "${"b".repeat(1_000)}">]>${rss([])}`.replace("<item>", "&a;")],
    ["deep nesting", `<rss>${"<a>".repeat(100_000)}`],
    ["a web page", "<!DOCTYPE html><title>Login</title>"],
  ])("with %s neither crashes nor floods", async (_what, body) => {
    const place = await corner();
    const feed = await place.started();
    place.answer = () => ({ body });
    await nextPoll(place, feed);
    place.answer = () => ({ body: rss([1]) });
    await nextPoll(place, feed);
    expect(titles(place)).toEqual(["1"]);
  });
});

describe("an option", () => {
  test.each([
    [{ url: "ftp://feeds.example/" }, /is not an http or https address/],
    [{ url: "" }, /url must be a non-empty string/],
    [{ everyMs: 9_999 }, /everyMs must be a whole number from 10000/],
    [{ backlog: -1 }, /backlog must be a whole number/],
    [{ most: 0 }, /most must be a whole number/],
    [{ name: "x".repeat(101) }, /at most 100 characters/],
    [{ format: "%s" as never }, /format must be a function/],
    [{ every: 5 } as never, /has no option "every"/],
  ] satisfies [Partial<FeedOptions>, RegExp][])("%j is refused", async (more, message) => {
    const place = await corner();
    expect(() => new Feed(place.options(more))).toThrow(
      expect.objectContaining({ code: "BAD_ARGUMENT", message: expect.stringMatching(message) }),
    );
  });

  test("name is by default host and path, without the query", async () => {
    const { name: _, ...options } = (await corner()).options();
    expect(new Feed(options).status.name).toMatch(/^feeds\.example:\d+\/news\.xml$/);
  });
});
