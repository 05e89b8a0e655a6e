// A server with many rooms, in its own process: prints its address, counts requests, posts in every room, drops sockets.
import { ChatServer } from "chatexchange-ts/server";

const size = Number(process.argv[2]);
const server = await ChatServer.start({ sites: ["stackexchange.com"], maxRequests: 1_000_000 });
const { site } = server;
const bot = site.user("Bot");
const alice = site.user("Alice");
for (let n = 0; n < size; n++) site.addRoom({ id: 1_000 + n, name: `Room ${n}` });

process.on("message", (what) => {
  if (what === "talk") for (let n = 0; n < size; n++) alice.in(1_000 + n).says("hello");
  if (what === "drop") {
    server.clearRequests();
    site.faults.dropSockets();
  }
  const { requests } = server;
  const polls = requests.filter(({ path }) => path === "/events").length;
  process.send({ requests: requests.length, open: site.openSockets, polls });
});
process.on("disconnect", () => process.exit());
process.send({ url: server.url, email: bot.email, password: bot.password });
