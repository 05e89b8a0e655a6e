// One of the two servers of the benchmark "broadcast". Each sends the same frames, to the same number of sockets.
import { once } from "node:events";
import { createServer } from "node:http";
import { setImmediate } from "node:timers/promises";
import { ChatServer } from "chatexchange-ts/server";
import { WebSocketServer } from "ws";
import { Visitor } from "./visitor.mjs";

const [, , name, count] = process.argv;
const sockets = Number(count);
const people = 10;

const starts = {
  async "bare ws"() {
    const server = createServer();
    const { clients } = new WebSocketServer({ server, perMessageDeflate: false });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    let id = 90_287_600;
    return {
      origin: "http://127.0.0.1",
      urls: Array.from({ length: sockets }, () => `ws://127.0.0.1:${server.address().port}/`),
      async say(content) {
        id += 1;
        const who = { user_id: 200_001, user_name: "Person 0", room_id: 1, room_name: "Sandbox" };
        const event = { event_type: 1, time_stamp: 1_539_000_000, content, id, ...who, message_id: id };
        const text = JSON.stringify({ r1: { e: [event], t: id, d: 1 } });
        for (const client of clients) client.send(text);
        await setImmediate();
      },
    };
  },
  async "chatexchange-ts"() {
    const server = await ChatServer.start({ sites: ["stackexchange.com"], heartbeatMs: 600_000 });
    const { url, site } = server;
    const visitors = [];
    for (let n = 0; n < people; n++) {
      const { email, password } = site.addUser({ name: `Person ${n}` });
      visitors.push(await Visitor.logIn({ url, email, password }));
    }
    const urls = [];
    for (let n = 0; n < sockets; n++) {
      const answer = JSON.parse(await visitors[n % people].post("/ws-auth", { roomid: 1 }));
      urls.push(`${answer.url}?l=${site.newestEventId}`);
    }
    return { origin: site.chatOrigin, urls, say: (text) => visitors[0].post("/chats/1/messages/new", { text }) };
  },
};

const { origin, urls, say } = await starts[name]();
let said = 0;
let cpu = process.cpuUsage();
process.on("message", async (message) => {
  if (message === "CPU") {
    const { user, system } = process.cpuUsage(cpu);
    process.send((user + system) / 1000);
    return;
  }
  const { messages, last } = message;
  cpu = process.cpuUsage();
  for (let n = 1; n <= messages; n++) {
    said += 1;
    await say(n < messages ? `message number ${said}, as people say such things in a chat` : last);
  }
});
process.on("disconnect", () => process.exit());
process.send({ origin, urls });
