import { once } from "node:events";
import { bar } from "../support/bars.mjs";
import { columns, inTurn, median, medianRatio, range, start } from "../support/measure.mjs";

const EVENTS = Number(process.env.EVENTS ?? 300_000);
const WARMUP = 100_000;
const ROUNDS = Number(process.env.ROUNDS ?? 5);
const BARE = "bare ws + JSON.parse";
const OURS = "chatexchange-ts";
const RIVAL = "chatexchange@0.6.5";

async function run(server, port, name) {
  const reader = start("frame-reader", [name, port, WARMUP + EVENTS, WARMUP]);
  await once(reader, "message");
  server.send({ push: true });
  const [{ ms, cpuMs }] = await once(reader, "message");
  reader.disconnect();
  await once(reader, "exit");
  return { rate: (EVENTS / ms) * 1000, cpu: (cpuMs / EVENTS) * 1000 };
}

export const row = {
  title: "Live events, from a socket to a handler",
  about: `
A server in a process of its own pushes frames made beforehand: one event of 274 bytes each, ascending ids, no compression. Each candidate reads them in a
fresh process: ${WARMUP.toLocaleString("en-US")} events warm it up, the next ${EVENTS.toLocaleString("en-US")} count. Ratios are medians over ${ROUNDS} rounds.

- Ours is \`client.getRoom(1).watch(handler)\` as a bot would write it, with its own session, cursor, order and watchdog.
- \`chatexchange@0.6.5\` knows the addresses of the live sites only. Its \`Browser.watchRoom\`, which opens the socket, is replaced by one that opens it on
  loopback; from the frame on everything is its own code.
- About half of an event's time is \`JSON.parse\`, most of the rest is \`ws\`. We add the check of the frame, the order, what is remembered of the room, and
  the event object. We do not validate UTF-8, as the bare client does by default.
- CPU per event hardly changes when other programs run beside it; events/s do.`,
  figures: {
    bare: {
      what: "events from a socket to a handler",
      against: "bare `ws` + `JSON.parse`",
      unit: "/s",
      bar: bar("ratio", ">=", 0.85),
    },
    rival: {
      what: "events from a socket to a handler",
      against: "`chatexchange@0.6.5`",
      unit: "/s",
      bar: bar("ratio", ">", 1),
    },
  },
  async run() {
    const server = start("frame-server", [WARMUP + EVENTS]);
    const [{ port }] = await once(server, "message");
    const candidates = Object.fromEntries([BARE, OURS, RIVAL].map((name) => [name, () => run(server, port, name)]));
    const results = await inTurn(candidates, { rounds: ROUNDS });
    server.disconnect();
    const rates = (name) => results[name].map(({ rate }) => rate);
    const cpus = (name) => results[name].map(({ cpu }) => cpu);
    const figure = (other) => ({
      ours: median(rates(OURS)),
      theirs: median(rates(other)),
      ratio: medianRatio(rates(OURS), rates(other)),
    });
    const lines = Object.keys(results).map((name) => [
      name,
      Math.round(median(rates(name))).toLocaleString("en-US"),
      range(rates(name)),
      `${median(cpus(name)).toFixed(2)} µs`,
      `${medianRatio(cpus(name), cpus(BARE)).toFixed(2)} x`,
    ]);
    return {
      figures: { bare: figure(BARE), rival: figure(RIVAL) },
      details: columns([["", "events/s", "over the rounds", "CPU an event", "ratio"], ...lines]),
    };
  },
};
