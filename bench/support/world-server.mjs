// A local server in its own process, with users and rooms; prints its address and the account of the bot.
import { ChatServer } from "chatexchange-ts/server";

const [people, rooms] = process.argv.slice(2).map(Number);
const server = await ChatServer.start({ sites: ["stackexchange.com"] });
const { site } = server;
const bot = site.user("Bot");
const names = ["Ann", "Ben", "Cleo", "Dora", "Emil"];
const userIds = Array.from(
  { length: people },
  (_, n) => site.addUser({ name: `${names[n % names.length]} ${n}`, reputation: n }).id,
);
const roomIds = Array.from(
  { length: rooms },
  (_, n) => site.addRoom({ name: `Room ${n}`, description: `Talk about the number ${n}` }).id,
);

process.on("disconnect", () => process.exit());
process.send({ url: server.url, email: bot.email, password: bot.password, userIds, roomIds });
