// Looks for tests that fail now and then: runs the near suite many times in a row while something else keeps the
// processors busy, and prints one line for each run.
//   npm run flakes                                    20 runs
//   npm run flakes -- --runs 5 test/stream.test.ts    5 runs of some files
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";

const root = fileURLToPath(new URL("..", import.meta.url));
const USAGE = "usage: npm run flakes -- [--runs N] [--burners N] [FILES]";
/** The end of the output of a run that leaves no report. */
const LAST_CHARACTERS = 2_000;

const { runs, burners, files } = readOptions();
const folder = mkdtempSync(join(tmpdir(), "flakes-"));
const burning = Array.from({ length: burners }, () => new Worker("for (;;);", { eval: true }));
let bad = 0;
try {
  for (let run = 1; run <= runs; run++) {
    const { seconds, passed, failed } = await runSuite(join(folder, `${run}.json`));
    if (failed.length > 0) bad += 1;
    const failures = failed.map((name) => `\n  ${name}`).join("");
    console.log(`run ${run} of ${runs}: ${passed} passed, ${failed.length} failed, ${seconds} s${failures}`);
  }
} finally {
  await Promise.all(burning.map((burner) => burner.terminate()));
  rmSync(folder, { recursive: true, force: true });
}
console.log(bad === 0 ? `no failure in ${runs} runs` : `${bad} of ${runs} runs failed`);
process.exitCode = bad === 0 ? 0 : 1;

async function runSuite(report) {
  const started = performance.now();
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const args = [vitest, "run", "--project", "near", "--reporter", "json", "--outputFile", report, ...files];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
  const [code] = await once(child, "close");
  const seconds = Math.round((performance.now() - started) / 1000);
  const { passed, failed } = read(report);
  // A run can fail without a failed test: a file that does not load, or something left in the temporary folder.
  if (code !== 0 && failed.length === 0) failed.push(output.slice(-LAST_CHARACTERS));
  return { seconds, passed, failed };
}

/** The number of tests that passed, and the names of those that failed. */
function read(report) {
  try {
    const { numPassedTests, testResults } = JSON.parse(readFileSync(report, "utf8"));
    const failed = testResults.flatMap(({ name, assertionResults }) =>
      assertionResults
        .filter(({ status }) => status === "failed")
        .map(({ fullName }) => `${name.slice(root.length)}: ${fullName}`),
    );
    return { passed: numPassedTests, failed };
  } catch {
    return { passed: 0, failed: [] };
  }
}

function readOptions() {
  try {
    const text = { type: "string" };
    const { values, positionals } = parseArgs({ options: { runs: text, burners: text }, allowPositionals: true });
    const [runs, burners] = [Number(values.runs ?? 20), Number(values.burners ?? 1)];
    if (![runs, burners].every((count) => Number.isSafeInteger(count) && count >= 0)) throw new Error(USAGE);
    return { runs, burners, files: positionals };
  } catch {
    console.error(USAGE);
    process.exit(2);
  }
}
