import { once } from "node:events";
import { bar, NO_BAR } from "../support/bars.mjs";
import { ask, columns, inTurn, median, medianRatio, start, timed } from "../support/measure.mjs";
import { Visitor } from "../support/visitor.mjs";

const SIZES = (process.env.SIZES ?? "10000 1000000").split(" ").map(Number);
const ROUNDS = Number(process.env.ROUNDS ?? 20);
const REPEATS = 4;
const SEARCHES = 5;

async function open(size) {
  const child = start("long-room", [size]);
  const [place] = await once(child, "message");
  const visitor = await Visitor.logIn(place);
  const firstMs = await timed(() => visitor.get("/transcript/1"));
  return { child, visitor, place, firstMs, megabytes: await ask(child, "memory") };
}

const list = (visitor, form) => visitor.post("/chats/1/events", { mode: "Messages", msgCount: 100, ...form });
const REQUESTS = {
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

/** How long a search takes, and the longest wait of other requests meanwhile. */
async function search({ visitor, place }) {
  const searches = [];
  const others = [];
  for (let round = 0; round < SEARCHES; round++) {
    let isOver = false;
    const searching = timed(() => visitor.get("/search?q=no+such+words&room=1")).finally(() => {
      isOver = true;
    });
    while (!isOver) others.push(await timed(() => visitor.get(`/message/${place.middle}`)));
    searches.push(await searching);
  }
  return { searchMs: median(searches), longestMs: Math.max(...others) };
}

/** The CPU of a server for a request, in milliseconds. */
async function serverCpuMs(stage, request) {
  const before = await ask(stage.child, "cpu");
  for (let n = 0; n < REPEATS; n++) await request(stage);
  return ((await ask(stage.child, "cpu")) - before) / REPEATS;
}

/** Each request in the rooms of both sizes, in turn. */
async function compareRequest(stages, request) {
  const candidates = stages.map((stage, at) => [String(at), () => serverCpuMs(stage, request)]);
  const times = Object.values(await inTurn(Object.fromEntries(candidates), { rounds: ROUNDS, warmup: 5 }));
  return { medians: times.map(median), ratio: medianRatio(times.at(-1), times[0]) };
}

export const row = {
  title: "Reading from a room of a million messages",
  about: `
Two local servers in processes of their own, with ${SIZES.map((size) => size.toLocaleString("en-US")).join(" and ")} messages in one room, 1,000 a day. Times are CPU of the server for a whole HTTP request, ${ROUNDS} rounds in turn, ${REPEATS} requests each;
"theirs" is the small room. The search is the time that a reader waits.

- The server finds messages by an index of the room (\`src/server/world/room-index.ts\`): by day, by author, by whom they ping, and those with stars. It builds
  the index on the first read of the room.
- A list of all stars grows with the stars, and a profile with what its owner said: here both rooms have the same.
- A search reads every message of the rooms it searches. It pauses every 5,000 messages for other requests.
- The default \`maxMessagesPerRoom\` is 100,000.`,
  figures: {
    typical: {
      what: "requests to a room of 1,000,000 messages, the median one",
      against: "a room of 10,000",
      unit: "ms",
      bar: bar("ratio", "<=", 1.1),
    },
    worst: {
      what: "the one that grows most",
      against: "a room of 10,000",
      unit: "ms",
      bar: bar("ratio", "<=", 1.25),
    },
    search: { what: "a search of 1,000,000 messages", against: "a room of 10,000", unit: "ms", bar: NO_BAR },
  },
  async run() {
    const stages = await Promise.all(SIZES.map(open));
    const results = {};
    for (const [name, request] of Object.entries(REQUESTS)) results[name] = await compareRequest(stages, request);
    const searches = [];
    for (const stage of stages) searches.push(await search(stage));
    for (const { child } of stages) child.disconnect();
    const byRatio = Object.values(results).toSorted((a, b) => a.ratio - b.ratio);
    const figure = ({ medians, ratio }) => ({ ours: medians.at(-1), theirs: medians[0], ratio });
    const [small, large] = [searches[0], searches.at(-1)];
    const cells = (key, digits) => stages.map((stage) => stage[key].toFixed(digits));
    const lines = Object.entries(results).map(([name, { medians, ratio }]) => [
      `${name}, ms`,
      ...medians.map((ms) => ms.toFixed(2)),
      `${ratio.toFixed(2)} x`,
    ]);
    return {
      figures: {
        typical: figure(byRatio[byRatio.length >> 1]),
        worst: figure(byRatio.at(-1)),
        search: { ours: large.searchMs, theirs: small.searchMs, ratio: large.searchMs / small.searchMs },
      },
      details: columns([
        ["", ...SIZES.map((size) => size.toLocaleString("en-US")), "ratio"],
        ...lines,
        ["the first page ever, ms", ...cells("firstMs", 0), ""],
        ["the longest wait beside a search, ms", ...searches.map(({ longestMs }) => longestMs.toFixed(1)), ""],
        ["memory of the server, MB", ...cells("megabytes", 0), ""],
      ]),
    };
  },
};
