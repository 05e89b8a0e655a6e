/** An hour with two bots and two people in one room: no loop, no lost command, every answer in its place. */
import { expect, onTestFinished, test } from "vitest";
import type { Bot } from "../src/bot/index.js";
import type { ServerUser } from "../src/server/index.js";
import type { Stage } from "../src/testing/index.js";
import { HourOfPeople, longestRallies } from "./bot-hour-people.js";
import { PATIENCE, quietBot, theater } from "./bot-support.js";
import { latency } from "./latency.js";
import { takeRoomPicture } from "./room-picture.js";
import { sizeOf } from "./sizes.js";

const MINUTE = 60_000;
/** Real time passes with each round trip, so a run with latency is shorter. */
const MINUTES = latency().latencyMs === undefined ? sizeOf({ near: 3, release: 60 }) : 3;
const SEED = 20_261_122;
/** Real time for all of it, in milliseconds. */
const LONG = { timeoutMs: 300_000 };
/** The pause that the server requires: it grows, and stays under the pace of the people. */
const throttlePauseMs = (n: number): number => Math.min(400 * n, 1_600);

/** A bot that cheers when the other one is done, and so does the other one. */
async function startBot(
  stage: Stage,
  user: ServerUser,
  prefix: string,
  other: string,
): Promise<ReturnType<typeof quietBot>> {
  const bot = quietBot({ prefix });
  bot.command("count <word>", (c) => c.reply(`${c.args.word} counts`));
  bot.command("cheer <word>", (c) => c.reply(`${c.args.word} is done`));
  bot.command("work <word>", async (c) => {
    await c.progress(`${c.args.word} works…`);
    await c.reply(`${c.args.word} is ready`);
  });
  let count = 0;
  bot.hears(/\bdone\b/, (c) => c.reply(`@${other} well done, ${++count}`));
  const client = stage.client({ email: user.email, password: user.password });
  await stage.until(bot.start([client.getRoom(stage.room.id)]), PATIENCE);
  onTestFinished(() => stage.until(bot.stop(), PATIENCE));
  return bot;
}

/** Breaks something every half minute or so, until a time. */
function troubles(stage: Stage, people: HourOfPeople, until: number): void {
  const { faults } = stage.site;
  const acts = [
    () => faults.dropSockets(),
    () => faults.fail(/\/messages\/new$/, { status: 500, times: people.between(1, 3) }),
    () => faults.fail(/\/messages\/new$/, { status: 503, times: people.between(1, 3) }),
    () => faults.fail(/\/messages\/\d+/, { status: 503 }),
    () => faults.cut(/\/messages\/new$/),
    () => faults.hangUp(/\/messages\/new$/),
    () => {
      faults.fail(/^\/ws-auth/, { status: 503 });
      faults.dropSockets();
    },
    () => {
      faults.holdFrames();
      people.later(5_000, () => faults.holdFrames(false));
    },
  ];
  people.later(people.between(10_000, 50_000), () => {
    if (stage.clock.now() >= until) return;
    people.pick(acts)();
    troubles(stage, people, until);
  });
}

function isIdle(bot: Pick<Bot, "status">): boolean {
  const { running, waiting, sending } = bot.status();
  return running === 0 && waiting === 0 && sending === 0;
}

test(`two bots and two people talk for ${MINUTES} minutes on a bad network: no loop, no lost command`, {
  timeout: 600_000,
}, async () => {
  const stage = await theater({
    people: ["Alice", "Bob"],
    bot: "Tick",
    server: { throttle: true, throttlePauseMs },
  });
  const tock = stage.site.addUser({ name: "Tock" });
  const bots = [await startBot(stage, stage.bot, "!!", "Tock"), await startBot(stage, tock, "//", "Tick")];
  const people = new HourOfPeople(
    stage,
    [
      { user: stage.bot, prefix: "!!" },
      { user: tock, prefix: "//" },
    ],
    SEED,
  );
  onTestFinished(() => people.end());
  const begin = stage.clock.now();
  const end = begin + MINUTES * MINUTE;
  for (const person of Object.values(stage.people)) people.talks(person, end);
  troubles(stage, people, end);
  await stage.until(() => stage.clock.now() >= end, LONG);
  stage.site.faults.clear();
  const calm = end + 3 * MINUTE;
  await stage.until(() => stage.clock.now() >= calm && bots.every(isIdle), LONG);
  const before = stage.room.messages.length;
  const later = stage.clock.now() + MINUTE;
  await stage.until(() => stage.clock.now() >= later, LONG);
  expect(stage.room.messages.length, "nobody says anything more").toBe(before);
  await takeRoomPicture(stage, stage.people.Alice.user);
  expect(people.problems()).toEqual([]);
  // The guard against loops stops a bot at the fortieth reply, and what it has not sent by then is still said.
  const rallies = longestRallies(stage.room.messages);
  expect(Math.max(...rallies), `${rallies}`).toBeLessThanOrEqual(40);
  expect(bots.flatMap(({ printed }) => printed.map(({ line }) => line.replace(/\d+/g, "…")))).toContain(
    "bot: user … in room … answers me like a program; not heard for … s",
  );
  expect(bots.flatMap(({ printed }) => printed.filter(({ error }) => error !== undefined))).toEqual([]);
  expect(stage.failures).toEqual([]);
  for (const bot of bots) expect(bot.status()).toMatchObject({ failed: 0, skipped: 0, isRunning: true });
});
