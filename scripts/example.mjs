// Runs an example: `npm run example hello-world`. Lists the examples without a name. Only compiles with `--build`.
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { EXAMPLES, isCurrent, writeStamp } from "./package/stamp.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const [name] = process.argv.slice(2);
const names = readdirSync(`${ROOT}examples`)
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.slice(0, -3));

if (name !== "--build" && !names.includes(name)) {
  console.log(`usage: npm run example NAME\n\n${names.map((known) => `  ${known}`).join("\n")}`);
  process.exit(name ? 2 : 0);
}
execFileSync(process.execPath, [`${ROOT}scripts/build.mjs`], { stdio: "inherit" });
if (!isCurrent(ROOT, EXAMPLES)) {
  const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
  execFileSync(process.execPath, [tsc, "-p", `${ROOT}examples/tsconfig.json`], { stdio: "inherit" });
  writeStamp(ROOT, EXAMPLES);
}
if (name !== "--build") {
  process.exit(spawnSync(process.execPath, [`${ROOT}build/examples/${name}.js`], { stdio: "inherit" }).status ?? 1);
}
