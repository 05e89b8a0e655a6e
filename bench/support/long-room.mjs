// A local chat server in a process of its own, with so many messages in one room, 1,000 a day. Every size has the same on its
// pages: 200 messages with stars, 200 that mention the reader, one by the reader.
import { ChatServer } from "chatexchange-ts/server";

const count = Number(process.argv[2]);
const MESSAGES_A_DAY = 1_000;
const SECONDS_BETWEEN = 86_400 / MESSAGES_A_DAY;
const MARKS = 200;

let time = Date.UTC(2024, 0, 1);
// No timer ever fires.
const clock = { now: () => time, setTimeout: () => ({ cancel() {} }) };
const server = await ChatServer.start({
  sites: ["stackexchange.com"],
  clock,
  maxMessagesPerRoom: count + 10_000,
  starsPerDay: MARKS,
});
const { site, url } = server;
const bot = site.addUser({ name: "Botolph" });
const people = Array.from({ length: 20 }, (_, n) => site.addUser({ name: `Person ${n}`, isModerator: n === 0 }));

const started = performance.now();
const first = bot.in(1).says("the first message, and the only one of its author");
const middle = Math.floor(count / 2);
const step = Math.floor(count / MARKS);
let inTheMiddle;
for (let n = 1; n < count; n++) {
  time += SECONDS_BETWEEN * 1000;
  const name = n % step === 0 ? "@Botolph, " : "";
  const text = `${name}message number ${n}, with some **markup** and https://example.com/${n}`;
  const message = people[n % people.length].in(1).says(text);
  if (n % step === 1) people[(n + 1) % people.length].in(1).stars(message.id);
  if (n === middle) inTheMiddle = message;
}
const date = new Date(inTheMiddle.timeStamp * 1000).toISOString().slice(0, 10).split("-").map(Number).join("/");
process.on("disconnect", () => process.exit());
const answers = {
  memory: () => process.memoryUsage().rss / 1e6,
  cpu() {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  },
};
process.on("message", (question) => process.send(answers[question]()));
process.send({
  url,
  email: bot.email,
  password: bot.password,
  date,
  first: first.id,
  middle: inTheMiddle.id,
  seconds: (performance.now() - started) / 1000,
});
