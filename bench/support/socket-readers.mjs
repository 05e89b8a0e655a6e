// Many sockets in a process of its own that read and parse nothing: it says when all of them have got some text, which
// is the last of what is sent. TCP keeps the order, so whoever has that has all.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";

let wanted = null;
let missing = 0;
const sockets = [];

async function open(address, origin) {
  const { hostname, port, pathname, search, host } = new URL(address);
  const socket = connect(Number(port), hostname);
  const key = randomBytes(16).toString("base64");
  socket.write(
    `GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\n\r\n`,
  );
  const [answer] = await once(socket, "data");
  if (!answer.toString("latin1").startsWith("HTTP/1.1 101")) throw new Error(`refused: ${answer}`);
  const state = { tail: Buffer.alloc(0), hasIt: true };
  socket.on("data", (chunk) => {
    if (state.hasIt) return;
    const text = state.tail.length > 0 ? Buffer.concat([state.tail, chunk]) : chunk;
    state.hasIt = text.includes(wanted);
    state.tail = text.subarray(-64);
    if (state.hasIt && --missing === 0) process.send("all have it");
  });
  socket.on("close", () => process.exit(1));
  sockets.push(state);
}

process.on("message", async ({ urls, origin, text }) => {
  for (const url of urls ?? []) await open(url, origin);
  if (text) {
    wanted = Buffer.from(text);
    missing = sockets.length;
    for (const state of sockets) Object.assign(state, { hasIt: false, tail: Buffer.alloc(0) });
  }
  process.send("ready");
});
process.on("disconnect", () => process.exit());
