// Attacks a local server and measures the cost: `npm run attack`, `npm run attack -- --seed 42 --only answers,costs`,
// `npm run attack -- --most 100` for fewer requests, `--json` for programs. The exit code is 1 if a bound is exceeded.
import { parseArgs } from "node:util";
import { attackAnswers } from "./attack/answers.mjs";
import { attackCosts } from "./attack/costs.mjs";
import { attackMemory } from "./attack/memory.mjs";

const KINDS = { answers: attackAnswers, costs: attackCosts, memory: attackMemory };
const USAGE = `usage: npm run attack -- [--seed N] [--only ${Object.keys(KINDS).join(",")}] [--most REQUESTS] [--rounds N] [--json]`;

const { kinds, json, ...options } = readOptions();
const results = [];
for (const kind of kinds) {
  const started = performance.now();
  const result = await KINDS[kind](options);
  results.push(result);
  if (!json) say(result, performance.now() - started);
}
if (json) console.log(JSON.stringify(results));
else console.log(`\nseed ${options.seed}`);
process.exitCode = results.every(({ bad, tried }) => bad.length === 0 && tried > 0) ? 0 : 1;

function readOptions() {
  try {
    const text = { type: "string" };
    const names = { seed: text, only: text, most: text, rounds: text, json: { type: "boolean" } };
    const { values } = parseArgs({ options: names });
    const count = (value) => (value === undefined ? undefined : Number(value));
    const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
    const [most, rounds] = [count(values.most), count(values.rounds)];
    const given = values.only?.split(",") ?? Object.keys(KINDS);
    const areGood = [seed, most ?? 1, rounds ?? 1].every((number) => Number.isSafeInteger(number) && number >= 0);
    if (!areGood || !given.every((kind) => Object.hasOwn(KINDS, kind))) throw new Error(USAGE);
    return { seed, most, rounds, kinds: given, json: values.json === true };
  } catch {
    console.error(USAGE);
    process.exit(2);
  }
}

function say({ name, tried, bad, rows, statuses }, ms) {
  const answered = statuses
    ? `; ${Object.entries(statuses)
        .map(([status, n]) => `${n} with ${status}`)
        .join(", ")}`
    : "";
  console.log(`\n# ${name}: ${tried} in ${Math.round(ms / 1000)} s${answered}\n`);
  const heads = Object.keys(rows[0]);
  const cells = [heads, ...rows.map((row) => heads.map((head) => String(row[head])))];
  const widths = heads.map((_, n) => Math.max(...cells.map((row) => row[n].length)));
  const line = (row) =>
    `| ${row.map((cell, n) => (n === 0 ? cell.padEnd(widths[n]) : cell.padStart(widths[n]))).join(" | ")} |`;
  const rule = `|${widths.map((width, n) => (n === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  console.log([line(cells[0]), rule, ...cells.slice(1).map(line)].join("\n"));
  for (const sentence of bad) console.log(`  TOO MUCH ${sentence}`);
}
