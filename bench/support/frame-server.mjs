// A chat server that says only what a client needs to open one socket, in a process of its own. When told to, it pushes
// frames made beforehand into the last socket: one event each, about 280 bytes, ids ascending, no compression. Told to
// trickle, it then sends some more, one each millisecond, with the time in nanoseconds as their content.
import { createHash } from "node:crypto";
import { createServer } from "node:http";

const count = Number(process.argv[2]);
const firstId = 90_287_600;
const framesInChunk = 500;

const wordsOf = (n) => `message number ${n}, with some <b>markup</b> and a few words more, as people say`;

function frameText(n, content = wordsOf(n)) {
  const id = firstId + n;
  const event = {
    event_type: 1,
    time_stamp: 1_539_000_000 + Math.floor(n / 10),
    content,
    id,
    user_id: 200_001 + (n % 20),
    user_name: `Person ${n % 20}`,
    room_id: 1,
    room_name: "Sandbox",
    message_id: 44_402_000 + n,
  };
  return JSON.stringify({ r1: { e: [event], t: id, d: 1 } });
}

/** A text frame of the websocket protocol, unmasked as servers send it. */
function framed(text) {
  const body = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, 126, body.length >> 8, body.length & 0xff]), body]);
}

const chunks = [];
for (let n = 0; n < count; n += framesInChunk) {
  const length = Math.min(framesInChunk, count - n);
  chunks.push(Buffer.concat(Array.from({ length }, (_, at) => framed(frameText(n + at)))));
}

let latest;
const server = createServer((request, response) => {
  const { host } = request.headers;
  const json = (value) => response.end(JSON.stringify(value));
  if (request.url === "/ws-auth") json({ url: `ws://${host}/events/1/0123456789abcdef0123456789abcdef` });
  else if (request.method === "POST") json({ events: [], time: firstId - 1, sync: 1_539_000_000, ms: 0 });
  else response.end(`<html><body><input id="fkey" name="fkey" type="hidden" value="${"0".repeat(32)}"></body></html>`);
});
server.on("upgrade", (request, socket) => {
  const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash("sha1").update(key).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.on("error", () => {}).resume();
  latest = socket;
});

function push(socket, at = 0) {
  while (at < chunks.length && socket.writable) {
    if (!socket.write(chunks[at++])) return void socket.once("drain", () => push(socket, at));
  }
}

function trickle(socket, left, n = count) {
  socket.write(framed(frameText(n, String(process.hrtime.bigint()))));
  if (left > 1) setTimeout(trickle, 1, socket, left - 1, n + 1);
}

process.on("message", ({ frames }) => (frames === undefined ? push(latest) : trickle(latest, frames)));
process.on("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port, bytes: frameText(0).length }));
