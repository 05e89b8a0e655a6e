// Changes our code in one place at a time and runs the tests: a change that no test notices is a missing test.
//   npm run mutation -- storage                       one layer of scripts/mutation/layers.mjs
//   npm run mutation -- live src/live/sequencer.ts    these files of it alone
//   npm run mutation -- storage --report              prints the last result again
// Stryker is installed into the folder for tools. It works in a copy of the project under build/mutation and keeps its
// results there, so that a second run repeats only what has changed.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { LAYERS } from "./mutation/layers.mjs";
import { installTools } from "./tools/install.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const COPIED = ["src", "test", "docs", "examples", "scripts", "dist", "package.json", "tsconfig.json", "README.md"];
/** These come with Stryker: it and the tests must share one instance of vitest. */
const FROM_TOOLS = ["vitest", "@vitest", "@stryker-mutator"];
const DETECTED = ["Killed", "Timeout"];
const MISSED = ["Survived", "NoCoverage"];

/** A folder that holds the project as it is now, with a node_modules of links. */
function copyProject(folder, modules) {
  rmSync(folder, { recursive: true, force: true });
  for (const path of COPIED.filter((path) => existsSync(join(ROOT, path)))) {
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  }
  mkdirSync(join(folder, "node_modules"));
  const link = (name, from) => symlinkSync(join(from, name), join(folder, "node_modules", name));
  for (const name of readdirSync(join(ROOT, "node_modules"))) {
    if (!FROM_TOOLS.includes(name)) link(name, join(ROOT, "node_modules"));
  }
  for (const name of FROM_TOOLS) link(name, modules);
}

function vitestConfig(tests) {
  return `import { fileURLToPath } from "node:url";
const source = (path) => fileURLToPath(new URL(\`./src/\${path}\`, import.meta.url));
export default {
  resolve: {
    alias: [
      { find: /^chatexchange-ts$/, replacement: source("index.ts") },
      { find: /^chatexchange-ts\\/(bot|server|testing|protocol)$/, replacement: source("$1/index.ts") },
    ],
  },
  test: {
    include: ${JSON.stringify(tests)},
    setupFiles: ["test/only-loopback.mjs", "test/fixed-seed.ts"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
};
`;
}

function strykerConfig(layer, files) {
  const mutate = files.length > 0 ? files : LAYERS[layer].mutate;
  return {
    testRunner: "vitest",
    plugins: ["@stryker-mutator/vitest-runner"],
    vitest: { configFile: "vitest.config.mjs", related: false },
    coverageAnalysis: "perTest",
    mutate: [...mutate, "!src/**/*.test.ts", "!src/**/*.test-support.ts"],
    // Values computed when a module is loaded: each would need every test, in a new process.
    ignoreStatic: true,
    inPlace: true,
    concurrency: 1,
    timeoutMS: 20_000,
    timeoutFactor: 3,
    disableTypeChecks: false,
    allowConsoleColors: false,
    incremental: true,
    incrementalFile: `../${layer}.incremental.json`,
    reporters: ["progress-append-only"],
    tempDirName: "../temporary",
  };
}

async function runLayer(layer, files) {
  const modules = await installTools("stryker");
  const folder = join(ROOT, "build/mutation", layer);
  copyProject(folder, modules);
  writeFileSync(join(folder, "vitest.config.mjs"), vitestConfig(LAYERS[layer].tests));
  writeFileSync(join(folder, "stryker.config.json"), JSON.stringify(strykerConfig(layer, files), null, 2));
  const stryker = join(modules, ".bin/stryker");
  const { status } = spawnSync("nice", ["-n", "15", stryker, "run", "stryker.config.json"], {
    cwd: folder,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error(`Stryker ended with ${status}`);
}

const count = (mutants, statuses) => mutants.filter(({ status }) => statuses.includes(status)).length;

function row(name, mutants) {
  const detected = count(mutants, DETECTED);
  const missed = count(mutants, MISSED);
  const score = detected + missed ? `${((100 * detected) / (detected + missed)).toFixed(1)} %` : "–";
  const cells = [detected, count(mutants, ["Survived"]), count(mutants, ["NoCoverage"]), count(mutants, ["Ignored"])];
  return `| ${name} | ${score} | ${cells.join(" | ")} |`;
}

/** Prints each mutant that no test noticed, and a table of the files. */
function printReport(layer) {
  const { files } = JSON.parse(readFileSync(join(ROOT, "build/mutation", `${layer}.incremental.json`), "utf8"));
  const entries = Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [path, { source, mutants }] of entries) {
    const lines = source.split("\n");
    for (const { status, location, mutatorName, replacement } of mutants) {
      if (!MISSED.includes(status)) continue;
      const { line, column } = location.start;
      console.log(`${path}:${line}:${column} ${status} ${mutatorName}: ${(lines[line - 1] ?? "").trim()}`);
      console.log(`    → ${(replacement ?? "").replaceAll(/\s+/g, " ").slice(0, 120)}`);
    }
  }
  console.log("\n| file | score | noticed | survived | not covered | not tried |\n|---|---|---|---|---|---|");
  for (const [path, { mutants }] of entries) console.log(row(`\`${path}\``, mutants));
  console.log(
    row(
      `**${layer}**`,
      entries.flatMap(([, { mutants }]) => mutants),
    ),
  );
}

const { values: flags, positionals } = parseArgs({ options: { report: { type: "boolean" } }, allowPositionals: true });
const [layer, ...files] = positionals;
if (!layer || !Object.hasOwn(LAYERS, layer)) {
  console.error(`usage: npm run mutation -- LAYER [FILE…]; the layers are ${Object.keys(LAYERS).join(", ")}`);
  process.exit(2);
}
if (!flags.report) await runLayer(layer, files);
printReport(layer);
