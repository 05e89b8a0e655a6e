// Makes docs/images/terminal.svg: runs the real commands against a local server, and draws what they print.
//   npm run terminal-picture
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client, MessagePosted } from "../dist/index.js";
import { ChatServer } from "../dist/server/index.js";
import { draw } from "./terminal-picture/svg.mjs";

const COLUMNS = 80;
const PICTURE = fileURLToPath(new URL("../docs/images/terminal.svg", import.meta.url));
const COMMAND = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const PROMPT = "\u001b[32m$\u001b[39m ";
/** The pauses of the picture: after a command is typed, after its output, and between live lines. */
const PAUSES_MS = { typed: 700, done: 1_200, live: 900 };

const lines = [];
let atMs = 300;

function show(text, pauseMs = 0) {
  lines.push({ text, atMs });
  atMs += pauseMs;
}

/** The command with its arguments; its lines one by one, until it ends. */
function start(args, env) {
  const child = spawn(process.execPath, [COMMAND, ...args], { env, stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  let notify = () => {};
  child.stdout.setEncoding("utf8").on("data", (piece) => {
    text += piece;
    notify();
  });
  /** Waits until so much has been printed. */
  const until = async (pattern) => {
    while (!pattern.test(text)) {
      await new Promise((resolve) => {
        notify = resolve;
      });
    }
  };
  return { child, until, printed: () => text };
}

async function runCommand(shown, args, env) {
  show(`${PROMPT}${shown}`, PAUSES_MS.typed);
  const { child, printed } = start(args, env);
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${shown} ended with ${code}`);
  for (const line of printed().trimEnd().split("\n")) show(line);
  atMs += PAUSES_MS.done;
  show("");
}

/** `tail --follow` while people talk, until Ctrl-C. */
async function followRoom(shown, args, env, site) {
  show(`${PROMPT}${shown}`, PAUSES_MS.typed);
  const { child, until, printed } = start(args, env);
  await until(/Somebody should write that bot/);
  const past = printed().trimEnd().split("\n");
  for (const line of past) show(line);
  atMs += PAUSES_MS.done;
  const [alice, bob] = ["Alice", "Bob Baker"].map((name) => site.user(name).in(1));
  alice.says("!hello");
  await until(/Hello, Alice!/);
  const said = bob.says("That was quick. Does it survive a *restart*?");
  await until(/survive/);
  alice.stars(said.id);
  await until(/restart.*★/s);
  const live = printed().trimEnd().split("\n").slice(past.length);
  for (const line of live) show(line, /^\S*\d\d:\d\d/.test(line) ? PAUSES_MS.live : 0);
  child.kill("SIGINT");
  await once(child, "close");
  show("^C", PAUSES_MS.done);
  show("");
}

/** The bot of README.md. */
async function greet(chat) {
  const watch = chat.getRoom(1).watch(async (event) => {
    if (!(event instanceof MessagePosted) || event.textContent !== "!hello") return;
    await event.message.reply(`Hello, ${event.userName}!`);
  });
  await watch.ready;
}

const home = await mkdtemp(join(tmpdir(), "chatexchange-picture-"));
const server = await ChatServer.start({ world: "demo" });
const { site } = server;
const bot = site.user("Demo Bot");
const chat = new Client(site, bot.email, bot.password);
const env = {
  ...process.env,
  TZ: "UTC",
  FORCE_COLOR: "1",
  COLUMNS: String(COLUMNS),
  CHATEXCHANGE_CONFIG_DIR: home,
  CHATEXCHANGE_HOST: site.url,
};
try {
  await greet(chat);
  await followRoom("chatexchange tail 1 --follow --limit 2", ["tail", "1", "--follow", "--limit", "2"], env, site);
  await runCommand("chatexchange search code", ["search", "code"], env);
  await runCommand("chatexchange rooms", ["rooms"], env);
} finally {
  await chat.logout();
  await server.close();
  await rm(home, { recursive: true, force: true });
}
lines.pop();
const description =
  "A terminal: chatexchange follows a room while people and a bot talk, then searches it, then lists the rooms";
await writeFile(PICTURE, draw(lines, { columns: COLUMNS, title: "chatexchange", description }));
console.log(`${PICTURE}: ${lines.length} lines`);
