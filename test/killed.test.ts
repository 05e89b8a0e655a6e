/** A bot process that is killed with -9 in the middle of its work, again and again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { Client } from "chatexchange-ts";

import { expect, onTestFinished, test } from "vitest";
import { eventually } from "./cli-support.js";
import { sizeOf } from "./sizes.js";
import { ends, startServer } from "./support.js";
import { temporaryFolder } from "./temporary.js";

test("a bot that is killed in a burst and restarted does every task once, in order", {
  timeout: 60_000,
}, async () => {
  const server = await startServer();
  const { site } = server;
  const bot = site.addUser({ name: "Bot", email: "bot@example.com", password: "pw" });
  const alice = site.addUser({ name: "Alice", email: "alice@example.com" });
  const folder = temporaryFolder();
  const root = resolve(import.meta.dirname, "..");
  const start = (): ChildProcess => {
    const args = [
      "--import",
      "./test/only-loopback.mjs",
      "test/programs/task-bot.mjs",
      server.url,
      bot.email,
      bot.password,
      folder,
    ];
    return spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
  };
  let child = start();
  onTestFinished(() => void child.kill("SIGKILL"));

  const listener = ends(new Client(server.url, alice.email, alice.password));
  const heard = listener.getRoom(1).newMessages();
  await heard.ready;
  const tasks = sizeOf({ near: 30, release: 60 });
  const done: string[] = [];
  const kills = new Set(sizeOf({ near: [3, 10, 11], release: [3, 10, 11, 25, 40, 58] }));
  let asked = 0;
  const ask = (count: number): void => {
    for (let n = 0; n < count && asked < tasks; n++) alice.in(1).says(`task ${asked++}`);
  };
  // The first task is posted when the bot is present; later ones come in bursts, also while the bot is dead.
  await eventually(() => site.openSockets >= 2);
  ask(8);
  for await (const message of heard) {
    const text = await message.textContent;
    if (!text.startsWith("done")) continue;
    done.push(text);
    if (kills.has(done.length)) {
      child.kill("SIGKILL");
      await once(child, "exit");
      ask(12);
      child = start();
    }
    if (done.length >= tasks) break;
  }
  const expected = Array.from({ length: tasks }, (_, n) => `done ${n}`);
  expect(done).toEqual(expected);
  expect(
    site
      .room(1)
      .messages.map(({ source }) => source)
      .filter((source) => source.startsWith("done")),
  ).toEqual(expected);
});
