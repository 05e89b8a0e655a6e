// A chat server in a process of its own that answers just enough for a client to open a socket. On `push` it sends frames
// made beforehand to the newest socket: one event each, about 280 bytes, ascending ids, no compression. On `trickle` it
// then sends more to every socket in turn, one a millisecond; their content is the time in nanoseconds. On `more` it makes
// so many and sends them to the newest socket. With two more arguments, so many people talk in turn, and each message of
// the other number is a command of a bot.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { talk } from "./talk.mjs";

const [count, people, commandEvery] = process.argv.slice(2).map(Number);
const FIRST_ID = 90_287_600;
const FRAMES_IN_CHUNK = 500;

/** Every client with a cookie is logged in. */
const pageFor = (cookie) =>
  `<html><body>${cookie ? '<div class="topbar-menu-links"><a href="/users/7/bot" title="Bot">Bot</a></div>' : ""}<input id="fkey" name="fkey" type="hidden" value="${"0".repeat(32)}"></body></html>`;

const monotone = (n, content) => ({
  event_type: 1,
  content,
  user_id: 200_001 + (n % 20),
  user_name: `Person ${n % 20}`,
  message_id: 44_402_000 + n,
});
const wordsOf = (n) => `message number ${n}, with some <b>markup</b> and a few words more, as people say`;

function frameText(n, said = people > 0 ? talk(n, { people, commandEvery }) : monotone(n, wordsOf(n))) {
  const id = FIRST_ID + n;
  const time = 1_539_000_000 + Math.floor(n / 10);
  const event = { time_stamp: time, ...said, id, room_id: 1, room_name: "Sandbox" };
  return JSON.stringify({ r1: { e: [event], t: id, d: 1 } });
}

/** A text frame of the websocket protocol, unmasked, as servers send it. */
function framed(text) {
  const body = Buffer.from(text);
  return Buffer.concat([Buffer.from([0x81, 126, body.length >> 8, body.length & 0xff]), body]);
}

const chunks = [];
for (let n = 0; n < count; n += FRAMES_IN_CHUNK) {
  const length = Math.min(FRAMES_IN_CHUNK, count - n);
  chunks.push(Buffer.concat(Array.from({ length }, (_, at) => framed(frameText(n + at)))));
}

const sockets = [];
const server = createServer((request, response) => {
  const { host } = request.headers;
  const json = (value) => response.end(JSON.stringify(value));
  if (request.url === "/ws-auth") json({ url: `ws://${host}/events/1/0123456789abcdef0123456789abcdef` });
  else if (request.method === "POST") json({ events: [], time: FIRST_ID - 1, sync: 1_539_000_000, ms: 0 });
  else response.end(pageFor(request.headers.cookie));
});
server.on("upgrade", (request, socket) => {
  const key = `${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash("sha1").update(key).digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  socket.on("error", () => {}).resume();
  sockets.push(socket);
});

function push(socket, at = 0) {
  while (at < chunks.length && socket.writable) {
    if (!socket.write(chunks[at++])) return void socket.once("drain", () => push(socket, at));
  }
}

/** Every socket gets the same ids. */
function trickle(frames, sent = 0) {
  const n = count + Math.floor(sent / sockets.length);
  sockets[sent % sockets.length].write(framed(frameText(n, monotone(n, String(process.hrtime.bigint())))));
  if (sent + 1 < frames * sockets.length) setTimeout(trickle, 1, frames, sent + 1);
}

let made = count;
function sendMore(frames) {
  sockets.at(-1).write(Buffer.concat(Array.from({ length: frames }, () => framed(frameText(made++)))));
}

process.on("message", (message) => {
  if (message.push) push(sockets.at(-1));
  if (message.trickle) trickle(message.trickle);
  if (message.more) sendMore(message.more);
});
process.on("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", () => process.send({ port: server.address().port }));
