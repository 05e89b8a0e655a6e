// Sends hostile input to every reader: `npm run fuzz`, `npm run fuzz -- 1000000`, `npm run fuzz -- --seed 42`.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const usage = "usage: npm run fuzz -- [CASES] [--seed N]";
const { values, positionals } = parseArgs({ options: { seed: { type: "string" } }, allowPositionals: true });
const cases = Number(positionals[0] ?? 100_000);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
if (!Number.isSafeInteger(cases) || cases < 1 || !Number.isInteger(seed) || positionals.length > 1) {
  console.error(usage);
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), "chatexchange-fuzz-"));
const report = join(folder, "report.json");
const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const start = Date.now();
console.log(`fuzz: ${cases} cases, seed ${seed}`);

// A group of its own, so that a reader that never ends can be ended with everything around it.
const child = spawn(process.execPath, [vitest, "run", "test/hostile.test.ts"], {
  cwd: fileURLToPath(new URL("..", import.meta.url)),
  env: { ...process.env, FUZZ_CASES: String(cases), FUZZ_SEED: String(seed), FUZZ_REPORT: report },
  stdio: "inherit",
  detached: true,
});
let hung = false;
const deadline = setTimeout(
  () => {
    hung = true;
    process.kill(-child.pid, "SIGKILL");
  },
  300_000 + cases * 30,
);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.kill(-child.pid, "SIGKILL"));

child.on("exit", (code) => {
  clearTimeout(deadline);
  const seconds = Math.round((Date.now() - start) / 1000);
  console.log(`fuzz: ${summary(code)}, seed ${seed}, ${seconds} s`);
  rmSync(folder, { recursive: true, force: true });
  process.exitCode = code === 0 && !hung ? 0 : 1;
});

function summary(code) {
  if (hung) return "HUNG: a reader did not end";
  try {
    const { ran, slowest } = JSON.parse(readFileSync(report, "utf8"));
    return `${code === 0 ? "passed" : "FAILED"}, ${ran} cases run, slowest ${slowest.ms} ms (${slowest.name})`;
  } catch {
    return "FAILED before any case was run";
  }
}
