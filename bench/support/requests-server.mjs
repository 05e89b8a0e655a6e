// A local server under the names of the live site, with TLS, in a process of its own: counts requests, connections and the
// bytes on the wire in both directions, those of TLS included.
import { subscribe } from "node:diagnostics_channel";
import { ChatServer } from "chatexchange-ts/server";
import { generate } from "selfsigned";

const PEOPLE = 20;
const MESSAGES = 1_200;
const HOSTS = [
  "stackexchange.com",
  "meta.stackexchange.com",
  "chat.stackexchange.com",
  "chat.sockets.stackexchange.com",
];

const sockets = [];
subscribe("net.server.socket", ({ socket }) => sockets.push(socket));

const altNames = [...HOSTS.map((value) => ({ type: 2, value })), { type: 7, ip: "127.0.0.1" }];
const extensions = [
  { name: "basicConstraints", cA: true, critical: true },
  { name: "subjectAltName", altNames },
];
const made = await generate([{ name: "commonName", value: "local chat" }], {
  keyType: "ec",
  algorithm: "sha256",
  extensions,
});
const tls = { key: made.private, cert: made.cert };
const server = await ChatServer.start({ sites: ["stackexchange.com"], tls, maxRequests: 100_000 });
const { site } = server;
const bot = site.addUser({ name: "Bot", email: "bot@example.com", password: "s3cret words" });
const people = Array.from({ length: PEOPLE }, (_, n) => site.addUser({ name: `Person ${n}`, about: "I help" }));
const room = site.addRoom({ name: "Bench" });
const said = Array.from({ length: MESSAGES }, (_, n) =>
  people[n % PEOPLE].in(room).says(`message number ${n}, with some **markup** and a few words more`),
);

let before = totals();
function totals() {
  const sum = (key) => sockets.reduce((all, socket) => all + (socket[key] ?? 0), 0);
  return { connections: sockets.length, bytes: sum("bytesRead") + sum("bytesWritten") };
}
const answers = {
  reset() {
    server.clearRequests();
    before = totals();
    return "reset";
  },
  count() {
    const { connections, bytes } = totals();
    const paths = server.requests.map(({ method, host, path }) => `${method} ${host}${path}`);
    return { paths, connections: connections - before.connections, bytes: bytes - before.bytes };
  },
};
process.on("message", (question) => process.send(answers[question]()));
process.on("disconnect", () => process.exit());
process.send({
  port: new URL(server.url).port,
  cert: tls.cert,
  world: {
    email: bot.email,
    password: "s3cret words",
    roomId: room.id,
    userIds: people.map(({ id }) => id),
    messageIds: said.map(({ id }) => id),
  },
});
