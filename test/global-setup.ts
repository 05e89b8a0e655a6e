/** Runs once before all tests and once after them: the build, the seed of the latency, and the folder for temporary files. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** `tmpdir()` of Node reads these, and so do Chromium, npm and Python. */
const TEMPORARY_VARIABLES = ["TMPDIR", "TEMP", "TMP"];
/** The library's folder for locks. A program that a test kills leaves its lock there, for the next process to take over. */
const KEPT = /^chatexchange-locks-\d+$/;
const OWNER = "CHATEXCHANGE_TEST_FOLDER";

/** Vitest calls this for each project; the first call does the work. */
export default function setUp(): (() => void) | undefined {
  if (process.env[OWNER]) return undefined;
  sayLatency();
  build();
  return useOwnTemporaryFolder();
}

/** Compiles the package and its examples: some tests run them as a user would. */
function build(): void {
  const program = resolve(import.meta.dirname, "../scripts/example.mjs");
  execFileSync(process.execPath, [program, "--build"], { stdio: "inherit" });
}

/** Gives the run an empty temporary folder. The returned function fails the run if anything is left there. */
function useOwnTemporaryFolder(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "chatexchange-tests-"));
  // Some tests that run as root switch to another user, who needs access to this folder.
  chmodSync(folder, 0o755);
  const before = Object.fromEntries(TEMPORARY_VARIABLES.map((name) => [name, process.env[name]]));
  for (const name of TEMPORARY_VARIABLES) process.env[name] = folder;
  process.env[OWNER] = folder;
  return () => {
    const left = readdirSync(folder).filter((name) => !KEPT.test(name));
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    for (const [name, value] of Object.entries({ ...before, [OWNER]: undefined })) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    if (left.length === 0) return;
    process.exitCode = 1;
    throw new Error(`the tests left these in the temporary folder: ${left.join(", ")}`);
  };
}

/** Draws the seed of the delays once for all workers, and prints it so that a run can be repeated. */
function sayLatency(): void {
  const { CHATEXCHANGE_TEST_LATENCY: ms, CHATEXCHANGE_TEST_SEED: given } = process.env;
  if (!ms || given) return;
  const seed = String(Math.floor(Math.random() * 1e9));
  process.env.CHATEXCHANGE_TEST_SEED = seed;
  console.log(`servers are ${ms} ms away; repeat these delays with CHATEXCHANGE_TEST_SEED=${seed}`);
}
