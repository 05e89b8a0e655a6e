// One way to listen, in a fresh process: says when its socket is open, how long the events after the first ones took, and
// of those that then trickle in, how long each was under way.
import { createRequire } from "node:module";
import { Client } from "chatexchange-ts";
import { WebSocket } from "ws";

const [, , kind, port, ...counts] = process.argv;
const [warmup, count, trickling] = counts.map(Number);
const url = `ws://127.0.0.1:${port}/events/1/0123456789abcdef0123456789abcdef`;

let seen = 0;
let started;
let cpu;
/** What every candidate calls for every event. */
function handler(event) {
  seen += 1;
  if (seen > warmup + count) return late(event);
  if (seen === warmup) {
    started = performance.now();
    cpu = process.cpuUsage();
  }
  if (seen < warmup + count) return;
  const { user, system } = process.cpuUsage(cpu);
  process.send({ ms: performance.now() - started, cpuMs: (user + system) / 1000 });
}

const latencies = [];
/** The content of an event that trickles in is when it was sent, in nanoseconds of the machine's clock. */
function late({ content }) {
  latencies.push(Number(process.hrtime.bigint() - BigInt(content)) / 1_000);
  if (latencies.length < trickling) return;
  latencies.sort((a, b) => a - b);
  process.send({ p50: latencies[Math.floor(trickling * 0.5)], p99: latencies[Math.floor(trickling * 0.99)] });
}

const open = (socket) => new Promise((resolve) => socket.once("open", resolve));

const ways = {
  async "bare ws + JSON.parse"() {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    socket.on("message", (data) => {
      for (const event of JSON.parse(data).r1.e) handler(event);
    });
    await open(socket);
  },
  async "chatexchange-ts"() {
    const client = new Client(`http://127.0.0.1:${port}`, { logger: console });
    await client.getRoom(1).watch(handler).ready;
  },
  // Its address is that of the live site, so the opening of its socket is replaced; from the frame on all is its own.
  async "chatexchange@0.6.5"() {
    const require = createRequire(import.meta.url);
    const { Browser } = require("chatexchange/dist/Browser");
    const Theirs = require("chatexchange").default;
    Browser.prototype.watchRoom = async () => {
      const socket = new WebSocket(url, { perMessageDeflate: false });
      await open(socket);
      return socket;
    };
    const room = new Theirs("stackexchange.com").getRoom(1);
    room.on("message", handler);
    await room.watch();
  },
};

await ways[kind]();
process.send("ready");
process.on("disconnect", () => process.exit());
