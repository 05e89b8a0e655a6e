// The steps that every runtime must pass with the installed package and nothing else. Prints a line for each step.
//   RUNTIME steps.mjs   in a folder with the package; CHATEXCHANGE_RUNTIME has the command of the runtime as a JSON list
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { Client, MessageEdited, MessagePosted } from "chatexchange-ts";
import { Bot } from "chatexchange-ts/bot";
import { htmlToText } from "chatexchange-ts/protocol";
import { ChatServer } from "chatexchange-ts/server";
import { ManualClock, setStage } from "chatexchange-ts/testing";

const cli = "../node_modules/chatexchange-ts/dist/cli/main.js";
const mostMs = 30_000;
/** A PNG. */
const onePixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const runtime = JSON.parse(process.env.CHATEXCHANGE_RUNTIME ?? JSON.stringify([process.execPath]));
/** Warnings of the platform: deprecations, files that the garbage collector closed, too many listeners. */
const warnings = [];
process.on("warning", (warning) => warnings.push(String(warning)));
const children = new Set();
const failures = [];
let failed = 0;

/** Runs a step, and prints its outcome. */
async function step(name, act) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${mostMs / 1000} s`)), mostMs);
  });
  try {
    await Promise.race([act(), late]);
    console.log(`ok ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAIL ${name}: ${String(error?.message ?? error).replaceAll("\n", " ")}`);
    console.error(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Starts a program on this runtime. */
function start(...args) {
  const [command, ...flags] = runtime;
  const env = { ...process.env, NO_COLOR: "1", CHATEXCHANGE_CONFIG_DIR: "config" };
  const child = spawn(command, [...flags, ...args], { env, stdio: ["pipe", "pipe", "pipe"] });
  children.add(child.once("close", () => children.delete(child)));
  return child;
}

/** The output and the exit code of a program. */
async function output(input, ...args) {
  const child = start(...args);
  child.stdin.end(input);
  const [stdout, stderr, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { stdout, stderr, code };
}

/** Waits until a condition holds; each step has its own time limit. */
async function until(condition) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const server = await ChatServer.start({ world: "empty" });
const { site } = server;
const account = site.addUser({ name: "Bot", email: "bot@example.com", password: "s3cret", reputation: 200 });
const alice = site.addUser({ name: "Alice", reputation: 200 }).in(1);
const chat = new Client(site, account.email, account.password, { onError: (error) => failures.push(error) });
const room = chat.getRoom(1);
const events = room.newEvents();
let message;

async function heard(Class, isWanted) {
  for (;;) {
    const { value: event } = await events.next();
    if (event instanceof Class && isWanted(event)) return event;
  }
}

await step("log in", async () => {
  await chat.login(account.email, account.password);
  assert.equal(await (await chat.getMe()).name, "Bot");
});

await step("listen", async () => {
  await events.ready;
  alice.says("hello & **welcome**");
  const { textContent } = await heard(MessagePosted, () => true);
  assert.equal(textContent, "hello & welcome");
});

await step("send", async () => {
  message = await room.sendMessage("hello, world");
  await heard(MessagePosted, ({ message: { id } }) => id === message.id);
  assert.equal(await message.textContent, "hello, world");
  assert.match(await chat.uploadImage(Buffer.from(onePixel, "base64")), /^https?:.*\.png$/);
});

await step("edit", async () => {
  await message.edit("hello, *all*");
  const { textContent } = await heard(MessageEdited, ({ message: { id } }) => id === message.id);
  assert.equal(textContent, "hello, all");
});

await step("read", async () => {
  const texts = [];
  for await (const { id } of room.history({ limit: 2 })) texts.push(await chat.getMessage(id).contentSource);
  assert.deepEqual(texts, ["hello, *all*", "hello & **welcome**"]);
  assert.equal(htmlToText("a &amp; b"), "a & b");
});

await step("log out", async () => {
  await chat.logout();
  await until(() => site.room(1).present.length === 0);
  assert.equal(chat.state, "closed");
  assert.deepEqual(failures, []);
});

await step("restart with state", async () => {
  const args = ["bot.mjs", server.url, account.email, account.password];
  const answers = () => site.room(1).messages.filter(({ source }) => /^done \d$/.test(source));
  const first = start(...args);
  await once(createInterface({ input: first.stdout }), "line");
  alice.says("task 1");
  await until(() => answers().length === 1);
  const gone = once(first, "close");
  first.kill("SIGKILL");
  await gone;
  alice.says("task 2");
  const second = start(...args);
  const [, troubles] = await Promise.all([
    until(() => answers().length === 2).then(() => second.kill("SIGKILL")),
    text(second.stderr),
  ]);
  assert.deepEqual(
    answers().map(({ source }) => source),
    ["done 1", "done 2"],
  );
  assert.equal(troubles, "");
});

await step("stage", async () => {
  const clock = new ManualClock();
  const stage = await setStage({ people: ["Alice"], bot: "Greeter", clock });
  try {
    const watch = stage
      .client()
      .getRoom(stage.room.id)
      .watch(async (event) => {
        if (event instanceof MessagePosted && event.textContent === "!hello") await event.message.reply("Hello!");
      });
    await watch.ready;
    const question = stage.people.Alice.says("!hello");
    const answer = await stage.people.Alice.hears(/hello/i);
    assert.deepEqual([answer.text, answer.parentId], ["Hello!", question.id]);
    assert.deepEqual(stage.failures, []);
  } finally {
    await stage.close();
  }
});

await step("bot", async () => {
  const roll = (c) => c.reply(`${c.args.sides}`);
  const stage = await setStage({ bot: () => new Bot().command("roll [sides:integer=6]", "rolls a die", roll) });
  try {
    const { Alice } = stage.people;
    Alice.says("!!roll 20");
    assert.equal((await Alice.hears()).text, "20");
    await stage.restart();
    Alice.says("!!roll");
    assert.equal((await Alice.hears()).text, "6");
    assert.deepEqual(stage.failures, []);
  } finally {
    await stage.close();
  }
});

await step("CLI", async () => {
  const help = await output("", cli, "--help");
  assert.match(help.stdout, /usage: chatexchange/);
  const sent = await output("", cli, "send", "1", "from the command line", "--site", server.url, "--as", "Alice");
  assert.deepEqual([sent.code, sent.stderr], [0, ""]);
  assert.equal(site.room(1).messages.at(-1).source, "from the command line");
  const missing = await output("", cli, "room", "99999999", "--site", server.url);
  assert.match(missing.stderr, /^chatexchange: .*99999999.*\n$/);
  assert.notEqual(missing.code, 0);
  const demo = await output("", cli, "demo");
  assert.match(demo.stdout, /Done in .* 2 messages sent, 1 starred, 1 answered\./);
  assert.deepEqual([demo.code, demo.stderr], [0, ""]);
});

await step("REPL over a pipe", async () => {
  const lines = ["await sandbox.name", "chat.getRoom(99999999).name", "sandbox.name.toUpperCase()", "1 + 1"];
  const { stdout, stderr, code } = await output(`${lines.join("\n")}\n`, cli, "repl");
  assert.equal(stdout, "'Sandbox'\n2\n");
  assert.match(stderr, /^NotFoundError \[NOT_FOUND\]: Could not read room 99999999/m);
  assert.match(stderr, /sandbox\.name is a promise/);
  assert.equal(code, 1);
});

await server.close();

await step("no warning", async () => {
  // The garbage collector closes files that were left open, and warns (Node 26: throws).
  for (let count = 0; count < 5; count++) {
    if (globalThis.Bun) globalThis.Bun.gc(true);
    else globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assert.deepEqual(warnings, []);
});

for (const child of children) child.kill("SIGKILL");
// A step that failed may have left something open; after success the process must end by itself.
if (failed > 0) process.exit(1);
