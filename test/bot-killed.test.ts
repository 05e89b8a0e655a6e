/** A bot that is killed with -9 at random moments, under load: edits, questions, several answers, schedules, throttle. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { KilledBotCrowd } from "./bot-killed-crowd.js";
import { bundleProgram } from "./bundle-program.js";
import { sizeOf } from "./sizes.js";
import { startServer } from "./support.js";
import { temporaryFolder } from "./temporary.js";

const KILLS = sizeOf({ near: 5, release: 300 });
/** How much faster the clock of the server and of the bot runs. */
const SPEED = 8;
const ROOMS = [1, 2];
/** Shorter waits than those of the live site, which grow to 20 s. */
const throttlePauseMs = (n: number): number => Math.min(Math.log(Math.max(n, 2)) * 300, 900);
/** How long the last bot may do nothing while commands are open, in milliseconds. */
const PATIENCE_MS = 30_000;

const pause = (ms: number): Promise<void> => new Promise((next) => setTimeout(next, ms));

/** The lines that the store of the program has written: a key, and its value unless it was deleted. */
function storeOf(folder: string): (readonly [key: string, value: Readonly<Record<string, unknown>> | undefined])[] {
  const lines = readFileSync(join(folder, "store.jsonl"), "utf8").split("\n");
  return lines.filter(Boolean).map((line) => {
    const [key, value] = JSON.parse(line);
    return [key, value];
  });
}

test(`of ${KILLS} kills -9 under load and throttle, commands are answered once, edits followed, and schedules run once`, {
  timeout: 90_000 + KILLS * 4_000,
}, async () => {
  const epoch = Date.now();
  const server = await startServer({
    throttle: true,
    throttlePauseMs,
    clock: {
      now: () => epoch + (Date.now() - epoch) * SPEED,
      setTimeout(callback, delayMs, { ref = false } = {}) {
        const timer = setTimeout(callback, Math.min(delayMs / SPEED, 2_147_483_647));
        if (!ref) timer.unref();
        return { cancel: () => clearTimeout(timer) };
      },
    },
  });
  const { site } = server;
  const bot = site.addUser({ name: "Bot", email: "bot@example.com", password: "pw" });
  site.addRoom({ id: 2, name: "Room 2" });
  const folder = temporaryFolder();
  const program = await bundleProgram("killed-bot", temporaryFolder());
  const root = resolve(import.meta.dirname, "..");
  let complaints = "";
  const start = (): ChildProcess => {
    const values = [server.url, bot.email, bot.password, folder, epoch, SPEED, ...ROOMS].map(String);
    const args = ["--import", "./test/only-loopback.mjs", program, ...values];
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "inherit", "pipe"] });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (complaints += text));
    onTestFinished(() => void child.kill("SIGKILL"));
    return child;
  };
  const crowd = new KilledBotCrowd({ site, bot, rooms: ROOMS, speed: SPEED });
  onTestFinished(() => crowd.end());
  const endOf = async (child: ChildProcess): Promise<void> => {
    const exit = once(child, "exit");
    if (child.exitCode !== null) throw new Error(`the bot ended by itself: ${complaints}`);
    child.kill("SIGKILL");
    await exit;
  };

  // Messages from before the first bot has listened are not its business.
  const first = start();
  while (site.openSockets < ROOMS.length) await pause(10);
  await endOf(first);
  for (let life = 0; life < KILLS; life++) {
    const child = start();
    const talk = crowd.talk(1 + crowd.random(3));
    // Right after something that it did, or at any moment.
    if (crowd.random(2) === 0) await Promise.race([crowd.deeds(1 + crowd.random(4)), pause(4_000)]);
    else await pause(crowd.random(1_500));
    await pause(crowd.random(12));
    await endOf(child);
    await talk;
  }
  const last = start();
  const isStuck = (): boolean => performance.now() - crowd.lastDeedAt > PATIENCE_MS;
  while (crowd.problems().length > 0 && !isStuck() && last.exitCode === null) await pause(100);
  // Leave time for something superfluous.
  await pause(1_500);
  expect(crowd.problems(), complaints).toEqual([]);
  last.kill("SIGTERM");
  const [code] = await once(last, "exit");
  expect(complaints).toBe("");
  expect(code).toBe(0);

  // Of each schedule time of which the store knows, both messages were said, once.
  const times = storeOf(folder).flatMap(([key, value]) => (key === "schedule/tick" && value?.open ? [value.open] : []));
  const said = (word: string): number =>
    site.room(1).messages.filter(({ userId, source }) => userId === bot.id && source.startsWith(word)).length;
  expect([said("tick"), said("tack")]).toEqual([new Set(times).size, new Set(times).size]);

  const left = new Map(storeOf(folder));
  expect([...left].filter(([key, value]) => key.startsWith("command/") && value?.isOpen)).toEqual([]);
  // A temporary session file of a killed process is removed with the first session that is stored a minute later.
  const files = readdirSync(folder).filter((name) => !/^\.session\.json\.[\da-f]{12}\.tmp$/.test(name));
  expect(files.sort()).toEqual(["session.json", "state.jsonl", "store.jsonl"]);
});
