// Runs an example: `npm run example hello-world`. Without a name, lists them. With `--build`, only compiles.
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const [name] = process.argv.slice(2);
const names = readdirSync(`${root}examples`)
  .filter((file) => file.endsWith(".ts"))
  .map((file) => file.slice(0, -3));

if (name !== "--build" && !names.includes(name)) {
  console.log(`usage: npm run example NAME\n\n${names.map((known) => `  ${known}`).join("\n")}`);
  process.exit(name ? 2 : 0);
}
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
execFileSync(process.execPath, [`${root}scripts/build.mjs`], { stdio: "inherit" });
execFileSync(process.execPath, [tsc, "-p", `${root}examples/tsconfig.json`], { stdio: "inherit" });
if (name !== "--build") {
  process.exit(spawnSync(process.execPath, [`${root}build/examples/${name}.js`], { stdio: "inherit" }).status ?? 1);
}
