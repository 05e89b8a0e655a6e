// Measures candidates in turn, round by round: load on the machine hits all of them, so ratios within a round survive it.
import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The median of some numbers. */
export function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
}

/** The median ratio of two lists of numbers, round by round. */
export function medianRatio(ours, theirs) {
  return median(ours.map((number, round) => number / theirs[round]));
}

/**
 * Runs each candidate once a round; every other round runs in reverse order.
 * @param candidates - functions by name
 * @returns the results of each candidate by its name, one for each round after the warm-up
 */
export async function inTurn(candidates, { rounds, warmup = 0 }) {
  const names = Object.keys(candidates);
  const results = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = -warmup; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const result = await candidates[name]();
      if (round >= 0) results[name].push(result);
    }
  }
  return results;
}

/** How many milliseconds a function takes, until its promise settles. */
export async function timed(run) {
  const begun = performance.now();
  await run();
  return performance.now() - begun;
}

/** The CPU of this process for a function, in milliseconds, until its promise settles: other programs do not count. */
export async function cpuMs(run) {
  const begun = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(begun);
  return (user + system) / 1000;
}

/** Resolves once a condition holds, which is checked each 20 ms. */
export async function until(isTrue) {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** The bytes in use after a full collection; run with `--expose-gc`. */
export async function heapBytes() {
  // Finalizers run between two collections.
  for (let round = 0; round < 3; round++) {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return process.memoryUsage().heapUsed;
}

/** A folder that is gone when the process ends. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), "chatexchange-bench-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Sends a message to a child process, and resolves to its next message. */
export async function ask(child, message) {
  const answer = new Promise((resolve) => child.once("message", resolve));
  child.send(message);
  return answer;
}

/** Starts a program of bench/support in a process of its own; a program that fails ends this process. */
export function start(program, args = [], options = {}) {
  const child = fork(new URL(`./${program}.mjs`, import.meta.url), args.map(String), options);
  child.once("exit", (code) => {
    if (code === 0) return;
    console.error(`${program} ended with ${code}`);
    process.exit(1);
  });
  return child;
}

/** Columns of even width: the first flush left, the others flush right. */
export function columns(rows) {
  const widths = rows[0].map((_, at) => Math.max(...rows.map((row) => String(row[at] ?? "").length)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => (at === 0 ? String(cell).padEnd(widths[at]) : String(cell ?? "").padStart(widths[at])))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** A range of numbers in words. */
export function range(numbers, digits = 0) {
  const shown = (number) => number.toLocaleString("en-US", { maximumFractionDigits: digits });
  return `${shown(Math.min(...numbers))} to ${shown(Math.max(...numbers))}`;
}

/**
 * The figures and details of a row whose rounds measured `rate` and `cpu` of two candidates.
 * @param units - the column titles of the rate and of the CPU time
 */
export function rateAndCpu(results, ours, bare, units) {
  const of = (name, key) => results[name].map((each) => each[key]);
  const figure = (key) => ({
    ours: median(of(ours, key)),
    theirs: median(of(bare, key)),
    ratio: medianRatio(of(ours, key), of(bare, key)),
  });
  const lines = [bare, ours].map((name) => [name, range(of(name, "rate")), range(of(name, "cpu"), 2)]);
  return {
    figures: { rate: figure("rate"), cpu: figure("cpu") },
    details: columns([["over the rounds", ...units], ...lines]),
  };
}
