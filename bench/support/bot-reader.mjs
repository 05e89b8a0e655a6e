// Listens to one room in a fresh process: `watch` with an empty callback, or a bot with 200 commands and 50 listeners. Says
// when it listens, and how long the events after the warm-up took; then, on `heap`, the bytes in use.
import * as chat from "chatexchange-ts";
import { Bot } from "../../dist/bot/index.js";
import { heapBytes } from "./measure.mjs";

const [, , kind, port, count, warmup] = process.argv;

const client = new chat.Client(`http://127.0.0.1:${port}`, { cookies: "acct=1" });
const room = client.getRoom(1);

const topics = ["tea", "coffee", "water", "bread", "cheese"];
const phrases = ["good morning", "how do I", "does anybody know", "thanks for", "where is"];
/** Classes of events that a room full of messages does not have; each is looked up by its class. */
const rareEvents = Object.values(chat).filter(
  (value) => value?.prototype instanceof chat.ChatEvent && ![chat.ChatMessageEvent, chat.MessagePosted].includes(value),
);

/** Registers 200 commands, 25 regular expressions and 25 listeners for events. */
function busyBot() {
  const bot = new Bot({ flood: false });
  for (let n = 0; n < 200; n++) bot.command(`command${n} [what] [n:integer=${n}]`, "does nothing", () => {});
  for (const topic of topics)
    for (const phrase of phrases) bot.hears(new RegExp(`${phrase}\\s+${topic}`, "i"), () => {});
  for (let n = 0; n < 25; n++) bot.on(rareEvents[n % rareEvents.length], { name: `listener ${n}` }, () => {});
  return bot;
}

const bot = kind === "bot" ? busyBot() : undefined;
if (bot) await bot.start(room);
else await room.watch(() => {}).ready;

// Every event is seen here too, at the same cost for both.
let seen = 0;
let started;
let cpu;
const begin = () => {
  started = performance.now();
  cpu = process.cpuUsage();
};
const total = Number(count);
const first = Number(warmup);
room.watch(() => {
  seen += 1;
  if (seen === first) begin();
  else if (seen === total) setImmediate(finish);
});

/** All commands have been handled when the last one has. */
async function finish() {
  while (bot && bot.status().running + bot.status().waiting > 0) await new Promise(setImmediate);
  const { user, system } = process.cpuUsage(cpu);
  const ms = performance.now() - started;
  process.send({
    ms,
    cpuMs: (user + system) / 1000,
    handled: bot?.status().handled ?? 0,
    failed: bot?.status().failed ?? 0,
  });
}
process.on("message", async (message) => {
  if (message.heap) process.send({ seen, heap: await heapBytes() });
});
process.on("disconnect", () => process.exit());
process.send("ready");
