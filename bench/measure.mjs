// Runs things in turn, many times, and prints the median of each and its ratio to the first: ratios survive a noisy machine.
import { fork } from "node:child_process";

export function compare(candidates, { rounds = 60, warmup = 15 } = {}) {
  const times = Object.fromEntries(Object.keys(candidates).map((name) => [name, []]));
  for (let round = 0; round < rounds + warmup; round++) {
    for (const [name, run] of Object.entries(candidates)) {
      const start = process.hrtime.bigint();
      run();
      const took = Number(process.hrtime.bigint() - start) / 1e6;
      if (round >= warmup) times[name].push(took);
    }
  }
  const medians = Object.entries(times).map(([name, all]) => [name, all.sort((a, b) => a - b)[all.length >> 1]]);
  const [[, first]] = medians;
  for (const [name, ms] of medians)
    console.log(`  ${name.padEnd(18)} ${ms.toFixed(2).padStart(8)} ms   ${(ms / first).toFixed(2).padStart(6)} x`);
}

/** The middle one of some numbers. */
export function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
}

/** Prints the median rate of each, its range, and the median of its ratios to the first, round by round. */
export function printRates(rates, unit) {
  const [first] = rates.values();
  for (const [name, all] of rates) {
    const ratio = median(all.map((rate, round) => rate / first[round]));
    const round = (rate) => Math.round(rate).toLocaleString("en-US");
    const range = `${round(Math.min(...all))} to ${round(Math.max(...all))}`;
    console.log(`  ${name.padEnd(22)} ${round(median(all)).padStart(9)} ${unit}   ${ratio.toFixed(2)} x   (${range})`);
  }
}

/** A program of bench/support in a process of its own. When that fails, the benchmark does. */
export function start(program, args = []) {
  const child = fork(new URL(`./support/${program}.mjs`, import.meta.url), args.map(String));
  child.once("exit", (code) => {
    if (code === 0) return;
    console.error(`${program} ended with ${code}`);
    process.exit(1);
  });
  return child;
}
