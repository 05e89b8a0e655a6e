// Tests the package, packed and installed in an empty folder, on every supported runtime, and prints a table.
//   npm run test:runtimes                  the steps on all runtimes, and the whole test suite on Node 24 and 26
//   npm run test:runtimes -- --steps       the steps alone
//   npm run test:runtimes -- node26 bun    these runtimes alone
// Each runtime runs test/runtimes/steps.mjs in a network namespace with loopback only. The kernel's counters then show
// whether anything tried to leave it.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { toolCommand } from "./tools/install.mjs";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("..", import.meta.url));
const PROGRAMS = join(ROOT, "test/runtimes");
const MAX_MS = { steps: 300_000, suite: 2_400_000 };

const NODE_FLAGS = ["--expose-gc"];
const DENO_FLAGS = ["run", "--quiet", "--v8-flags=--expose-gc"];
const DENO_PERMISSIONS = ["--allow-read", "--allow-write", "--allow-env", "--allow-run", "--allow-sys"];
/** `set` is a set of scripts/tools/install.mjs. `isHeld` means that the runtime itself keeps the program on loopback. */
const RUNTIMES = {
  this: { title: `Node ${process.versions.node} (this one)`, flags: NODE_FLAGS },
  node22: { set: "node22", flags: NODE_FLAGS },
  node24: { set: "node24", flags: NODE_FLAGS, hasSuite: true },
  node26: { set: "node26", flags: NODE_FLAGS, hasSuite: true },
  bun: { set: "bun", flags: [] },
  deno: { set: "deno", flags: [...DENO_FLAGS, "-A"], suffix: " -A" },
  "deno-net": {
    set: "deno",
    flags: [...DENO_FLAGS, "--allow-net=127.0.0.1", ...DENO_PERMISSIONS],
    suffix: " --allow-net=127.0.0.1",
    isHeld: true,
  },
};

/** The steps in the order of their program. */
const STEP_NAMES = [...readFileSync(join(PROGRAMS, "steps.mjs"), "utf8").matchAll(/^await step\("([^"]+)"/gm)].map(
  ([, name]) => name,
);
const LOOPBACK_ROW = "nothing left loopback";
const COUNTERPROOF_ROW = "a try to leave is seen";

/** Packs the package, and installs it in an empty folder, as a user would. */
async function installPackage() {
  const folder = mkdtempSync(join(tmpdir(), "chatexchange-runtimes-"));
  const packed = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], { cwd: ROOT });
  const [{ filename }] = JSON.parse(packed.stdout);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "user", private: true, type: "module" }));
  await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", `./${filename}`], { cwd: folder });
  return folder;
}

/** The command prefix for a network namespace with loopback only; undefined if the system does not allow that. */
async function findNamespace() {
  const enter = [
    "unshare",
    "-rn",
    "sh",
    "-c",
    'ip link set lo up || exit 99; "$@"; cat /proc/net/snmp /proc/net/snmp6',
    "sh",
  ];
  try {
    await run(enter[0], [...enter.slice(1), "true"]);
    return enter;
  } catch (error) {
    console.log(
      `SKIPPED: no network namespace here, so no proof by the kernel (${String(error.stderr || error).trim()})`,
    );
    return undefined;
  }
}

/** Runs a program. Resolves to its output lines, its exit code and its stderr. */
async function runProgram([command, ...args], { cwd, env = {}, limitMs, onLine }) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const timer = setTimeout(() => process.kill(-child.pid, "SIGKILL"), limitMs);
  const lines = [];
  let errors = "";
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    onLine?.(line);
  });
  child.stderr.on("data", (data) => {
    errors += data;
  });
  const [code, signal] = await once(child, "close").catch((error) => [String(error)]);
  clearTimeout(timer);
  return { lines, errors, code: signal ? `${signal} after ${limitMs / 1000} s` : code };
}

/** Counts packets without a route and datagrams sent, such as DNS queries. */
function triesToLeave(lines) {
  const counts = new Map();
  for (const [index, line] of lines.entries()) {
    const [, protocol, rest] = /^(Ip|Udp): (\D.*)$/.exec(line) ?? [];
    const values = lines[index + 1]?.split(" ").slice(1) ?? [];
    if (protocol) for (const [at, name] of rest.split(" ").entries()) counts.set(protocol + name, Number(values[at]));
    const [, name, value] = /^((?:Ip6|Udp6)\w+)\s+(\d+)$/.exec(line) ?? [];
    if (name) counts.set(name, Number(value));
  }
  const wanted = ["IpOutNoRoutes", "UdpOutDatagrams", "Ip6OutNoRoutes", "Udp6OutDatagrams"];
  if (!wanted.every((name) => counts.has(name))) throw new Error("the kernel does not count outgoing packets");
  return wanted.reduce((sum, name) => sum + counts.get(name), 0);
}

/** Runs the steps and the counterproof on one runtime. Resolves to the outcomes by step: `ok`, or the failure. */
async function trySteps({ title, command, isHeld }, folder, namespace) {
  const outcomes = new Map();
  const env = {
    CHATEXCHANGE_RUNTIME: JSON.stringify(command),
    CHATEXCHANGE_HOST: "",
    // Deno checks for updates of itself.
    DENO_NO_UPDATE_CHECK: "1",
    // A namespace is more reliable, and works on every runtime.
    ...(namespace || isHeld ? {} : { NODE_OPTIONS: `--import ${join(ROOT, "test/only-loopback.mjs")}` }),
  };
  const report = (line) => {
    const [, result, name, reason] = /^(ok|FAIL) ([^:]+)(?:: (.*))?$/.exec(line) ?? [];
    if (!name || !STEP_NAMES.includes(name)) return;
    outcomes.set(name, result === "ok" ? "ok" : reason);
    console.log(`  ${title}: ${line}`);
  };
  // Each runtime has its own folder below the installed package.
  const cwd = mkdtempSync(join(folder, "run-"));
  cpSync(PROGRAMS, cwd, { recursive: true });
  cpSync(join(folder, "package.json"), join(cwd, "package.json"));
  const inside = (program) => [...(namespace ?? []), ...command, program];
  const { lines, errors, code } = await runProgram(inside("steps.mjs"), {
    cwd,
    env,
    limitMs: MAX_MS.steps,
    onLine: report,
  });
  for (const name of STEP_NAMES) if (!outcomes.has(name)) outcomes.set(name, `not reached (exit code ${code})`);
  if (errors) console.log(errors.trimEnd().replace(/^/gm, "    "));
  if (!namespace) return outcomes.set(LOOPBACK_ROW, isHeld ? "ok" : "skipped").set(COUNTERPROOF_ROW, "skipped");
  const tries = triesToLeave(lines);
  outcomes.set(LOOPBACK_ROW, tries === 0 ? "ok" : `${tries} tries to leave`);
  const counter = await runProgram(inside("abroad.mjs"), { cwd, env, limitMs: MAX_MS.steps });
  const isSeen =
    counter.lines.some((line) => line.startsWith("ok abroad")) && (isHeld || triesToLeave(counter.lines) > 0);
  outcomes.set(COUNTERPROOF_ROW, isSeen ? "ok" : `not seen: ${counter.lines[0]} ${counter.errors}`);
  return outcomes;
}

/** Runs the whole test suite on one Node. */
async function trySuite(command) {
  const args = [command[0], join(ROOT, "node_modules/vitest/vitest.mjs"), "run", "--reporter=dot"];
  const { lines, errors, code } = await runProgram(args, { cwd: ROOT, limitMs: MAX_MS.suite });
  const text = [...lines, errors].join("\n");
  const leak = /^.*(?:DEP0137|closed during garbage collection|Unhandled (?:Errors|Rejection)).*$/m.exec(text)?.[0];
  if (code === 0 && !leak) return "ok";
  console.log(text);
  return leak ?? `exit code ${code}`;
}

const { values: flags, positionals } = parseArgs({ options: { steps: { type: "boolean" } }, allowPositionals: true });
const names = positionals.length > 0 ? positionals : Object.keys(RUNTIMES);
const unknown = names.find((name) => !(name in RUNTIMES));
if (unknown) {
  console.error(`there is no runtime "${unknown}"; there are ${Object.keys(RUNTIMES).join(", ")}`);
  process.exit(2);
}
if (!existsSync(join(ROOT, "dist/index.js"))) await run(process.execPath, [join(ROOT, "scripts/build.mjs")]);
const folder = await installPackage();
const namespace = await findNamespace();
const results = new Map();
try {
  for (const name of names) {
    const { set, flags: own, suffix = "", isHeld, hasSuite } = RUNTIMES[name];
    const binary = set ? await toolCommand(set, set.replace(/\d+$/, "")) : process.execPath;
    const { stdout } = await run(binary, ["--version"]);
    const [version] = /\d+\.\d+\.\d+/.exec(stdout) ?? [];
    const title =
      RUNTIMES[name].title ?? `${set[0].toUpperCase()}${set.slice(1).replace(/\d+$/, "")} ${version}${suffix}`;
    if (!namespace && !isHeld && !title.startsWith("Node")) {
      console.log(`SKIPPED: ${title}, because nothing here could keep it on loopback`);
      results.set(title, new Map());
      continue;
    }
    const command = [binary, ...own];
    const outcomes = await trySteps({ title, command, isHeld }, folder, namespace);
    if (hasSuite && !flags.steps) outcomes.set("whole test suite", await trySuite(command));
    results.set(title, outcomes);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const titles = [...results.keys()];
const rows = [...STEP_NAMES, LOOPBACK_ROW, COUNTERPROOF_ROW, ...(flags.steps ? [] : ["whole test suite"])];
console.log(`\n| | ${titles.join(" | ")} |\n|---|${titles.map(() => "---|").join("")}`);
const failures = [];
let passed = 0;
for (const row of rows) {
  const cells = titles.map((title) => {
    const outcome = results.get(title).get(row) ?? "–";
    if (outcome === "ok") passed += 1;
    if (["ok", "–", "skipped"].includes(outcome)) return outcome;
    failures.push(`${title}, ${row}: ${outcome}`);
    return "FAIL";
  });
  console.log(`| ${row} | ${cells.join(" | ")} |`);
}
if (failures.length > 0) console.log(`\n${failures.join("\n")}`);
console.log(`\n${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length > 0 ? 1 : 0;
