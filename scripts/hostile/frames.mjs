// Hostile sockets: garbage frames, bytes that are not frames, broken handshakes. A message posted after that must be
// delivered exactly once.
import { createHash } from "node:crypto";
import { DAMAGES, shuffled, wrongType } from "./damage.mjs";
import { openStage } from "./stage.mjs";

const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** Builds a frame of a server; `length` overrides the real length. */
function frame(opcode, payload = Buffer.alloc(0), { fin = true, rsv = 0, mask = false, length } = {}) {
  const body = Buffer.from(payload);
  const size = length ?? BigInt(body.length);
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode];
  const sign = mask ? 0x80 : 0;
  if (size < 126n) head.push(sign | Number(size));
  else if (size < 65_536n) head.push(sign | 126, Number(size >> 8n), Number(size & 255n));
  else {
    head.push(sign | 127);
    for (let shift = 56n; shift >= 0n; shift -= 8n) head.push(Number((size >> shift) & 255n));
  }
  return Buffer.concat([Buffer.from(head), mask ? Buffer.from([1, 2, 3, 4]) : Buffer.alloc(0), body]);
}

const say = (value) => frame(TEXT, typeof value === "string" ? value : JSON.stringify(value));
const closing = (code, reason = "") =>
  frame(CLOSE, Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]));

const event = (more = {}) => ({
  event_type: 1,
  time_stamp: 1_704_067_200,
  content: "x",
  id: 5,
  user_id: 5,
  user_name: "A",
  room_id: 1,
  room_name: "R",
  message_id: 5,
  ...more,
});
const VALUES = [
  null,
  true,
  5,
  "x",
  [],
  [[]],
  {},
  { r1: null },
  { r1: 5 },
  { r1: [] },
  { r1: "x" },
  { r1: {} },
  { r0: {} },
  { "r-1": {} },
  { r1e5: {} },
  { r99: { exit: true } },
];
VALUES.push(
  { r1: { e: null } },
  { r1: { e: {} } },
  { r1: { e: [null, 5, "x", [], {}] } },
  { r1: { e: Array(20_000).fill(null) } },
  { r1: { e: Array(20_000).fill(event({ id: 1 })) } },
);
for (const t of [-1, 0, 1.5, "5", null, [], {}, 1e308])
  VALUES.push({ r1: { t, d: 1 } }, { r1: { t: 5, d: t } }, { r1: { e: [event({ id: t })], t: 5, d: 1 } });
for (const key of [
  "event_type",
  "time_stamp",
  "content",
  "id",
  "user_id",
  "user_name",
  "room_id",
  "room_name",
  "message_id",
  "parent_id",
  "message_stars",
  "target_user_id",
])
  for (const value of [null, -1, 1.5, "x", [], {}]) VALUES.push({ r1: { e: [event({ [key]: value })] } });
for (const type of [0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 18, 19, 20, 29, 99, -5, 1e9])
  VALUES.push(
    { r1: { e: [{ event_type: type }] } },
    { r1: { e: [event({ event_type: type, id: undefined, content: 5 })] } },
  );
VALUES.push(
  { r1: { reset: true } },
  { r1: { reset: "yes" } },
  { r1: { exit: "no" } },
  { r1: { timeout: -5 } },
  { r1: { timeout: 1e99 } },
  { r1: { timeout: [] } },
);
VALUES.push(
  { constructor: { e: [event()] } },
  { toString: 5 },
  { r1: { e: [event({ content: "<b>".repeat(50_000) })] } },
  { r1: { e: [event({ content: "\u0000\ud800" })] } },
);
for (let n = 0; n < 2_000; n += 500)
  VALUES.push(Object.fromEntries(Array.from({ length: n }, (_, room) => [`r${room + 2}`, { e: [event()] }])));

const byName = (list, name, value) => Object.fromEntries(list.map((one, n) => [name(one, n), value(one)]));

/** Hostile bytes by name. A function gets a random generator and a real frame. */
const PLAYS = {
  ...byName(
    VALUES,
    (value, n) => `frame ${n + 1}: ${JSON.stringify(value)?.slice(0, 60)}`,
    (value) => say(value),
  ),
  "text that is no JSON": say("hello"),
  "an empty text": say(""),
  "JSON that is cut": say('{"r1":{"e":['),
  "two values in a frame": say('{"r1":{}}{"r1":{}}'),
  "__proto__ in a frame": say('{"__proto__":{"e":[]},"r1":{"__proto__":{"t":5},"constructor":5}}'),
  "deep lists": say("[".repeat(200_000)),
  "deep objects": say('{"r1":'.repeat(100_000)),
  "a frame of 3 MB": say(`"${"x".repeat(3_000_000)}"`),
  "a frame of 5 MB": say(`"${"x".repeat(5_000_000)}"`),
  "10,000 frames": Buffer.concat(Array(10_000).fill(say({ r1: {} }))),
  "10,000 frames of nonsense": Buffer.concat(Array(10_000).fill(say("x"))),
  "text not UTF-8": frame(TEXT, Buffer.from([0x7b, 0xff, 0xc0, 0x80, 0x7d])),
  "a lone surrogate": frame(TEXT, Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])),
  "a BOM": say('\ufeff{"r1":{}}'),
  NUL: say("\0"),
  binary: frame(BINARY, Buffer.from([1, 2, 3])),
  "binary JSON": frame(BINARY, '{"r1":{"t":5}}'),
  "an empty frame": frame(TEXT),
  "10,000 pings": Buffer.concat(Array(10_000).fill(frame(PING, "x"))),
  "a ping of 200 bytes": frame(PING, "x".repeat(200)),
  "a ping in parts": frame(PING, "x", { fin: false }),
  "pongs nobody asked for": Buffer.concat(Array(100).fill(frame(PONG))),
  "a text in parts": Buffer.concat([frame(TEXT, '{"r1"', { fin: false }), frame(0, ":{}}")]),
  "parts without an end": frame(TEXT, '{"r1"', { fin: false }),
  "100,000 parts": Buffer.concat([
    frame(TEXT, "[", { fin: false }),
    ...Array(100_000).fill(frame(0, " ", { fin: false })),
  ]),
  "a part of nothing": frame(0, "x"),
  "a text inside a text": Buffer.concat([frame(TEXT, "{", { fin: false }), frame(TEXT, "}")]),
  "a masked frame": frame(TEXT, "xxxx", { mask: true }),
  "a packed frame": frame(TEXT, "xxxx", { rsv: 4 }),
  "reserved bits": frame(TEXT, "x", { rsv: 3 }),
  "a length beyond all": frame(TEXT, "x", { length: 2n ** 64n - 1n }),
  "a length of 2^53": frame(TEXT, "x", { length: 2n ** 53n }),
  "a length of 1 GB": frame(TEXT, "x", { length: 2n ** 30n }),
  "a length that is too long": frame(TEXT, "x", { length: 500n }),
  "half a head": Buffer.from([0x81]),
  ...byName(
    [3, 4, 7, 11, 15],
    (code) => `opcode ${code}`,
    (code) => frame(code, "x"),
  ),
  ...byName(
    [
      0, 999, 1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1011, 1012, 1015, 2999, 3000, 4999, 5000,
      65535,
    ],
    (code) => `closed with ${code}`,
    (code) => closing(code),
  ),
  "closed with a reason": closing(1008, "go away <b>now</b>"),
  "closed with a long reason": closing(1000, "x".repeat(123)),
  "closed with a reason not UTF-8": frame(CLOSE, Buffer.from([3, 232, 0xff, 0xfe])),
  "closed with one byte": frame(CLOSE, "x"),
  "closed, and on": Buffer.concat([closing(1000), say({ r1: { e: [event()] } })]),
  "bytes of chance": (random) => Buffer.from(Array.from({ length: 3_000 }, () => random.between(0, 255))),
  "an HTTP answer": Buffer.from("HTTP/1.1 200 OK\r\n\r\n"),
  ...Object.fromEntries(
    Object.entries(DAMAGES).map(([name, damage]) => [
      `a frame: ${name}`,
      (random, real) => frame(TEXT, damage(real, random)),
    ]),
  ),
  ...byName(
    Array.from({ length: 60 }, (_, n) => n),
    (n) => `a frame with wrong types ${n + 1}`,
    () => (random, real) => frame(TEXT, wrongType(wrongType(real.toString(), random), random)),
  ),
};

const answer = (status, ...headers) => `HTTP/1.1 ${status}\r\n${headers.map((line) => `${line}\r\n`).join("")}\r\n`;
const upgraded = (key) => ["Upgrade: websocket", "Connection: Upgrade", `Sec-WebSocket-Accept: ${key}`];

/** Responses to the upgrade, by name: functions of the right key. */
const HANDSHAKES = {
  "hung up": () => "",
  ...byName(
    [200, 204, 301, 400, 401, 403, 404, 429, 500, 503],
    (status) => `upgrade answered by ${status}`,
    (status) => () => answer(`${status} X`, "Content-Length: 0"),
  ),
  ...byName(
    ["https://evil.example/", "wss://evil.example/", "ws://chat.stackoverflow.com/", "/"],
    (to) => `upgrade redirected to ${to}`,
    (to) => () => answer("302 Found", `Location: ${to}`, "Content-Length: 0"),
  ),
  "a wrong key": () => answer("101 X", ...upgraded("AAAA")),
  "no key": () => answer("101 X", "Upgrade: websocket", "Connection: Upgrade"),
  "no upgrade": (key) => answer("101 X", `Sec-WebSocket-Accept: ${key}`),
  "another upgrade": (key) => answer("101 X", "Upgrade: h2c", "Connection: Upgrade", `Sec-WebSocket-Accept: ${key}`),
  "a protocol nobody asked for": (key) => answer("101 X", ...upgraded(key), "Sec-WebSocket-Protocol: chat"),
  "an extension nobody asked for": (key) =>
    answer("101 X", ...upgraded(key), "Sec-WebSocket-Extensions: permessage-deflate"),
  "extensions of garbage": (key) => answer("101 X", ...upgraded(key), "Sec-WebSocket-Extensions: ;;=\u00ff"),
  "no HTTP": () => "hello\r\n\r\n",
  "a header of 1 MB": (key) => answer("101 X", ...upgraded(key), `X: ${"y".repeat(1_000_000)}`),
  "a body behind the upgrade": (key) => `${answer("101 X", ...upgraded(key), "Content-Length: 5")}hello`,
};

export async function open(lib, random) {
  const stage = await openStage(lib);
  const plays = [
    ...Object.entries(PLAYS).map(([name, play]) => ({
      name,
      bytes: (key, chance) => [
        answer("101 X", ...upgraded(key)),
        typeof play === "function" ? play(chance, realFrame(stage)) : play,
      ],
    })),
    ...Object.entries(HANDSHAKES).map(([name, shake]) => ({ name, bytes: (key) => [shake(key)], hangsUp: true })),
  ];
  const cases = ["room", "shared"].flatMap((sockets) =>
    plays.flatMap((play) =>
      [1, 4].map((times) => ({
        name: `${play.name} (${sockets}, ${times} sockets)`,
        run: (chance) => listen(stage, lib, { ...play, sockets, times, chance }),
      })),
    ),
  );
  return { stage, cases: shuffled(cases, random) };
}

/** A frame as the site sends it. */
function realFrame({ site, alice }) {
  const { id } = alice.in(1).says(`a frame ${site.newestEventId}`);
  return Buffer.from(
    JSON.stringify({
      r1: { e: [event({ id: site.newestEventId, message_id: id, user_id: alice.id })], t: site.newestEventId, d: 1 },
    }),
  );
}

/** Listens while the first sockets are hostile. Ends when a message posted after them is delivered. */
function listen(stage, lib, { bytes, hangsUp, sockets, times, chance }) {
  let left = times;
  stage.upgrade = (request, socket) => {
    if (left-- <= 0) return false;
    const key = createHash("sha1")
      .update(`${request.headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest("base64");
    for (const chunk of bytes(key, chance))
      socket.write(typeof chunk === "string" ? Buffer.from(chunk, "latin1") : chunk);
    if (hangsUp) socket.end();
    return true;
  };
  const heard = [];
  const words = `the last word ${stage.site.newestEventId}`;
  return stage.settle(
    new Promise((resolve, reject) => {
      const chat = stage.known({ stream: { sockets, giveUpMs: 7_200_000 } });
      const watch = chat.getRoom(1).watch((one) => {
        if (one instanceof lib.MessagePosted && one.textContent === words) heard.push(one);
        if (heard.length === 1) resolve(heard[0].textContent);
        if (heard.length > 1) reject(new Error("the message was delivered twice"));
      });
      watch.ready.then(() => stage.alice.in(1).says(words), reject);
    }),
  );
}
