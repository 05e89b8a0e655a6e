// One way to listen, in a fresh process. Says when its socket is open; how long the events after the warm-up took; and how
// long each event that then trickles in was under way.
import { createRequire } from "node:module";
import { Client } from "chatexchange-ts";
import { Receiver, WebSocket } from "ws";

const [, , kind, port, ...counts] = process.argv;
const [count, warmup, trickling = 0] = counts.map(Number);
const url = `ws://127.0.0.1:${port}/events/1/0123456789abcdef0123456789abcdef`;

let seen = 0;
let started;
let cpu;
/** Called by every candidate for every event. */
function handler(event) {
  seen += 1;
  if (seen > count) return late(event);
  if (seen === warmup) begin();
  if (seen < count) return;
  const { user, system } = process.cpuUsage(cpu);
  process.send({ ms: performance.now() - started, cpuMs: (user + system) / 1000 });
}

function begin() {
  started = performance.now();
  cpu = process.cpuUsage();
}
if (warmup === 0) begin();

const latencies = [];
const inside = [];
/** When ws got the bytes of the current event. */
let arrived = 0n;
if (trickling > 0) {
  const write = Receiver.prototype._write;
  Receiver.prototype._write = function noteArrival(...args) {
    arrived = process.hrtime.bigint();
    return write.apply(this, args);
  };
}

/** The content of a trickling event is the time when it was sent, in nanoseconds of the machine's clock. */
function late({ content }) {
  const now = process.hrtime.bigint();
  latencies.push(Number(now - BigInt(content)) / 1_000);
  inside.push(Number(now - arrived) / 1_000);
  if (latencies.length < trickling) return;
  for (const list of [latencies, inside]) list.sort((a, b) => a - b);
  const of = (list, part) => list[Math.floor(list.length * part)];
  const [p50, p90, p99] = [0.5, 0.9, 0.99].map((part) => of(latencies, part));
  process.send({ p50, p90, p99, insideP50: of(inside, 0.5), insideP99: of(inside, 0.99) });
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
    const client = new Client(`http://127.0.0.1:${port}`);
    await client.getRoom(1).watch(handler).ready;
  },
  // It knows the live site only, so the opening of its socket is replaced; from the frame on everything is its own.
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
