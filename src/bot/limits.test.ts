import { expect, test } from "vitest";
import { systemClock } from "../index.js";
import { Cooldowns } from "./limits.js";
import { memoryStore } from "./store/index.js";

test("cooldowns of many people stay within a bound, in the store too", async () => {
  const store = memoryStore();
  const cooldowns = new Cooldowns(store, systemClock, (error) => expect(error).toBeUndefined());
  const cooldownMs = { perUser: 60_000, perRoom: 0, all: 0 };
  for (let userId = 1; userId <= 10_050; userId++)
    await cooldowns.use("roll", cooldownMs, { host: "a.example", roomId: 1, userId, cause: userId });
  const keys: string[] = [];
  for await (const [key] of store.list("cooldown/")) keys.push(key);
  expect(keys).toHaveLength(10_000);
  expect(keys).not.toContain("cooldown/roll/user/a.example/50");
  expect(keys).toContain("cooldown/roll/user/a.example/51");
});
