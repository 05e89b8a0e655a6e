/** A short run of the chaos suite (`npm run chaos`, docs/reliability.md): nothing lost, doubled or out of order. */
import { Client } from "chatexchange-ts";
import { ChatServer, ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { runKills } from "../scripts/chaos/kills.mjs";
import { runChaos } from "../scripts/chaos/run.mjs";
import { sizeOf } from "./sizes.js";

const EVENTS = sizeOf({ near: 600, release: 1_500 });
const FAULTS = sizeOf({ near: 20, release: 40 });
const KILLS = sizeOf({ near: 3, release: 20 });

describe("a bot in every kind of trouble", () => {
  test.each(sizeOf({ near: [1], release: [1, 2, 3, 4, 5, 6] }))("seed %i", async (seed) => {
    const result = await runChaos({ Client, ChatServer, ManualClock }, { seed, events: EVENTS, faults: FAULTS });
    expect(result.problems).toEqual([]);
    expect(result.totals).toMatchObject({ injected: FAULTS, lost: 0, doubled: 0, "out of order": 0, "gaps wrong": 0 });
    expect(result.totals).toMatchObject({ "sends lost": 0, "sends doubled": 0, "sends out of order": 0 });
    expect(result.totals).toMatchObject({ "sends refused": 0 });
    expect(result.happened).toBeGreaterThanOrEqual(EVENTS);
    expect(result.sends.sent).toBeGreaterThan(20);
  });
});

test("the suite starts although one of its first requests gets no response", async () => {
  const hangsOnce = async (options: Parameters<typeof ChatServer.start>[0]): Promise<ChatServer> => {
    const server = await ChatServer.start(options);
    for (const { faults } of Object.values(server.sites)) faults.hang("/ws-auth");
    return server;
  };
  const lib = { Client, ManualClock, ChatServer: { start: hangsOnce } };
  const result = await runChaos(lib, { seed: 3, events: 60, faults: 0 });
  expect(result.problems).toEqual([]);
});

test(`a bot with keys that is killed at ${KILLS} random moments answers every command once`, {
  timeout: 180_000,
}, async () => {
  const { commands, ...result } = await runKills({ ChatServer }, { seed: 1, kills: KILLS });
  expect(commands).toBeGreaterThan(KILLS);
  expect(result).toMatchObject({ once: commands, unanswered: 0, twice: 0, ended: [] });
});
