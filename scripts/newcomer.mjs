// Does what a guide tells a newcomer, word by word: in an empty home, with the packed package, against the local server.
//   npm run newcomer                            docs/first-bot.md and README.md, on the Node at hand
//   npm run newcomer -- --node 20 --node 24     on these versions of Node
//   npm run newcomer -- --clone                 from a fresh clone of the last commit, `npm ci` included
//   npm run newcomer -- README.md               another guide
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs, promisify } from "node:util";
import { isPrinted, stepsOf } from "./newcomer/guide.mjs";
import { collect, newcomersEnvironment } from "./newcomer/terminal.mjs";
import { toolCommand } from "./tools/install.mjs";
import { ROOT } from "./tools/packed.mjs";

const run = promisify(execFile);
const MOST_MS = 180_000;
/** A clone installs everything and builds, on a busy machine. */
const MOST_CLONE_MS = 1_200_000;
const USUAL_PORT = 8070;

/** Three ports in a row that are free: the usual ones if they are. */
async function findPorts() {
  for (let first = USUAL_PORT; first < 65_000; first += 10) {
    const free = await Promise.all([0, 1, 2].map((offset) => isFree(first + offset)));
    if (free.every(Boolean)) return first;
  }
  throw new Error("no three ports in a row are free");
}

async function isFree(port) {
  const server = createServer().listen(port, "127.0.0.1");
  const listens = await Promise.race([once(server, "listening"), once(server, "error")]).catch((error) => [error]);
  if (listens.length > 0) return false;
  server.close();
  await once(server, "close");
  return true;
}

class Newcomer {
  #env;
  #home;
  #cwd;
  #clone;
  /** Programs that stay, in the order of their start. */
  #terminals = [];
  /** The last commands, with all that they have printed. */
  #last;

  constructor({ home, env, clone }) {
    this.#home = home;
    this.#cwd = home;
    this.#env = env;
    this.#clone = clone;
  }

  async follow(step) {
    if (step.kind === "file") await writeFile(join(this.#cwd, step.name), step.text);
    else if (step.kind === "output") await this.#expect(step.text);
    else if (step.place === "clone") await this.#pack(step.text);
    else if (step.place === "terminal") await this.#open(step.text);
    else if (step.place === "here") await this.#type(step.text);
  }

  /** The commands in the clone. Without a fresh one, this working tree is it: installed and built already. */
  async #pack(text) {
    if (this.#clone) return this.#shell(text, this.#clone);
    const env = { npm_config_ignore_scripts: "true" };
    return this.#shell(text.replace(/^npm ci\n/m, ""), ROOT, env);
  }

  async #type(text) {
    console.log(text.trimEnd().replace(/^/gm, "$ "));
    const printed = await this.#shell(`${text}\npwd >"$HOME/.where"`, this.#cwd);
    this.#cwd = (await readFile(join(this.#home, ".where"), "utf8")).trim();
    this.#last = { text, printed: () => printed };
  }

  async #shell(text, cwd, more = {}) {
    const env = { ...this.#env, ...more };
    const child = spawn("bash", ["-euc", text], { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
    const { printed } = collect(child);
    const timer = setTimeout(() => process.kill(-child.pid, "SIGKILL"), cwd === this.#clone ? MOST_CLONE_MS : MOST_MS);
    const [code] = await once(child, "close");
    clearTimeout(timer);
    if (code !== 0) throw new Error(`exit code ${code} from:\n${text}\n${printed()}`);
    return printed();
  }

  /** Commands whose last one stays until Ctrl-C. */
  async #open(text) {
    console.log(text.trimEnd().replace(/^/gm, "$ "));
    const stdio = ["ignore", "pipe", "pipe"];
    const child = spawn("bash", ["-euc", text], { cwd: this.#cwd, env: this.#env, stdio, detached: true });
    const { printed, more } = collect(child);
    this.#terminals.push({ child, text });
    this.#last = { text, printed, more, child };
  }

  /** Sees that the last commands print this. A bot may need a moment, so the last of them is repeated until then. */
  async #expect(expected) {
    const { text, printed, more, child } = this.#last;
    const end = Date.now() + MOST_MS;
    const deadline = delay(MOST_MS, undefined, { ref: false });
    let seen = printed();
    while (!isPrinted(expected, seen)) {
      const isOver = Date.now() > end || (child && child.exitCode !== null);
      if (isOver) throw new Error(`expected after\n${text}\nthis:\n${expected}\nprinted was:\n${seen}`);
      if (child) await Promise.race([more(), once(child, "close"), deadline]);
      else seen = await this.#shell(text.trimEnd().split("\n").at(-1) ?? "", this.#cwd);
      if (child) seen = printed();
    }
    console.log(expected.trimEnd());
  }

  /** Ctrl-C in every terminal, the last one first. */
  async leave() {
    for (const { child, text } of this.#terminals.splice(0).reverse()) {
      if (child.exitCode !== null) continue;
      process.kill(-child.pid, "SIGINT");
      const [code, signal] = await once(child, "close", { signal: AbortSignal.timeout(MOST_MS) });
      if (code !== 130 && signal !== "SIGINT") throw new Error(`ended with ${signal ?? code}, not with 130:\n${text}`);
    }
  }
}

/** Does what a guide says on one Node; answers how long that took. */
async function follow(guide, node, isFresh) {
  const home = await mkdtemp(join(tmpdir(), "chatexchange-newcomer-"));
  const started = Date.now();
  const port = await findPorts();
  const clone = isFresh ? join(home, "clone") : undefined;
  if (clone) await run("git", ["clone", "--quiet", ROOT, clone]);
  const newcomer = new Newcomer({ home, clone, env: await newcomersEnvironment(home, node) });
  try {
    const markdown = await readFile(join(ROOT, guide), "utf8");
    for (const step of stepsOf(markdown.replaceAll(String(USUAL_PORT), String(port)))) await newcomer.follow(step);
  } finally {
    await newcomer.leave();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
  return Math.round((Date.now() - started) / 1000);
}

const { values, positionals } = parseArgs({
  options: { node: { type: "string", multiple: true }, clone: { type: "boolean" } },
  allowPositionals: true,
});
const [own = ""] = process.versions.node.split(".");
for (const major of values.node ?? [own]) {
  const node = major === own ? process.execPath : await toolCommand(`node${major}`, "node");
  for (const guide of positionals.length > 0 ? positionals : ["docs/first-bot.md", "README.md"]) {
    console.log(`\n# ${guide} on Node ${major}`);
    const seconds = await follow(guide, node, values.clone);
    console.log(`# ${guide} on Node ${major}: a bot answered, ${seconds} s`);
  }
}
