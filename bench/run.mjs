// `npm run bench`: measures every row of bench/rows, each in a process of its own, and holds its figures to their bars.
// `npm run bench -- live pages` measures some rows, `--check` exits 1 when a bar is missed, `--write` writes
// docs/performance.md. To add a row, add a file to bench/rows: bench/README.md says what it exports.
import { fork } from "node:child_process";
import { once } from "node:events";
import { loadavg } from "node:os";
import { parseArgs } from "node:util";
import { writePage } from "./support/page.mjs";
import { circumstances, printed } from "./support/report.mjs";
import { loadRow, rowNames } from "./support/rows.mjs";

const names = rowNames();
const { wanted, check, write } = readArguments();
const isOk = await measureAll();
process.exitCode = isOk ? 0 : 1;

function readArguments() {
  const usage = `usage: npm run bench -- [--check] [--write] [${names.join(" | ")}]...`;
  try {
    const options = { check: { type: "boolean" }, write: { type: "boolean" } };
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const unknown = positionals.find((name) => !names.includes(name));
    if (unknown !== undefined) throw new Error(`there is no row "${unknown}"`);
    const wanted = positionals.length > 0 ? names.filter((name) => positionals.includes(name)) : names;
    return { wanted, check: values.check === true, write: values.write === true };
  } catch (error) {
    console.error(`${error.message}\n${usage}`);
    return process.exit(2);
  }
}

async function measureAll() {
  const begun = performance.now();
  const missed = [];
  const failed = [];
  for (const name of wanted) {
    const row = await loadRow(name);
    console.log(`\n# ${name}: ${row.title}`);
    const result = await measure(name);
    if (!result) {
      failed.push(name);
      console.log("  FAILED");
      continue;
    }
    console.log(printed(row, result));
    for (const [key, figure] of Object.entries(row.figures))
      if (!figure.bar.holds(result.figures[key])) missed.push(`${name}: ${figure.what}`);
    if (write) await writePage(name, row, result);
  }
  console.log(`\n${wanted.length} rows in ${Math.round((performance.now() - begun) / 1000)} s`);
  for (const line of missed) console.log(`MISSED ${line}`);
  for (const name of failed) console.log(`FAILED ${name}`);
  return failed.length === 0 && !(check && missed.length > 0);
}

/** Measures one row in a fresh process: what one row leaves in memory or compiles is no other row's. */
async function measure(name) {
  const [loadBefore] = loadavg();
  const child = fork(new URL("./support/measure-row.mjs", import.meta.url), [name], { execArgv: ["--expose-gc"] });
  let result;
  child.on("message", (message) => {
    result = message;
  });
  const [code] = await once(child, "exit");
  return code === 0 && result ? { ...result, ...circumstances(loadBefore) } : undefined;
}
