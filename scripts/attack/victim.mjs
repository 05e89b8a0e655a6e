// The local server under attack, in a separate process: 2,000 users in a room of 5,000 messages, and some more rooms.
// Its parent requests its CPU time, and its heap size after a garbage collection.
import { ChatServer } from "chatexchange-ts/server";

const PEOPLE = 2_000;
const MESSAGES = 5_000;
const ROOMS = 50;

const options = JSON.parse(process.argv[2] ?? "{}");
const server = await ChatServer.start({
  sites: ["stackoverflow.com"],
  duplicateWindowMs: 0,
  starsPerDay: 1_000_000,
  ...options,
});
const { site, url } = server;
const mallory = site.addUser({ name: "Mallory", email: "mallory@example.com", reputation: 500 });
const people = Array.from({ length: PEOPLE }, (_, n) => site.addUser({ name: `Person Number ${n}` }));
for (const person of people) person.in(1).enters();
const cursor = site.newestEventId;
for (let n = 0; n < MESSAGES; n++) {
  const person = people[n % PEOPLE];
  const said = person.in(1).says(`message number ${n} with *some* more words to it, and https://example.com/${n}`);
  if (n % 10 === 0) people[(n + 1) % PEOPLE].in(1).stars(said.id);
}
for (let id = 2; id <= ROOMS; id++) {
  const access = id % 5 === 0 ? "private" : "public";
  site.addRoom({ id, name: `Room ${id}`, description: "A room", tags: ["tea", "milk"], access });
}
site.addRoom({ id: 99, name: "Mallory's room", owners: [mallory] });
for (let n = 0; n < 500; n++) mallory.in(99).says(`to be moved ${n}`);
const own = mallory.in(1).says("a message of mine");
const [first] = site.room(1).messages;

process.on("disconnect", () => process.exit());
process.on("message", (wanted) => {
  if (wanted === "heap") globalThis.gc();
  const { user, system } = process.cpuUsage();
  process.send({ cpuMs: (user + system) / 1000, heapMb: process.memoryUsage().heapUsed / 1e6 });
});
process.send({ url, cursor, first: first.id, own: own.id, email: mallory.email, personId: people[0].id });
