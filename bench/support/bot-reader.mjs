// Listens to one room in a fresh process: `watch` with a callback that counts, or a bot with 200 commands and 50 listeners.
// Says when it listens; then, each time that so many events have arrived, the time, the CPU so far, the commands that the
// bot has handled, and the heap if it is a bot with limits.
import * as chat from "chatexchange-ts";
import { Bot } from "../../dist/bot/index.js";
import { heapBytes } from "./measure.mjs";

const [, , kind, port, period] = process.argv;
const room = new chat.Client(`http://127.0.0.1:${port}`, { cookies: "acct=1" }).getRoom(1);
const hasLimits = kind === "bot with limits";
let handled = 0;

/** Called after each event of a bare watch, and after each command of a bot, with the number of the message. */
function arrived(n) {
  if (n % Number(period) === 0) void report(n);
}

async function report(n) {
  const at = performance.now();
  const { user, system } = process.cpuUsage();
  // Commands before this one may not have finished.
  await new Promise(setImmediate);
  const heap = hasLimits ? await heapBytes() : 0;
  process.send({ n, at, cpuMs: (user + system) / 1000, handled, heap });
}

async function watchBarely() {
  let seen = 0;
  await room.watch(() => arrived(++seen)).ready;
}

const topics = ["tea", "coffee", "water", "bread", "cheese"];
const phrases = ["good morning", "how do I", "does anybody know", "thanks for", "where is"];
/** Classes of events that a room full of talk does not have; each is looked up by its class. */
const talking = [chat.ChatMessageEvent, chat.MessagePosted, chat.MessageEdited];
const rareEvents = Object.values(chat).filter(
  (value) => value?.prototype instanceof chat.ChatEvent && !talking.includes(value),
);

/** Starts a bot with 200 commands, 25 regular expressions and 25 listeners for events. */
async function startBot() {
  const bot = new Bot(hasLimits ? {} : { flood: false });
  for (let n = 0; n < 200; n++)
    bot.command(`command${n} [what] [n:integer=${n}]`, { cooldown: hasLimits ? { perUser: "1s" } : {} }, (c) => {
      handled += 1;
      arrived(c.args.n);
    });
  for (const topic of topics)
    for (const phrase of phrases) bot.hears(new RegExp(`${phrase}\\s+${topic}`, "i"), () => {});
  for (let n = 0; n < 25; n++) bot.on(rareEvents[n % rareEvents.length], { name: `listener ${n}` }, () => {});
  await bot.start(room);
}

await (kind === "watch" ? watchBarely() : startBot());
process.on("disconnect", () => process.exit());
process.send("ready");
