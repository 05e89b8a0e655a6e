// Sends everything hostile to the client, its files, its hooks and its readers, and counts how it ends:
// `npm run hostile`, `npm run hostile -- --seed 42`, `npm run hostile -- --only redirects,frames --most 100`.
import { parseArgs } from "node:util";
import { runKind } from "./hostile/run.mjs";

const KINDS = ["redirects", "answers", "frames", "files", "hooks"];
const usage = `usage: npm run hostile -- [--seed N] [--only ${KINDS.join(",")}] [--most CASES-OF-A-KIND] [--find NAME] [--json]`;
const options = readOptions();

const tallies = [];
for (const kind of options.kinds) {
  const started = performance.now();
  const tally = await runKind(kind, options);
  tallies.push(tally);
  if (!options.json) say(tally, performance.now() - started);
}
const total = tallies.reduce(
  (sum, tally) => Object.fromEntries(columns().map((key) => [key, (sum[key] ?? 0) + tally[key]])),
  {},
);
if (options.json) console.log(JSON.stringify(tallies));
else console.log(`\nseed ${options.seed}\n\n${table([...tallies, { kind: "total", ...total }])}`);
process.exitCode = total.crash + total.hang + total.leak === 0 && tallies.every(({ tried }) => tried > 0) ? 0 : 1;

function columns() {
  return ["tried", "value", "error", "crash", "hang", "leak"];
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        seed: { type: "string" },
        only: { type: "string" },
        most: { type: "string" },
        find: { type: "string" },
        json: { type: "boolean" },
      },
    });
    const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
    const most = values.most === undefined ? undefined : Number(values.most);
    const kinds = values.only?.split(",") ?? KINDS;
    if (
      !Number.isSafeInteger(seed) ||
      (most !== undefined && !(most >= 1)) ||
      !kinds.every((kind) => KINDS.includes(kind))
    )
      throw new Error(usage);
    return { seed, most, kinds, find: values.find, json: values.json === true };
  } catch {
    console.error(usage);
    process.exit(2);
  }
}

function say({ kind, tried, bad, codes }, ms) {
  console.log(
    `${kind}: ${tried} cases in ${Math.round(ms / 1000)} s; ${Object.entries(codes)
      .map(([code, times]) => `${times} ${code}`)
      .join(", ")}`,
  );
  for (const { name, outcome, detail } of bad.slice(0, 40))
    console.log(`  ${outcome.toUpperCase()} ${name}\n    ${detail.replaceAll("\n", "\n    ")}`);
  if (bad.length > 40) console.log(`  and ${bad.length - 40} more`);
}

function table(rows) {
  const heads = ["kind", "tried", "value", "typed error", "crash", "hang", "leak"];
  const cells = [heads, ...rows.map((row) => [row.kind, ...columns().map((key) => String(row[key]))])];
  const widths = heads.map((_, n) => Math.max(...cells.map((row) => row[n].length)));
  const lines = cells.map(
    (row) => `| ${row.map((cell, n) => (n === 0 ? cell.padEnd(widths[n]) : cell.padStart(widths[n]))).join(" | ")} |`,
  );
  lines.splice(
    1,
    0,
    `|${widths.map((width, n) => `${"-".repeat(width + (n === 0 ? 2 : 1))}${n === 0 ? "" : ":"}`).join("|")}|`,
  );
  return lines.join("\n");
}
