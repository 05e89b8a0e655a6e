/** `tail --state` that is killed with -9 at random moments while its reader lives. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import type { Readable } from "node:stream";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { eventually, place } from "./cli-support.js";
import { IS_RELEASE, sizeOf } from "./sizes.js";
import { temporaryFolder } from "./temporary.js";

const KILLS = sizeOf({ near: 2, release: 50 });

interface Line {
  readonly type: string;
  readonly eventId: number | null;
  readonly id: number;
  readonly text: string;
}

/** A run of `tail`, and the lines its reader has got. */
interface Run {
  readonly child: ChildProcess;
  readonly stdout: Readable;
  readonly lines: Line[];
  /** Resolves when all output of the dead process has been read. */
  readonly closed: Promise<unknown>;
}

test(`of ${KILLS} runs killed at random moments no line is lost; the last of a run may come twice, with the same eventId`, {
  timeout: 30_000 + KILLS * 4_000,
}, async () => {
  const { server, at } = await place();
  const alice = server.site.user("Alice").in(1);
  const folder = temporaryFolder();
  const root = resolve(import.meta.dirname, "..");
  const start = (): Run => {
    const tail = at("tail", "1", "-f", "-q", "--json", "--state", join(folder, "tail.state"));
    const program = ["--import", "./test/only-loopback.mjs", "dist/cli/main.js", ...tail];
    const env = { PATH: process.env.PATH ?? "", CHATEXCHANGE_CONFIG_DIR: folder };
    const child = spawn(process.execPath, program, { cwd: root, env, stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const lines: Line[] = [];
    let rest = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      const parts = (rest + text).split("\n");
      rest = parts.pop() ?? "";
      for (const part of parts) lines.push(JSON.parse(part));
    });
    return { child, stdout: child.stdout, lines, closed: once(child, "close") };
  };

  const numbers = fc.sample(fc.nat(1_000_000), { numRuns: 10_000, ...(IS_RELEASE ? { seed: Date.now() } : {}) });
  const random = (below: number): number => (numbers.pop() ?? 0) % below;
  let said = 0;
  const say = (count: number): void => {
    for (let n = 0; n < count; n++) alice.says(`said ${said++}: ${"x".repeat(random(400))}`);
  };
  const runs: Line[][] = [];
  say(3);
  for (let round = 0; round < KILLS; round++) {
    const run = start();
    // The first is killed before it has shown its first event; others while they catch up, or in the middle of a burst.
    const least = round === 0 ? 3 : random(40);
    await eventually(() => run.lines.length >= Math.min(least, 1) && server.site.openSockets >= 1);
    // A reader that is slow, so that the pipe is full.
    const isSlow = round % 3 === 1;
    if (isSlow) run.stdout.pause();
    if (round > 0) say(isSlow ? 600 : 30 + random(60));
    if (!isSlow) await eventually(() => run.lines.length >= Math.min(least, 30));
    for (let turn = random(isSlow ? 400 : 40); turn > 0; turn--) await new Promise((next) => setImmediate(next));
    run.child.kill("SIGKILL");
    run.stdout.resume();
    await run.closed;
    runs.push(run.lines);
    say(5 + random(30)); // more than the 20 that a first run would show, while no tail runs
    await eventually(() => server.site.openSockets === 0);
  }
  const last = start();
  const heard = (): Line[] => [...runs.flat(), ...last.lines];
  const isThere = (text: string): boolean => last.lines.some((line) => line.text.startsWith(text));
  await eventually(() => isThere(`said ${said - 1}:`));
  last.child.kill("SIGINT");
  await last.closed;
  runs.push(last.lines);

  const counts = new Map<number, number>();
  for (const { text } of heard()) {
    const number = Number(/^said (\d+):/.exec(text)?.[1]);
    counts.set(number, (counts.get(number) ?? 0) + 1);
  }
  const lost = Array.from({ length: said }, (_, n) => n).filter((n) => !counts.has(n));
  expect(lost).toEqual([]);
  // Within a run no event is repeated; a run may repeat only the last events of the run before it.
  let before: Line[] = [];
  let repeated = 0;
  for (const lines of runs) {
    const ids = lines.map(({ eventId, id }) => eventId ?? `message ${id}`);
    expect(new Set(ids).size).toBe(ids.length);
    const known = new Set(before.map(({ eventId }) => eventId));
    const again = lines.filter(({ eventId }) => eventId !== null && known.has(eventId));
    expect(again).toEqual(before.slice(before.length - again.length));
    expect(again).toEqual(lines.slice(0, again.length));
    repeated += again.length;
    if (lines.length > 0) before = lines;
  }
  expect(repeated).toBeLessThanOrEqual(KILLS);
});
