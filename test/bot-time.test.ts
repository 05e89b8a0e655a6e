/** Schedules, jobs and silence, on the clock of the stage. */
import { describe, expect, test } from "vitest";
import { type Bot, type Missed, memoryStore, type Store } from "../src/bot/index.js";
import type { ClientOptions } from "../src/index.js";
import { ManualClock, type Stage } from "../src/testing/index.js";
import { contentOf, copyOf, PATIENCE, type Play, play, quietBot, theater } from "./bot-support.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A stage on which no frame comes for days, so that nothing is missed while the clock turns. */
const still = (startMs?: number): Promise<Stage<"Alice">> =>
  theater({
    server: { heartbeatMs: 240 * HOUR },
    ...(startMs === undefined ? {} : { clock: new ManualClock(startMs) }),
  });
const PATIENT: ClientOptions = { stream: { idleMs: 240 * HOUR, auditMs: 0 } };

/** Turns the clock, timer by timer, and waits for what each of them sends. */
async function pass(stage: Stage, { client }: Play, ms: number): Promise<void> {
  const { clock } = stage;
  const end = clock.now() + ms;
  const isQuiet = (): boolean => client.outbox.pending.length === 0 && stage.site.faults.underWay === 0;
  while (clock.now() < end) {
    await stage.until(isQuiet, PATIENCE);
    await clock.advance(Math.min(clock.untilNextMs ?? HOUR, end - clock.now()));
  }
  await stage.until(isQuiet, PATIENCE);
}

describe("a schedule", () => {
  test("runs at its times in its time zone, through the changes of summer time", async () => {
    // The clocks of Berlin went forward on 2024-03-31 and back on 2024-10-27.
    const stage = await still(Date.UTC(2024, 2, 30, 12));
    const times: string[] = [];
    const bot = quietBot();
    const note = (): void => void times.push(new Date(stage.clock.now()).toISOString().slice(0, 16));
    bot.schedule("30 9 * * *", { timeZone: "Europe/Berlin" }, note);
    const played = await play(stage, bot, PATIENT);
    await pass(stage, played, 48 * HOUR);
    expect(times).toEqual(["2024-03-31T07:30", "2024-04-01T07:30"]);
    await stage.clock.advance(Date.UTC(2024, 9, 26, 12) - stage.clock.now());
    times.length = 0;
    await pass(stage, played, 48 * HOUR);
    expect(times).toEqual(["2024-10-27T08:30", "2024-10-28T08:30"]);
  });

  test("runs once on the day on which its hour comes twice, and also on the day on which it is left out", async () => {
    const stage = await still(Date.UTC(2024, 2, 30, 12));
    const times: string[] = [];
    const bot = quietBot();
    bot.schedule("30 2 * * *", { timeZone: "Europe/Berlin" }, () => {
      times.push(new Date(stage.clock.now()).toISOString().slice(0, 10));
    });
    const played = await play(stage, bot, PATIENT);
    await pass(stage, played, 48 * HOUR);
    expect(times).toEqual(["2024-03-31", "2024-04-01"]);
    await stage.clock.advance(Date.UTC(2024, 9, 26, 12) - stage.clock.now());
    times.length = 0;
    await pass(stage, played, 48 * HOUR);
    expect(times).toEqual(["2024-10-27", "2024-10-28"]);
  });

  test("runs in each of its rooms, and in no other one", async () => {
    const stage = await still();
    const [second, third] = [stage.site.addRoom({ name: "Second" }), stage.site.addRoom({ name: "Third" })];
    const bot = quietBot({ roles: { news: [second.id] } });
    bot.schedule("0 * * * *", { rooms: "news" }, (c) => c.say("news"));
    bot.schedule("30 * * * *", (c) => c.say("all"));
    const played = await play(stage, bot, {
      ...PATIENT,
      rooms: (client) => [stage.room, second, third].map(({ id }) => client.getRoom(id)),
    });
    await pass(stage, played, HOUR);
    expect([stage.room, second, third].map(({ messages }) => messages.map(({ source }) => source))).toEqual([
      ["all"],
      ["all", "news"],
      ["all"],
    ]);
  });

  test.each([
    ["skip", []],
    ["once", [3]],
    ["all", [1, 2, 3]],
  ] as const)("makes up for missed runs: %s", async (missed: Missed, expected: readonly number[]) => {
    const stage = await still(Date.UTC(2024, 0, 1, 0, 30));
    let store: Store = memoryStore();
    const times: number[] = [];
    const start = async (): Promise<Play> => {
      const bot = quietBot({ store });
      bot.every("1h", { missed }, () => void times.push((stage.clock.now() - Date.UTC(2024, 0, 1)) / HOUR));
      return play(stage, bot, PATIENT);
    };
    const first = await start();
    store = await copyOf(store);
    await first.stop();
    await stage.clock.advance(3 * HOUR);
    const second = await start();
    await second.quiet();
    expect(times.map(Math.ceil).length).toBe(expected.length);
    times.length = 0;
    await pass(stage, second, HOUR);
    expect(times.map(Math.round)).toEqual([4]);
    await second.stop();
    const third = await start();
    await third.quiet();
    expect(times.length).toBe(1);
  });

  test("a schedule that a kill interrupts runs again, and says nothing twice", async () => {
    const stage = await still(Date.UTC(2024, 0, 1, 0, 30));
    let store: Store = memoryStore();
    let stop = true;
    const texts: string[] = [];
    const start = async (): Promise<Play> => {
      const bot = quietBot({ store });
      bot.every("1h", async () => {
        texts.push("begun");
        if (stop) await new Promise(() => {});
        texts.push("done");
      });
      return play(stage, bot, PATIENT);
    };
    const first = await start();
    await stage.clock.advance(HOUR / 2);
    await stage.until(() => texts.length === 1, PATIENCE);
    store = await copyOf(store);
    stop = false;
    await stage.until(first.client.logout({ drain: false }), PATIENCE);
    const second = await start();
    await second.quiet();
    expect(texts).toEqual(["begun", "begun", "done"]);
    const third = await start();
    await third.quiet();
    expect(texts.length).toBe(3);
  });

  test("a schedule that fails is reported and runs again at its next time", async () => {
    const stage = await still();
    const bot = quietBot();
    let runs = 0;
    bot.every("10m", () => {
      runs += 1;
      throw new Error("oops");
    });
    const played = await play(stage, bot, PATIENT);
    await pass(stage, played, HOUR / 2);
    expect(runs).toBe(3);
    expect(bot.printed.length).toBe(3);
    expect(played.said()).toEqual([]);
  });

  test("is refused where it is wrong", () => {
    const bot = quietBot();
    expect(() => bot.schedule("61 * * * *", () => {})).toThrow(/schedule/);
    expect(() => bot.schedule("0 0 30 2 *", () => {})).toThrow(/never/);
    expect(() => bot.schedule("0 0 * * *", { timeZone: "Berlin" }, () => {})).toThrow(/Berlin/);
    expect(() => bot.every("100ms", () => {})).toThrow(/second/);
    expect(() => bot.every("soon" as "1s", () => {})).toThrow(/duration/);
    bot.every("1h", () => {});
    expect(() => bot.every("60m", () => {})).toThrow(/name/);
  });
});

describe("a job", () => {
  test("runs once at its time, with its data, in its room; a canceled one does not", async () => {
    const stage = await still();
    const store = memoryStore();
    const bot = quietBot({ store });
    bot.job("remind", (c, data) => c.say(`remember ${data}`));
    bot.command("remind <in:duration> <what:text...>", async (c) => {
      const at = new Date(stage.clock.now() + c.args.in);
      await bot.at(at, "remind", { room: c.room, data: c.args.what });
      await c.reply("noted");
    });
    const played = await play(stage, bot, PATIENT);
    stage.people.Alice.says("!!remind 2h milk");
    stage.people.Alice.says("!!remind 30d bread");
    await played.quiet();
    const id = await bot.at(stage.clock.now() + HOUR, "remind", { room: played.room, data: "nothing" });
    expect(await bot.cancel(id)).toBe(true);
    expect(await bot.cancel(id)).toBe(false);
    await pass(stage, played, 3 * HOUR);
    expect(played.said().slice(2)).toEqual(["remember milk"]);
    await pass(stage, played, 31 * 24 * HOUR);
    expect(played.said().slice(2)).toEqual(["remember milk", "remember bread"]);
    expect(await contentOf(store, "alarm/")).toEqual({});
  });

  test("in the past runs at once, and an unknown one is refused", async () => {
    const stage = await still();
    const bot = quietBot();
    bot.job("now", (c) => c.say("now"));
    const played = await play(stage, bot, PATIENT);
    await bot.at(0, "now", { room: played.room });
    await stage.until(() => played.said().length === 1, PATIENCE);
    await expect(bot.at(0, "other", { room: played.room })).rejects.toMatchObject({ code: "BAD_ARGUMENT" });
    await expect(bot.at(Number.NaN, "now", { room: played.room })).rejects.toMatchObject({ code: "BAD_ARGUMENT" });
  });
});

test("a silence runs once for each silence, counted from the last word of a person", async () => {
  const stage = await still();
  const bot = quietBot();
  bot.silence("6h", (c) => c.say("quiet here"));
  bot.silence("6h", (c) => c.say("and here"));
  bot.silence("1d", (c) => c.say("so quiet"));
  const played = await play(stage, bot, PATIENT);
  await pass(stage, played, 3 * HOUR);
  stage.people.Alice.says("hi");
  await played.quiet();
  await pass(stage, played, 5 * HOUR);
  expect(played.said()).toEqual([]);
  await pass(stage, played, 2 * HOUR);
  expect(played.said().sort()).toEqual(["and here", "quiet here"]);
  await pass(stage, played, 48 * HOUR);
  expect(played.said().sort()).toEqual(["and here", "quiet here", "so quiet"]);
  stage.people.Alice.says("hi");
  await played.quiet();
  await pass(stage, played, 7 * HOUR);
  expect(played.said().length).toBe(5);
});

test("a bot that stops leaves no timer behind", async () => {
  const stage = await still();
  const bot: Bot = quietBot();
  bot.every("1h", () => {});
  bot.silence("1h", () => {});
  bot.job("later", () => {});
  const played = await play(stage, bot, PATIENT);
  await bot.at(stage.clock.now() + HOUR, "later", { room: played.room });
  await played.stop();
  const left = stage.clock.pending;
  await stage.clock.advance(2 * HOUR);
  expect(stage.clock.pending).toBeLessThanOrEqual(left);
  expect(bot.status()).toMatchObject({ isRunning: false, handled: 0 });
});
