// Live events from a socket to a handler on one core: our client, a bare `ws` client with JSON.parse, and chatexchange@0.6.5.
// The same frames for each, pushed by a process of its own; every run is a fresh process; rounds in turn, medians. Then
// frames that come one each millisecond: how long from the server to the handler.
import { once } from "node:events";
import { loadavg } from "node:os";
import { median, printRates, start } from "./measure.mjs";

const events = Number(process.env.EVENTS ?? 400_000);
const warmup = events / 4;
const rounds = Number(process.env.ROUNDS ?? 9);
const trickling = Number(process.env.TRICKLE ?? 2_000);
const names = ["bare ws + JSON.parse", "chatexchange-ts", "chatexchange@0.6.5"];

const server = start("frame-server", [warmup + events]);
const [{ port, bytes }] = await once(server, "message");

async function run(name) {
  const reader = start("frame-reader", [name, port, warmup, events, trickling]);
  await once(reader, "message");
  server.send({});
  const [{ ms, cpuMs }] = await once(reader, "message");
  let latency;
  if (name !== "chatexchange@0.6.5") {
    server.send({ frames: trickling });
    [latency] = await once(reader, "message");
  }
  reader.disconnect();
  await once(reader, "exit");
  return { rate: (events / ms) * 1000, cpu: (cpuMs / events) * 1000, ...latency };
}

const runs = new Map(names.map((name) => [name, []]));
for (let round = 0; round < rounds; round++) for (const name of names) runs.get(name).push(await run(name));
server.disconnect();

console.log(`${events} frames of one event, ${bytes} bytes each, after ${warmup} to warm up; ${rounds} rounds`);
printRates(new Map([...runs].map(([name, all]) => [name, all.map(({ rate }) => rate)])), "events/s");
const bare = runs.get(names[0]);
/** The median of a figure, and the median of its ratios to the bare client's, round by round. */
const figure = (all, key) => {
  const ratio = median(all.map((run, round) => run[key] / bare[round][key]));
  return `${median(all.map((run) => run[key])).toFixed(2)} µs (${ratio.toFixed(2)} x)`;
};
for (const [name, all] of runs) {
  const latency = all[0].p99 === undefined ? "" : `, under way p50 ${figure(all, "p50")}, p99 ${figure(all, "p99")}`;
  console.log(`  ${name.padEnd(22)} CPU an event ${figure(all, "cpu")}${latency}`);
}
console.log(
  `  load of the machine, 1 and 5 minutes: ${loadavg()
    .slice(0, 2)
    .map((load) => load.toFixed(1))
    .join(", ")}`,
);
