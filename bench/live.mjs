// Live events from a socket to a handler on one core: our client, a bare `ws` client with JSON.parse, and chatexchange@0.6.5.
// The same frames for each, pushed by a process of its own; every run is a fresh process; rounds in turn, medians.
import { once } from "node:events";
import { median, printRates, start } from "./measure.mjs";

const events = Number(process.env.EVENTS ?? 400_000);
const warmup = events / 4;
const rounds = Number(process.env.ROUNDS ?? 9);
const names = ["bare ws + JSON.parse", "chatexchange-ts", "chatexchange@0.6.5"];

const server = start("frame-server", [warmup + events]);
const [{ port, bytes }] = await once(server, "message");

async function run(name) {
  const reader = start("frame-reader", [name, port, warmup, events]);
  await once(reader, "message");
  server.send("push");
  const [{ ms, cpuMs }] = await once(reader, "message");
  reader.disconnect();
  await once(reader, "exit");
  return { rate: (events / ms) * 1000, cpu: (cpuMs / events) * 1000 };
}

const runs = new Map(names.map((name) => [name, []]));
for (let round = 0; round < rounds; round++) for (const name of names) runs.get(name).push(await run(name));
server.disconnect();

console.log(`${events} frames of one event, ${bytes} bytes each, after ${warmup} to warm up; ${rounds} rounds`);
printRates(new Map([...runs].map(([name, all]) => [name, all.map(({ rate }) => rate)])), "events/s");
for (const [name, all] of runs)
  console.log(`  ${name.padEnd(22)} ${median(all.map(({ cpu }) => cpu)).toFixed(2)} µs CPU an event`);
