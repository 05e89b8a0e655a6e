// Does what somebody does who wants a bot: in an empty folder, with the packed package, until the bot answers.
//   npm run new-bot-check                             on the Node at hand
//   npm run new-bot-check -- this node24 bun deno     on these runtimes
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { collect, newcomersEnvironment } from "./newcomer/terminal.mjs";
import { toolCommand } from "./tools/install.mjs";
import { installPacked } from "./tools/packed.mjs";

const MOST_MS = 180_000;

const NODE = {
  scaffold: "npx chatexchange new-bot x",
  install: "npm install --no-audit --no-fund",
  test: "npm test",
  start: "npm start",
};
const COMMAND = "node_modules/chatexchange-ts/dist/cli/main.js";
/** The commands on each runtime. `set` is a set of scripts/tools/install.mjs. */
const RUNTIMES = {
  this: NODE,
  node22: { ...NODE, set: "node22" },
  node24: { ...NODE, set: "node24" },
  node26: { ...NODE, set: "node26" },
  bun: {
    set: "bun",
    scaffold: `bun ${COMMAND} new-bot x`,
    install: "bun install",
    test: "bun --bun run build && bun test dist",
    start: "bun dist/main.js",
  },
  deno: {
    set: "deno",
    scaffold: `deno run -A ${COMMAND} new-bot x`,
    // Deno installs no tarballs.
    install: "npm install --no-audit --no-fund",
    test: "deno task build && deno test -A dist",
    start: "deno run -A dist/main.js",
  },
};

const names = process.argv.length > 2 ? process.argv.slice(2) : ["this"];
const unknown = names.find((name) => !Object.hasOwn(RUNTIMES, name));
if (unknown) {
  console.error(`there is no runtime "${unknown}"; there are ${Object.keys(RUNTIMES).join(", ")}`);
  process.exit(2);
}
for (const name of names) {
  const started = Date.now();
  const { set } = RUNTIMES[name];
  const binary = set ? await toolCommand(set, set.replace(/\d+$/, "")) : process.execPath;
  console.log(`\n# ${name}`);
  try {
    await check(RUNTIMES[name], binary);
    console.log(`# ${name}: the new bot answered, ${Math.round((Date.now() - started) / 1000)} s`);
  } catch (error) {
    console.error(`# ${name}: ${error.message}`);
    process.exitCode = 1;
  }
}

/** Makes a bot, tests it and talks to it. */
async function check({ scaffold, install, test, start }, binary) {
  const { folder, remove } = await installPacked();
  const home = await mkdtemp(join(tmpdir(), "chatexchange-new-bot-"));
  const env = { ...(await newcomersEnvironment(home, binary)), DENO_NO_UPDATE_CHECK: "1" };
  const place = join(folder, "x");
  try {
    await type(scaffold, { cwd: folder, env });
    await type(install, { cwd: place, env });
    await type(test, { cwd: place, env });
    await talk(start, { folder, place, env });
  } finally {
    await remove();
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Runs a command to its end. Resolves to its output, or rejects with it if the command fails. */
async function type(text, { cwd, env }) {
  console.log(`$ ${text}`);
  const child = open(text, { cwd, env });
  const timer = setTimeout(() => process.kill(-child.pid, "SIGKILL"), MOST_MS);
  const { printed } = collect(child);
  const [code] = await once(child, "close");
  clearTimeout(timer);
  if (code !== 0) throw new Error(`exit code ${code} from ${text}\n${printed()}`);
  return printed();
}

function open(text, { cwd, env }) {
  return spawn("bash", ["-euc", text], { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
}

/** Starts the bot, says a command as somebody at its local server, and waits for the answer. */
async function talk(start, { folder, place, env }) {
  console.log(`$ ${start}`);
  const bot = open(start, { cwd: place, env });
  const { printed, more } = collect(bot);
  const closed = once(bot, "close");
  const deadline = delay(MOST_MS, "timeout", { ref: false });
  try {
    while (!printed().includes("Press Ctrl-C")) {
      const isOver = (await Promise.race([more(), closed.then(() => "ended"), deadline])) !== undefined;
      if (isOver) throw new Error(`${start} does not run:\n${printed()}`);
    }
    const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(printed());
    await type(`npx chatexchange send 1 '!!hello' --site ${url} --as Alice`, { cwd: folder, env });
    const look = `npx chatexchange tail 1 --limit 5 --site ${url}`;
    const end = Date.now() + MOST_MS;
    let said = await type(look, { cwd: folder, env });
    while (!said.includes("Hello, Alice!") && Date.now() < end) said = await type(look, { cwd: folder, env });
    if (!said.includes("Hello, Alice!")) throw new Error(`no answer; said was:\n${said}\n${printed()}`);
  } finally {
    if (bot.exitCode === null && bot.signalCode === null) process.kill(-bot.pid, "SIGINT");
    const isLate = await Promise.race([closed.then(() => false), delay(30_000, true, { ref: false })]);
    if (isLate) process.kill(-bot.pid, "SIGKILL");
    if (isLate) console.error(`${start} did not stop within 30 s of Ctrl-C`);
  }
}
