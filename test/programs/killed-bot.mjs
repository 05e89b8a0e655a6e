// A bot that is killed again and again (test/bot-killed.test.ts): its commands take a while, say several things, ask, and
// show progress. Its clock runs faster than the machine's, so that throttle and window of the live site fit in a test.
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { Client } from "chatexchange-ts";
import { Bot } from "chatexchange-ts/bot";

const [url, email, password, folder, epoch, speed, ...rooms] = process.argv.slice(2);

const clock = {
  now: () => Number(epoch) + (Date.now() - Number(epoch)) * Number(speed),
  setTimeout(callback, delayMs, { ref = false } = {}) {
    const timer = setTimeout(callback, Math.min(delayMs / Number(speed), 2_147_483_647));
    if (!ref) timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
const pause = (ms) => new Promise((resolve) => clock.setTimeout(resolve, ms, { ref: true }));
const chance = (below) => Math.random() * below;

const client = new Client(url, {
  email,
  password,
  sessionFile: `${folder}/session.json`,
  stateFile: `${folder}/state.jsonl`,
  clock,
  onError: (error) => console.error(`client: ${error?.message ?? error}`),
});
const bot = new Bot({ store: fileStore(`${folder}/store.jsonl`), flood: false });

bot.command("count <n:integer> <word>", async (c) => {
  for (let at = 1; at <= c.args.n; at++) {
    await pause(chance(1_500));
    await c.reply(`${c.args.word} ${at} of ${c.args.n}`);
  }
});
bot.command("work <word>", async (c) => {
  await c.progress(`${c.args.word} is being done`);
  await pause(chance(3_000));
  await c.reply(`${c.args.word} is done`);
});
bot.command("ask <word>", async (c) => {
  await pause(chance(500));
  const answer = await c.ask(`${c.args.word} or not?`, { timeout: "2h" });
  await pause(chance(500));
  await c.reply(`${c.args.word} is ${answer}`);
});
bot.command("long <n:integer> <word>", (c) => c.reply(Array(c.args.n).fill(c.args.word).join(" ")));
bot.command("same <word>", async (c) => {
  await pause(chance(500));
  await c.say("the same");
});
bot.schedule("*/20 * * * * *", { name: "tick", missed: "once", rooms: [Number(rooms[0])] }, async (c) => {
  await c.say(`tick ${process.pid}`);
  await pause(chance(500));
  await c.say(`tack ${process.pid}`);
});

await bot.run(rooms.map((id) => client.getRoom(Number(id))));

/** A store in a file of lines, which also tells the test everything that happened. */
function fileStore(path) {
  const lines = existsSync(path) ? readFileSync(path, "utf8").split("\n") : [];
  const map = new Map();
  for (const line of lines) {
    if (line === "") continue;
    const [key, value] = JSON.parse(line);
    if (value === undefined) map.delete(key);
    else map.set(key, value);
  }
  const write = (...entry) => appendFileSync(path, `${JSON.stringify(entry)}\n`);
  const store = {
    get: async (key) => structuredClone(map.get(key)),
    async set(key, value) {
      map.set(key, structuredClone(value));
      write(key, value);
    },
    async delete(key) {
      if (!map.delete(key)) return false;
      write(key);
      return true;
    },
    async *list(prefix = "") {
      for (const key of [...map.keys()].filter((one) => one.startsWith(prefix)).sort())
        yield [key, await store.get(key)];
    },
    async update(key, change) {
      const value = change(await store.get(key));
      if (value === undefined) await store.delete(key);
      else await store.set(key, value);
      return value;
    },
    async close() {},
  };
  return store;
}
