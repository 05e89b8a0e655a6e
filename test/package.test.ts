import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { IS_RELEASE } from "./sizes.js";
import { temporaryFolder } from "./temporary.js";

const root = resolve(import.meta.dirname, "..");
const run = promisify(execFile);

const program = `
import { Client, type ChatEvent, MessagePosted } from "chatexchange-ts";
import { ChatServer } from "chatexchange-ts/server";
import { ManualClock } from "chatexchange-ts/testing";
import { htmlToText, parseFrame } from "chatexchange-ts/protocol";

await using server = await ChatServer.start({ world: "empty" });
const bot = server.site.addUser({ name: "Bot", email: "bot@example.com", password: "pw" });
await using chat = new Client(server.site, bot.email, bot.password);
const room = chat.getRoom(1);
const watch = room.watch((event: ChatEvent) => {
  if (event instanceof MessagePosted) console.log("heard:", event.textContent);
});
await watch.ready;
const message = await room.sendMessage("hello, **world**");
console.log("said:", await message.textContent, "in", await room.name);
console.log(htmlToText("a &amp; b"), parseFrame('{"r1":{}}').rooms.length, new ManualClock(5).now());
`;

/** Node requires modules from 20.19 on. */
const commonJs = `
const { Client } = require("chatexchange-ts");
const { parseFrame } = require("chatexchange-ts/protocol");
const { setStage } = require("chatexchange-ts/testing");
const { Bot } = require("chatexchange-ts/bot");
const { ChatServer } = require("chatexchange-ts/server");
async function main() {
  const server = await ChatServer.start({ world: "empty" });
  const chat = new Client(server.site);
  console.log(await chat.getRoom(1).name, parseFrame('{"r1":{}}').rooms.length);
  await chat.logout();
  await server.close();
  await (await setStage({ bot: () => new Bot() })).close();
}
main();
`;

test("the built package can be required by its name, and its command runs", async () => {
  const args = ["--no-warnings", "--input-type=commonjs", "--eval", commonJs];
  const required = await run(process.execPath, args, { cwd: root, timeout: 20_000 });
  expect(required.stdout).toBe("Sandbox 1\n");
  const command = await run(join(root, "dist/cli/main.js"), ["--help"]);
  expect(command.stdout).toContain("usage: chatexchange");
});

test.runIf(IS_RELEASE)(
  "the packed package installs in an empty folder, type-checks, says hello, and can be required",
  {
    timeout: 120_000,
  },
  async () => {
    const folder = temporaryFolder();
    const packed = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], {
      cwd: root,
    });
    const [{ filename }]: [{ filename: string }] = JSON.parse(packed.stdout);
    await writeFile(join(folder, "package.json"), JSON.stringify({ name: "empty", private: true, type: "module" }));
    await writeFile(join(folder, "hello.ts"), program);
    const install = ["install", "--no-audit", "--no-fund", "--prefer-offline", `./${filename}`];
    await run("npm", install, { cwd: folder });

    const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
    const types = join(root, "node_modules/@types");
    const flags = [
      "--module",
      "nodenext",
      "--target",
      "es2023",
      "--lib",
      "es2023,esnext.disposable",
      "--strict",
      "--skipLibCheck",
      "false",
      "--types",
      "node",
      "--typeRoots",
      types,
    ];
    await run(process.execPath, [tsc, ...flags, "hello.ts"], { cwd: folder }).catch((error) => {
      throw new Error(error.stdout);
    });
    const { stdout, stderr } = await run(process.execPath, ["hello.js"], { cwd: folder, timeout: 20_000 });
    expect(stderr).toBe("");
    expect(stdout.split("\n").filter(Boolean).sort()).toEqual([
      "a & b 1 5",
      "heard: hello, world",
      "said: hello, world in Sandbox",
    ]);
    await writeFile(join(folder, "hello.cjs"), commonJs);
    const required = await run(process.execPath, ["--no-warnings", "hello.cjs"], { cwd: folder, timeout: 20_000 });
    expect(required.stdout).toBe("Sandbox 1\n");
    const command = await run(join(folder, "node_modules/.bin/chatexchange"), ["--help"]);
    expect(command.stdout).toContain("usage: chatexchange");
  },
);
