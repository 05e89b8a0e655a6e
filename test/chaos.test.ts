/** A short run of the chaos suite (`npm run chaos`, docs/reliability.md): nothing lost, doubled or out of order. */
import { Client } from "chatexchange-ts";
import { ChatServer, ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { runKills } from "../scripts/chaos/kills.mjs";
import { runChaos } from "../scripts/chaos/run.mjs";

describe("a bot in every kind of trouble", () => {
  test.each([1, 2, 3])("seed %i", async (seed) => {
    const result = await runChaos({ Client, ChatServer, ManualClock }, { seed, events: 1_500, faults: 40 });
    expect(result.problems).toEqual([]);
    expect(result.totals).toMatchObject({ injected: 40, lost: 0, doubled: 0, "out of order": 0, "gaps wrong": 0 });
    expect(result.totals).toMatchObject({ "sends lost": 0, "sends doubled": 0, "sends out of order": 0 });
    expect(result.totals).toMatchObject({ "sends refused": 0 });
    expect(result.happened).toBeGreaterThanOrEqual(1_500);
    expect(result.sends.sent).toBeGreaterThan(20);
  });
});

test("the suite starts although a request of its start gets no answer", async () => {
  const hangsOnce = async (options: Parameters<typeof ChatServer.start>[0]): Promise<ChatServer> => {
    const server = await ChatServer.start(options);
    for (const { faults } of Object.values(server.sites)) faults.hang("/ws-auth");
    return server;
  };
  const lib = { Client, ManualClock, ChatServer: { start: hangsOnce } };
  const result = await runChaos(lib, { seed: 3, events: 60, faults: 0 });
  expect(result.problems).toEqual([]);
});

test("a bot with keys that is killed at 8 random moments answers every command once", { timeout: 60_000 }, async () => {
  const { commands, ...result } = await runKills({ ChatServer }, { seed: 1, kills: 8 });
  expect(commands).toBeGreaterThan(8);
  expect(result).toMatchObject({ once: commands, unanswered: 0, twice: 0, ended: [] });
});
