// Reading from a room with 10,000 messages and from one with 1,000,000, in turn: what a page or a list costs must not grow
// with the room. Each server has a process of its own; times are of whole HTTP requests.
import { once } from "node:events";
import { median, start } from "./measure.mjs";
import { Visitor } from "./support/visitor.mjs";

const sizes = (process.env.SIZES ?? "10000 1000000").split(" ").map(Number);
const rounds = Number(process.env.ROUNDS ?? 60);
const warmup = 15;

async function open(size) {
  const child = start("long-room", [size]);
  const [place] = await once(child, "message");
  const visitor = await Visitor.logIn(place);
  const firstMs = await timed(() => visitor.get("/transcript/1"));
  child.send("memory");
  const [megabytes] = await once(child, "message");
  console.log(
    `  ${size} messages: ${place.seconds.toFixed(0)} s to say them, ${Math.round(megabytes)} MB, the first page ever ${firstMs.toFixed(0)} ms`,
  );
  return { child, visitor, place };
}

const list = (visitor, form) => visitor.post("/chats/1/events", { mode: "Messages", msgCount: 100, ...form });
const requests = {
  "transcript, a day in the middle": ({ visitor, place }) => visitor.get(`/transcript/1/${place.date}`),
  "transcript, the latest day": ({ visitor }) => visitor.get("/transcript/1"),
  "permalink of a message": ({ visitor, place }) => visitor.get(`/transcript/message/${place.middle}`),
  "events, the latest 100": ({ visitor }) => list(visitor, {}),
  "events before a message": ({ visitor, place }) => list(visitor, { before: place.middle }),
  "events after a message": ({ visitor, place }) => list(visitor, { after: place.middle }),
  "events, highlights": ({ visitor }) => list(visitor, { highlights: true }),
  "history of a message": ({ visitor, place }) => visitor.get(`/messages/${place.middle}/history`),
  "one message": ({ visitor, place }) => visitor.get(`/message/${place.middle}`),
  "my last message, the first of all": ({ visitor }) => visitor.post("/chats/1/lastMessage"),
  "list of stars": ({ visitor }) => visitor.get("/chats/stars/1"),
  "room info": ({ visitor }) => visitor.get("/rooms/info/1"),
  "room info, stars": ({ visitor }) => visitor.get("/rooms/info/1?tab=stars"),
  "room page": ({ visitor }) => visitor.get("/rooms/1"),
  "feed of the room": ({ visitor }) => visitor.get("/feeds/rooms/1"),
  "profile, replies to me": ({ visitor }) => visitor.get("/users/200001?tab=replies"),
};

async function timed(run) {
  const begun = performance.now();
  await run();
  return performance.now() - begun;
}

const stages = [];
for (const size of sizes) stages.push(await open(size));
console.log(`  ${"".padEnd(34)}${sizes.map((size) => `${size}`.padStart(12)).join("")}`);
for (const [name, request] of Object.entries(requests)) {
  const times = stages.map(() => []);
  for (let round = 0; round < rounds + warmup; round++) {
    for (const [at, stage] of stages.entries()) {
      const ms = await timed(() => request(stage));
      if (round >= warmup) times[at].push(ms);
    }
  }
  const medians = times.map(median);
  const cells = medians.map((ms) => `${ms.toFixed(2)} ms`.padStart(12)).join("");
  console.log(`  ${name.padEnd(34)}${cells}   ${(medians.at(-1) / medians[0]).toFixed(2)} x`);
}

console.log("  a search may take longer in a longer room, but lets others have their turn:");
for (const [at, stage] of stages.entries()) {
  const searches = [];
  const others = [];
  for (let round = 0; round < 8; round++) {
    let isOver = false;
    const search = timed(() => stage.visitor.get("/search?q=no+such+words&room=1")).finally(() => {
      isOver = true;
    });
    while (!isOver) others.push(await timed(() => stage.visitor.get(`/message/${stage.place.middle}`)));
    searches.push(await search);
  }
  const longest = Math.max(...others).toFixed(1);
  console.log(
    `  ${sizes[at]} messages: ${median(searches).toFixed(0)} ms; others meanwhile wait ${longest} ms at most`,
  );
}
for (const { child } of stages) child.disconnect();
