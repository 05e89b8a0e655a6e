/** Feeds whose process is killed, whose room refuses messages, or whose store fails. */
import { ChatError, ServerError, UsageError } from "chatexchange-ts";
import { describe, expect, test } from "vitest";
import { Feed, type FeedOptions } from "../src/bot/feeds/index.js";
import type { Store } from "../src/bot/store/index.js";
import { type Corner, corner, nextPoll, rss, titles } from "./feed-corner.js";
import { meanwhile } from "./support.js";

/**
 * The store and the room of a process that is killed at its n-th tick: before a step, or after the step was done and
 * before the process heard of it. Posting is idempotent by key, as the client's is.
 */
function mortal({ store, posted }: Corner, dies: number): Partial<FeedOptions> & { readonly isDead: () => boolean } {
  let ticks = 0;
  const tick = async (): Promise<void> => {
    ticks += 1;
    if (ticks === dies) await new Promise<never>(() => {});
  };
  const step = async <T>(work: () => Promise<T>): Promise<T> => {
    await tick();
    const result = await work();
    await tick();
    return result;
  };
  return {
    isDead: () => ticks >= dies,
    store: { get: (key) => step(() => store.get(key)), set: (key, value) => step(() => store.set(key, value)) },
    post: (text, key) =>
      step(async () => {
        if (!posted.some((one) => one.key === key)) posted.push({ text, key });
      }),
  };
}

describe("after a kill", () => {
  test.each(Array.from({ length: 17 }, (_, index) => index + 1))(
    "at tick %i, every item is posted once and in order, even one that has left the feed",
    async (dies) => {
      const place = await corner();
      place.answer = () => ({ body: rss([0]) });
      await (await place.started()).stop();
      place.answer = () => ({ body: rss([3, 2, 1, 0]) });
      const { isDead, ...world } = mortal(place, dies);
      const victim = new Feed(place.options(world));
      victim.start();
      await meanwhile(() => victim.status.nextPollAt !== null || isDead());
      expect(isDead()).toBe(dies < 17);
      const { seen } = (await place.store.get("feed/news")) as { readonly seen: readonly string[] };
      place.answer = () => ({ body: rss(seen.length > 1 ? [4] : [4, 3, 2, 1, 0]) });
      const { isDead: _, ...next } = mortal(place, Number.POSITIVE_INFINITY);
      await place.started(next);
      expect(titles(place)).toEqual(["1", "2", "3", "4"]);
    },
  );
});

describe("posting that fails", () => {
  test("is tried again with the same key and text, before the feed is read again", async () => {
    const place = await corner();
    let isFrozen = true;
    const tried: string[] = [];
    const post = async (text: string, key: string): Promise<void> => {
      tried.push(key);
      if (isFrozen) throw new ServerError({});
      place.posted.push({ text, key });
    };
    const feed = await place.started({ post });
    place.answer = () => ({ body: rss([2, 1]) });
    await nextPoll(place, feed);
    await nextPoll(place, feed);
    expect(place.requests).toHaveLength(2);
    expect(feed.status).toMatchObject({ state: "failing", owed: 2 });
    isFrozen = false;
    await nextPoll(place, feed);
    expect(titles(place)).toEqual(["1", "2"]);
    expect(new Set(tried.slice(0, 3)).size).toBe(1);
  });

  test("for good leaves the item out and goes on", async () => {
    const place = await corner();
    const feed = await place.started({
      post: async (text, key) => {
        if (text.includes("Item 1")) throw new UsageError("not like this");
        place.posted.push({ text, key });
      },
    });
    place.answer = () => ({ body: rss([2, 1]) });
    await nextPoll(place, feed);
    expect(titles(place)).toEqual(["2"]);
    expect(place.logged).toEqual(["feed news: an item cannot be posted and is left out"]);
  });

  test("because the store is full posts nothing, and nothing twice when the store works again", async () => {
    const place = await corner();
    let isFull = false;
    const store = {
      get: (key: string) => place.store.get(key),
      set: async (key: string, value: Parameters<Store["set"]>[1]) => {
        if (isFull) throw new ChatError("STORAGE", "the disk is full");
        await place.store.set(key, value);
      },
    };
    const feed = await place.started({
      store,
      post: async (text, key) => {
        place.posted.push({ text, key });
        isFull = true;
      },
    });
    isFull = true;
    place.answer = () => ({ body: rss([2, 1]) });
    await nextPoll(place, feed);
    expect(place.posted).toEqual([]);
    isFull = false;
    await nextPoll(place, feed);
    isFull = false;
    await nextPoll(place, feed);
    expect(titles(place)).toEqual(["1", "2"]);
  });

  test("because the record is damaged counts all items as seen, and says so", async () => {
    const place = await corner();
    await place.store.set("feed/news", { seen: "everything" });
    place.answer = () => ({ body: rss([1]) });
    const feed = await place.started();
    place.answer = () => ({ body: rss([2, 1]) });
    await nextPoll(place, feed);
    expect(titles(place)).toEqual(["2"]);
    expect(place.logged).toEqual([expect.stringContaining("damaged")]);
  });

  test("because the record cannot be read forgets nothing", async () => {
    const place = await corner();
    place.answer = () => ({ body: rss([1]) });
    await (await place.started()).stop();
    let isDown = true;
    const get = async (key: string): ReturnType<Store["get"]> => {
      if (isDown) throw new ChatError("STORAGE", "the disk is gone");
      return place.store.get(key);
    };
    const feed = await place.started({ store: { get, set: (key, value) => place.store.set(key, value) } });
    for (let poll = 0; poll < 3; poll++) await nextPoll(place, feed);
    expect(place.told).toEqual([expect.stringContaining("the disk is gone")]);
    isDown = false;
    place.answer = () => ({ body: rss([2, 1]) });
    await nextPoll(place, feed);
    expect(titles(place)).toEqual(["2"]);
    expect(place.told.slice(1)).toEqual(["The feed news works again."]);
  });
});
