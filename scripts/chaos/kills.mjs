// Kills a bot with a state file by SIGKILL at random moments and restarts it: every command must be answered exactly once.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Random } from "./random.mjs";

const PROGRAM = fileURLToPath(new URL("./keyed-bot.mjs", import.meta.url));
const ROOMS = [1, 2];
/** The time that the last bot has for unanswered commands, in milliseconds. */
const PATIENCE_MS = 120_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Runs a bot on a small disk that is full `times` times, then kills it and starts another. It is not killed while the disk
 * is full, because keys that could not be written are lost with the process.
 * @param folder - the mount point of the disk
 */
export async function runFullDisk({ ChatServer }, { seed, times, folder }) {
  const begun = performance.now();
  const random = new Random(seed);
  const server = await ChatServer.start({ latencyMs: [0, 12], duplicateWindowMs: 0, random: random.next });
  const run = new Kills(server, folder, random);
  try {
    await run.firstLife();
    await run.fullDisk(times);
    await run.lastLife();
    return { ...run.result(), kills: 2, seconds: (performance.now() - begun) / 1000 };
  } finally {
    await run.end();
    await server.close();
  }
}

/**
 * Kills a bot `kills` times, then lets one run until it has answered all commands.
 * @param lib - `ChatServer` of the built package
 */
export async function runKills({ ChatServer }, { seed, kills }) {
  const begun = performance.now();
  const random = new Random(seed);
  const server = await ChatServer.start({ latencyMs: [0, 12], duplicateWindowMs: 0, random: random.next });
  const folder = await mkdtemp(join(tmpdir(), "keyed-bot-"));
  const run = new Kills(server, folder, random);
  try {
    await run.firstLife();
    for (let count = 1; count < kills; count++) await run.life();
    await run.lastLife();
    return { ...run.result(), kills, seconds: (performance.now() - begun) / 1000 };
  } finally {
    await run.end();
    await server.close();
    await rm(folder, { recursive: true });
  }
}

class Kills {
  #server;
  #site;
  #folder;
  #random;
  #bot;
  #people;
  #commands = [];
  #child = null;
  /** Called when the bot has posted a message. */
  #onAnswer = () => {};
  #ended = [];

  constructor(server, folder, random) {
    this.#server = server;
    this.#site = server.site;
    this.#folder = folder;
    this.#random = random;
    this.#bot = this.#site.addUser({ name: "Bot", email: "bot@example.com", password: "pw" });
    this.#people = ["Alice", "Bruno"].map((name) => this.#site.user(name));
    for (const id of ROOMS) if (id !== 1) this.#site.addRoom({ id, name: `Room ${id}` });
    this.#site.onEvent(({ type, messageId }) => {
      if (type === 1 && this.#site.message(messageId)?.userId === this.#bot.id) this.#onAnswer();
    });
  }

  /** Starts the first bot and waits until it listens; earlier messages do not count. */
  async firstLife() {
    const child = this.#start();
    await this.#listens();
    const exit = once(child, "exit");
    child.kill("SIGKILL");
    await exit;
  }

  /** Runs one bot until it is killed, after a random time or right after it has posted. */
  async life() {
    const random = this.#random;
    const child = this.#start();
    const end = random.chance(0.5)
      ? this.#answers(random.between(1, 4)).then(() => pause(random.next() * 12))
      : pause(random.next() ** 2 * 900);
    const exit = once(child, "exit");
    // Users post whether the bot is running or not.
    const talk = this.#talk(random.between(1, 5));
    const ended = await Promise.race([
      end.then(() => "killed"),
      pause(5_000).then(() => "killed"),
      exit.then(() => "ended"),
    ]);
    if (ended === "ended") this.#ended.push(child.exitCode);
    child.kill("SIGKILL");
    await Promise.all([exit, talk]);
  }

  /** Runs one bot whose disk is full from time to time. */
  async fullDisk(times) {
    const filler = join(this.#folder, "filler");
    while (this.#site.openSockets > 0) await pause(10);
    const child = this.#start();
    // A bot that starts on a full disk reports that and exits.
    await this.#listens();
    for (let count = 0; count < times; count++) {
      await this.#talk(2);
      fill(filler);
      await this.#talk(this.#random.between(1, 4));
      rmSync(filler);
    }
    await this.#talk(2);
    const end = performance.now() + PATIENCE_MS;
    while (performance.now() < end && child.exitCode === null && this.result().unanswered > 0) await pause(50);
    // Failed writes are retried after a while.
    await pause(10_000);
    if (child.exitCode !== null) this.#ended.push(child.exitCode);
    await this.end();
  }

  async lastLife() {
    const child = this.#start();
    const end = performance.now() + PATIENCE_MS;
    while (performance.now() < end && child.exitCode === null && this.result().unanswered > 0) await pause(50);
    // Leave time for a duplicate to arrive.
    await pause(1_000);
    if (child.exitCode !== null) this.#ended.push(child.exitCode);
  }

  async end() {
    if (!this.#child || this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    await exit;
  }

  result() {
    const answers = new Map(this.#commands.map((number) => [number, 0]));
    for (const id of ROOMS) {
      for (const { userId, source } of this.#site.room(id).messages) {
        if (userId !== this.#bot.id) continue;
        const number = Number(/^done (\d+) by /.exec(source)?.[1]);
        answers.set(number, (answers.get(number) ?? 0) + 1);
      }
    }
    const counts = [...answers.values()];
    return {
      commands: this.#commands.length,
      once: counts.filter((count) => count === 1).length,
      unanswered: counts.filter((count) => count === 0).length,
      twice: counts.filter((count) => count > 1).length,
      /** The exit codes of bots that exited by themselves. */
      ended: this.#ended,
    };
  }

  #start() {
    const { email } = this.#bot;
    const args = [PROGRAM, this.#server.url, email, "pw", this.#folder, ...ROOMS.map(String)];
    this.#child = spawn(process.execPath, args, { stdio: ["ignore", "inherit", "inherit"] });
    return this.#child;
  }

  async #listens() {
    const end = performance.now() + PATIENCE_MS;
    while (this.#site.openSockets < ROOMS.length && performance.now() < end) await pause(10);
  }

  /** Resolves when the bot has posted `count` messages. */
  #answers(count) {
    return new Promise((resolve) => {
      let left = count;
      this.#onAnswer = () => {
        left -= 1;
        if (left === 0) resolve();
      };
    });
  }

  async #talk(count) {
    for (let left = count; left > 0; left--) {
      await pause(this.#random.next() * 250);
      const number = this.#commands.length + 1;
      this.#commands.push(number);
      this.#random.pick(this.#people).in(this.#random.pick(ROOMS)).says(`do ${number}`);
    }
  }
}

/** Writes until the disk is full. */
function fill(path) {
  const fd = openSync(path, "w");
  try {
    for (let left = 10_000; left > 0; left--) writeSync(fd, Buffer.alloc(512));
    throw new Error(`${path} is not on a small disk`);
  } catch (error) {
    if (error.code !== "ENOSPC") throw error;
  } finally {
    closeSync(fd);
  }
}

/** Formats the totals in one line. */
export function killsText({ kills, commands, once: answered, unanswered, twice, ended, seconds }) {
  const exits =
    ended.length > 0 ? `, ${ended.length} bots exited by themselves (${[...new Set(ended)].join(", ")})` : "";
  return `${kills} kills: ${commands} commands, ${answered} answered once, ${unanswered} not answered, ${twice} answered more than once${exits}; ${seconds.toFixed(0)} s`;
}
