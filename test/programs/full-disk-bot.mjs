// A bot for the test with a small disk: fills the disk, continues, frees space, and prints the outcome.
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { Client, MessagePosted } from "chatexchange-ts";
import { ChatServer } from "chatexchange-ts/server";

const [folder] = process.argv.slice(2);
const stateFile = `${folder}/state.jsonl`;
const unhandled = [];
process.on("unhandledRejection", (error) => unhandled.push(String(error)));
process.on("uncaughtException", (error) => unhandled.push(String(error)));
const server = await ChatServer.start();
const { site } = server;
const bot = site.user("Bot");
const reported = [];
let isWorking = false;
const info = (text) => {
  if (text.includes("can be written again")) isWorking = true;
};
const onError = (error) => reported.push(error.code);
const chat = new Client(site, { email: bot.email, password: bot.password, stateFile, onError, logger: { info } });
await chat.resume();
const room = chat.getRoom(1);
let heard = 0;
const isAlice = (event) => event instanceof MessagePosted && event.user?.id !== bot.id;
await room.watch((event) => void (isAlice(event) && heard++)).ready;
const turn = () => new Promise((next) => setTimeout(next, 5));
const alice = site.user("Alice").in(1);
alice.says("before");
while (heard < 1) await turn();
for (const size of [500, 1]) {
  try {
    for (let n = 0; ; n++) writeFileSync(`${folder}/fill-${size}-${n}`, "x".repeat(size));
  } catch (error) {
    if (error.code !== "ENOSPC") throw error;
  }
}
writeFileSync(stateFile, "", { flag: "a" });
for (let n = 0; n < 200; n++) alice.says(`during ${n} ${"x".repeat(20)}`);
while (heard < 201) await turn();
// The last page of the file may have had room for some lines.
for (let n = 0; reported.length === 0 && n < 200; n++)
  chat
    .getRoom(1)
    .sendMessage(`more ${n}`)
    .catch(() => {});
const sent = await room.sendMessage("answer");
for (let n = 0; n < 20; n++) rmSync(`${folder}/fill-500-${n}`, { force: true });
while (!isWorking) await turn();
const cursors = { ...chat.cursors };
const kept = readFileSync(stateFile, "utf8")
  .trim()
  .split("\n")
  .flatMap((line) => [JSON.parse(line)].flat());
const last = kept.filter(({ cursor }) => cursor).at(-1)?.cursor;
console.log(
  JSON.stringify({
    heard,
    sent: await sent.textContent,
    reported,
    unhandled,
    cursorIsKept: last?.[1] === cursors[1],
    isFinal: kept.every((entry) => typeof entry === "object"),
  }),
);
process.exit();
