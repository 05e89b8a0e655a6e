// A local chat server with so many messages in one room, 1,000 a day, in a process of its own. Whatever a page shows is the
// same for every size: 200 messages with stars, 200 that mention somebody, one by the person who asks.
import { ChatServer } from "chatexchange-ts/server";

const count = Number(process.argv[2]);
const messagesADay = 1_000;
const secondsBetween = 86_400 / messagesADay;
const marks = 200;

let time = Date.UTC(2024, 0, 1);
// Nobody's time runs out here: no timer ever fires.
const clock = { now: () => time, setTimeout: () => ({ cancel() {} }) };
const server = await ChatServer.start({
  sites: ["stackexchange.com"],
  clock,
  maxMessagesPerRoom: count + 10_000,
  starsPerDay: marks,
});
const { site, url } = server;
const bot = site.addUser({ name: "Botolph" });
const people = Array.from({ length: 20 }, (_, n) => site.addUser({ name: `Person ${n}`, isModerator: n === 0 }));

const started = performance.now();
const first = bot.in(1).says("the first message, and the only one by who asks");
const middle = Math.floor(count / 2);
const step = Math.floor(count / marks);
let inTheMiddle;
for (let n = 1; n < count; n++) {
  time += secondsBetween * 1000;
  const name = n % step === 0 ? "@Botolph, " : "";
  const text = `${name}message number ${n}, with some **markup** and https://example.com/${n}`;
  const message = people[n % people.length].in(1).says(text);
  if (n % step === 1) people[(n + 1) % people.length].in(1).stars(message.id);
  if (n === middle) inTheMiddle = message;
}
const date = new Date(inTheMiddle.timeStamp * 1000).toISOString().slice(0, 10).split("-").map(Number).join("/");
process.on("disconnect", () => process.exit());
process.on("message", () => process.send(process.memoryUsage().rss / 1e6));
process.send({
  url,
  email: bot.email,
  password: bot.password,
  date,
  first: first.id,
  middle: inTheMiddle.id,
  seconds: (performance.now() - started) / 1000,
});
