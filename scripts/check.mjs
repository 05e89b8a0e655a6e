// `npm run check`: builds once, then runs every script of package.json named `check:…`, as many at a time as there are
// processors.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
/** The scripts of package.json that are named `check:…`, the longest first. */
const CHECKS = Object.entries(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts)
  .filter(([name]) => name.startsWith("check:"))
  .map(([, command]) => command);

const failed = [];
// The tests and examples are checked against the declarations in dist, and the package is packed from there.
await check("node scripts/build.mjs");
if (failed.length === 0) {
  const waiting = [...CHECKS];
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await check(next);
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, lane));
}
if (failed.length > 0) console.error(`\nfailed: ${failed.join(", ")}`);
process.exitCode = failed.length === 0 ? 0 : 1;

/** Runs a command; prints what it says when it is done. */
async function check(command) {
  const started = performance.now();
  const path = `${join(root, "node_modules/.bin")}${delimiter}${process.env.PATH}`;
  const child = spawn(command, { cwd: root, shell: true, env: { ...process.env, PATH: path, FORCE_COLOR: "1" } });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => output.push(data));
  const code = await new Promise((resolve) => child.once("close", resolve));
  const time = Math.round((performance.now() - started) / 1000);
  console.log(`${code === 0 ? "ok" : "FAILED"}  ${command} (${time} s)`);
  process.stdout.write(Buffer.concat(output));
  if (code !== 0) failed.push(command);
}
