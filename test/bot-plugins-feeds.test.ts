/** Feeds that people add in a room, against a small feed server. */
import { expect, test } from "vitest";
import { followedFeeds, memoryStore } from "../src/bot/index.js";
import { setStage } from "../src/testing/index.js";
import { startBot } from "./bot-plugin-support.js";
import { rss } from "./feed-corner.js";
import { feedServer } from "./feed-server.js";
import { latency } from "./latency.js";

const MINUTE = 60_000;

test("room owners add feeds, which go on after a restart, and remove them", async () => {
  await using stage = await setStage({ server: latency(), people: ["Alice", "Bob"] });
  const { Alice, Bob } = stage.people;
  const server = await feedServer();
  const address = `${server.url}/a-path-that-is-long-enough-to-be-shortened/news.xml?token=s3cret`;
  const [store, plugin] = [memoryStore(), followedFeeds({ allowPrivate: true, most: 1, every: "1m" })];
  const first = await startBot(stage, [plugin], { store, owners: [Alice.id] });
  server.body = rss([1]);
  Bob.says(`!!follow ${address}`);
  expect((await Bob.hears()).text).toBe("You may not do that here.");
  Alice.says("!!follow me");
  expect((await Alice.hears()).text).toBe("I cannot follow that: it has no address.");
  Alice.says(`!!follow ${address}`);
  expect((await Alice.hears()).text).toMatch(/^I follow 127\.0\.0\.1.*news\.xml\.$/);
  await stage.until(() => server.requests > 0);
  server.body = rss([2, 1]);
  await stage.clock.advance(MINUTE);
  await Alice.hears("**[Item 2](https://site.example/2)**");
  Alice.says(`!!follow ${address}`);
  expect((await Alice.hears(/already/)).text).toMatch(/^I follow 127/);
  Alice.says("!!follow https://example.com/");
  expect((await Alice.hears(/already/)).text).toBe("I follow 1 feeds here already.");
  await stage.until(first.stop());

  await startBot(stage, [plugin], { store, owners: [Alice.id] });
  server.body = rss([3, 2, 1]);
  await Alice.hears("**[Item 3](https://site.example/3)**");
  Alice.says("!!feeds");
  const list = await Alice.hears();
  expect(list.text).toMatch(/^1\. 127\.0\.0\.1:\d+\/a-path.*news\.xml \(working\)$/);
  Alice.says("!!unfollow 1");
  await Alice.hears(/^I do not follow/);
  Alice.says("!!feeds");
  expect((await Alice.hears()).text).toBe("I follow no feeds here.");
});

test("an address that is no public feed is refused", async () => {
  await using stage = await setStage({ server: latency() });
  const { Alice } = stage.people;
  await startBot(stage, [followedFeeds()], { owners: [Alice.id] });
  Alice.says("!!follow http://user:secret@example.com/feed");
  expect((await Alice.hears()).text).toMatch(/^I cannot follow that: /);
});
