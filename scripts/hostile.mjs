// Feeds hostile input to the client, its files, its hooks and its parsers, and counts the outcomes: `npm run hostile`,
// `npm run hostile -- --seed 42`, `npm run hostile -- --only redirects,frames --most 100`, and to repeat one case:
// `npm run hostile -- --seed 42 --only answers --find "post: 204, empty"`.
import { parseArgs } from "node:util";
import { LEFT_OUT } from "./hostile/places.mjs";
import { runReaders } from "./hostile/readers.mjs";
import { runKind } from "./hostile/run.mjs";

/** The kinds, with the default number of cases per run; small tables are run in full. */
const KINDS = {
  redirects: 1_500,
  answers: 2_500,
  frames: 1_500,
  files: 1_000,
  "cli-files": 60,
  hooks: 1_500,
  readers: 30_000,
};
const COLUMNS = ["tried", "value", "error", "crash", "hang", "leak"];
const USAGE = `usage: npm run hostile -- [--seed N] [--only ${Object.keys(KINDS).join(",")}] [--most CASES-OF-A-KIND] [--find NAME] [--json]`;
/** The most failures printed per kind. */
const SHOWN = 40;

const options = readOptions();
const tallies = [];
for (const kind of options.kinds) {
  const started = performance.now();
  const { seed, find, most = KINDS[kind] } = options;
  const tally = kind === "readers" ? await runReaders({ seed, most }) : await runKind(kind, { seed, most, find });
  tallies.push(tally);
  if (!options.json) say(tally, performance.now() - started);
}
const total = Object.fromEntries(COLUMNS.map((key) => [key, tallies.reduce((sum, tally) => sum + tally[key], 0)]));
if (options.json) console.log(JSON.stringify(tallies));
else
  console.log(`\nseed ${options.seed}; left out: ${LEFT_OUT}\n\n${table([...tallies, { kind: "total", ...total }])}`);
const isGood = total.crash + total.hang + total.leak === 0 && tallies.every(({ tried }) => tried > 0);
process.exitCode = isGood ? 0 : 1;

function readOptions() {
  try {
    const text = { type: "string" };
    const names = { seed: text, only: text, most: text, find: text, json: { type: "boolean" } };
    const { values } = parseArgs({ options: names });
    const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
    const most = values.most === undefined ? undefined : Number(values.most);
    const kinds = values.only?.split(",") ?? Object.keys(KINDS);
    const isGood = Number.isSafeInteger(seed) && (most === undefined || (Number.isSafeInteger(most) && most > 0));
    if (!isGood || !kinds.every((kind) => Object.hasOwn(KINDS, kind))) throw new Error(USAGE);
    return { seed, most, kinds, find: values.find, json: values.json === true };
  } catch {
    console.error(USAGE);
    process.exit(2);
  }
}

function say({ kind, tried, bad, codes }, ms) {
  const errors = Object.entries(codes).map(([code, times]) => `${times} ${code}`);
  console.log(
    `${kind}: ${tried} cases in ${Math.round(ms / 1000)} s${errors.length > 0 ? `; ${errors.join(", ")}` : ""}`,
  );
  for (const { name, outcome, detail } of bad.slice(0, SHOWN))
    console.log(`  ${outcome.toUpperCase()} ${name}\n    ${detail.replaceAll("\n", "\n    ")}`);
  if (bad.length > SHOWN) console.log(`  and ${bad.length - SHOWN} more`);
}

function table(rows) {
  const heads = ["kind", "tried", "value", "typed error", "crash", "hang", "leak"];
  const cells = [heads, ...rows.map((row) => [row.kind, ...COLUMNS.map((key) => String(row[key]))])];
  const widths = heads.map((_, n) => Math.max(...cells.map((row) => row[n].length)));
  const line = (row) => row.map((cell, n) => (n === 0 ? cell.padEnd(widths[n]) : cell.padStart(widths[n]))).join(" | ");
  const lines = cells.map((row) => `| ${line(row)} |`);
  const rule = widths.map((width, n) => (n === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`));
  lines.splice(1, 0, `|${rule.join("|")}|`);
  return lines.join("\n");
}
