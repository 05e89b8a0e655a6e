// A local chat server in a process of its own, so that its memory is not measured: says so many messages when told to.
import { ChatServer } from "chatexchange-ts/server";

const server = await ChatServer.start({ maxEvents: 20_000, maxMessagesPerRoom: 1_000 });
const bot = server.site.addUser({ name: "Bot", email: "bot@example.com", password: "pw" });
const people = Array.from({ length: 20 }, (_, n) => server.site.addUser({ name: `Person ${n}` }));
let said = 0;

process.on("message", (count) => {
  for (let n = 0; n < count; n++) {
    people[said % people.length]
      .in(1)
      .says(`message number ${said}, with some **markup** and a https://example.com/${said}`);
    said += 1;
  }
});
process.on("disconnect", () => process.exit());
process.send({ url: server.url, email: bot.email, password: bot.password });
