/** Before any test: the package and its examples are compiled, because some tests run them as a user would. */
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");

export default function buildOnce(): void {
  sayLatency();
  const stamp = join(root, "build/examples/.stamp");
  if (
    existsSync(stamp) &&
    existsSync(join(root, "dist/index.js")) &&
    newest("src", "examples", "scripts") < statSync(stamp).mtimeMs
  )
    return;
  execFileSync(process.execPath, [join(root, "scripts/example.mjs"), "--build"], { stdio: "inherit" });
  writeFileSync(stamp, "");
  utimesSync(stamp, new Date(), new Date());
}

function newest(...folders: string[]): number {
  const times = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map(
      (name) => statSync(join(root, folder, name)).mtimeMs,
    ),
  );
  return Math.max(...times);
}

/** Draws the seed of the delays once for all workers, and prints it so that a run can be repeated. */
function sayLatency(): void {
  const { CHATEXCHANGE_TEST_LATENCY: ms, CHATEXCHANGE_TEST_SEED: given } = process.env;
  if (!ms || given) return;
  const seed = String(Math.floor(Math.random() * 1e9));
  process.env.CHATEXCHANGE_TEST_SEED = seed;
  console.log(`servers are ${ms} ms away; repeat these delays with CHATEXCHANGE_TEST_SEED=${seed}`);
}
