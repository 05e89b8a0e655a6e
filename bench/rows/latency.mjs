import { once } from "node:events";
import { bar, NO_BAR } from "../support/bars.mjs";
import { columns, median, start } from "../support/measure.mjs";

const WARMUP = 100_000;
const EVENTS = Number(process.env.EVENTS ?? 2_000);
const ROUNDS = Number(process.env.ROUNDS ?? 7);
const BARE = "bare ws + JSON.parse";
const OURS = "chatexchange-ts";

/** Both candidates at the same time: frames go to one and the other in turn, so a busy moment hits both. */
async function round(number) {
  const server = start("frame-server", [WARMUP]);
  const [{ port }] = await once(server, "message");
  const names = number % 2 === 0 ? [BARE, OURS] : [OURS, BARE];
  const readers = [];
  for (const name of names) {
    const reader = start("frame-reader", [name, port, WARMUP, 0, EVENTS]);
    await once(reader, "message");
    server.send({ push: true });
    await once(reader, "message");
    readers.push(reader);
  }
  const answers = readers.map((reader) => once(reader, "message"));
  server.send({ trickle: EVENTS });
  const latencies = (await Promise.all(answers)).map(([latency]) => latency);
  for (const child of [...readers, server]) child.disconnect();
  await Promise.all(readers.map((reader) => once(reader, "exit")));
  return Object.fromEntries(names.map((name, at) => [name, latencies[at]]));
}

export const row = {
  title: "Latency of an event, from the server's write to the handler",
  about: `
Two readers in processes of their own, ours and a bare \`ws\` client with \`JSON.parse\`, listen at the same time. Each gets ${WARMUP.toLocaleString("en-US")} events to warm up. Then a
frame goes out each millisecond, to one and the other in turn, until each has ${EVENTS.toLocaleString("en-US")}; the event carries the time of the server's write. ${ROUNDS} rounds with fresh processes;
ratios are medians over the rounds.

- The two used to run one after the other. A p99 is the worst 20 of 2,000 events, and chance decides which reader another program interrupts 20 times: such runs
  gave 1.04 to 2.86 x. Side by side, a busy moment hits both.
- "Inside" is the part from the moment \`ws\` gets the bytes to the handler. The rest is the operating system and the event loop, and is the same for both.
- Inside, both take ten times as long after a pause of a millisecond as in a burst, and longer still after 5 ms, because the caches of the CPU go cold. We run more code
  than the bare client, so it costs us more: about 1.6 x inside, which is less than 1.2 x of the whole.
- Garbage collection is not the reason: in most rounds none or one falls among the 2,000 events, and takes less than a millisecond.`,
  figures: {
    p50: { what: "latency of an event, p50", against: "bare `ws` + `JSON.parse`", unit: "µs", bar: NO_BAR },
    p99: {
      what: "latency of an event, p99",
      against: "bare `ws` + `JSON.parse`",
      unit: "µs",
      bar: bar("ratio", "<=", 1.5),
    },
  },
  async run() {
    const rounds = [];
    for (let number = 0; number < ROUNDS; number++) rounds.push(await round(number));
    const of = (name, key) => median(rounds.map((each) => each[name][key]));
    const ratio = (key) => median(rounds.map((each) => each[OURS][key] / each[BARE][key]));
    const figure = (key) => ({ ours: of(OURS, key), theirs: of(BARE, key), ratio: ratio(key) });
    const keys = ["p50", "p90", "p99", "insideP50", "insideP99"];
    const lines = [BARE, OURS].map((name) => [name, ...keys.map((key) => `${of(name, key).toFixed(0)} µs`)]);
    const ratios = ["ratio", ...keys.map((key) => `${ratio(key).toFixed(2)} x`)];
    const tails = rounds.map((each) => (each[OURS].p99 / each[BARE].p99).toFixed(2)).join(", ");
    return {
      figures: { p50: figure("p50"), p99: figure("p99") },
      details: `${columns([["", "p50", "p90", "p99", "inside p50", "inside p99"], ...lines, ratios])}

p99, round by round: ${tails} x`,
    };
  },
};
