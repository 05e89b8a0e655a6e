// What it costs to have the client: the time of its import in a fresh process, in turn with chatexchange@0.6.5, and the
// packages that are installed with it.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "./measure.mjs";

const rounds = Number(process.env.ROUNDS ?? 25);
const root = fileURLToPath(new URL("..", import.meta.url));
const imports = {
  "chatexchange@0.6.5": { name: "chatexchange", home: join(root, "node_modules/chatexchange") },
  "chatexchange-ts": { name: "chatexchange-ts", home: root },
};

function importMs(name) {
  const program = `const start = performance.now(); await import("${name}"); console.log(performance.now() - start)`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], { cwd: root });
  return Number(stdout);
}

/** The folder of a package as the one in `home` finds it; undefined for an optional one that is not there. */
function folderOf(name, home) {
  for (let at = home; ; at = dirname(at)) {
    const folder = join(at, "node_modules", name);
    if (existsSync(join(folder, "package.json"))) return folder;
    if (at === dirname(at)) return undefined;
  }
}

/** The folders of everything that a package needs when it runs. */
function installed(home, found = new Set()) {
  const { dependencies = {} } = JSON.parse(readFileSync(join(home, "package.json"), "utf8"));
  for (const name of Object.keys(dependencies)) {
    const folder = folderOf(name, home);
    if (!folder || found.has(folder)) continue;
    found.add(folder);
    installed(folder, found);
  }
  return found;
}

const times = new Map(Object.keys(imports).map((name) => [name, []]));
for (let round = -2; round < rounds; round++) {
  for (const [label, { name }] of Object.entries(imports)) {
    const ms = importMs(name);
    if (round >= 0) times.get(label).push(ms);
  }
}
const [theirs] = times.values();
for (const [label, { home }] of Object.entries(imports)) {
  const all = times.get(label);
  const ratio = median(all.map((ms, round) => ms / theirs[round]));
  const range = `${Math.min(...all).toFixed(0)} to ${Math.max(...all).toFixed(0)}`;
  const cost = `${median(all).toFixed(1).padStart(7)} ms   ${ratio.toFixed(2)} x   (${range})`;
  console.log(`  ${label.padEnd(20)} ${cost}   ${installed(home).size} packages installed with it`);
}
