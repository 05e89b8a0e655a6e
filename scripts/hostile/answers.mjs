// The site, or something in its place, responds to each request with garbage: bodies, statuses, headers, and bytes that are
// not HTTP.
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { DAMAGES, shuffled } from "./damage.mjs";
import { askable, unharmed } from "./requests.mjs";
import { openStage } from "./stage.mjs";

const PAGE =
  "<!doctype html><html><head><title>Sign in to the hotel</title></head><body><p>Room number?</p></body></html>";
const HTML = { "content-type": "text/html; charset=utf-8" };
const JSON_TYPE = { "content-type": "application/json" };
const HUGE = 20 * 1024 * 1024;

const send =
  (status, body = "", headers = {}) =>
  ({ response }) => {
    response.writeHead(status, headers);
    response.end(body);
  };
/** Writes raw bytes, and closes the connection unless it is held open. */
const bytes =
  (text, more) =>
  ({ socket, hold }) => {
    socket.write(Buffer.from(text, "latin1"));
    if (more === "hold") hold();
    else socket.end();
  };
const ok = (headers, body = "") => `HTTP/1.1 200 OK\r\n${headers.map((line) => `${line}\r\n`).join("")}\r\n${body}`;

function fromEntries(list, name, value) {
  return Object.fromEntries(list.map((one) => [name(one), value(one)]));
}

const STATUSES = [199, 201, 202, 203, 204, 205, 206, 226, 299, 300, 301, 302, 303, 304, 305, 306, 307, 308, 310, 399];
STATUSES.push(
  400,
  401,
  402,
  403,
  404,
  405,
  406,
  407,
  408,
  409,
  410,
  411,
  412,
  413,
  414,
  415,
  416,
  418,
  421,
  422,
  425,
  426,
  429,
  431,
  451,
  499,
);
STATUSES.push(500, 501, 502, 503, 504, 505, 508, 511, 520, 530, 599, 600, 999);
const BODIES = [
  "null",
  "true",
  "0",
  "-1",
  "1e999",
  "NaN",
  "Infinity",
  "undefined",
  '""',
  '"ok"',
  "ok",
  "[]",
  "{}",
  "[[]]",
  "[null]",
  "[[null]]",
];
BODIES.push(
  '{"id":null}',
  '{"id":-1}',
  '{"id":1e300}',
  '{"id":"x"}',
  '{"id":{}}',
  '{"id":[1]}',
  '{"id":0,"time":{}}',
  '{"url":5}',
  '{"url":"x"}',
);
BODIES.push(
  '{"url":"wss://"}',
  '{"url":"wss://chat.sockets.stackexchange.com:99999/"}',
  '{"url":"http://evil.example"}',
  '{"url":"wss://evil.example/"}',
);
BODIES.push(
  '{"events":{}}',
  '{"events":[null,1,"x",[],{}],"time":"now"}',
  '{"events":[{"event_type":1,"message_id":"x"}],"time":-5,"sync":1e99}',
);
BODIES.push(
  '{"time":9007199254740993,"sync":"x","events":null}',
  '{"users":[null,5,{"id":"x"}]}',
  '{"users":{}}',
  '{"rooms":{}}',
  '{"__proto__":{"id":1}}',
);
BODIES.push(
  '[{"id":1,"name":null,"tags":{},"last_activity":"x"}]',
  '{"r1":{"e":{},"t":"x","d":[]}}',
  '{"r1":{"reset":true}}',
  '{"r1":null}',
);
BODIES.push(
  '"You can perform this action again in 999999999999 seconds"',
  '"You can perform this action again in -5 seconds"',
);
const RETRY_AFTER = [
  "0",
  "-1",
  "1e9",
  "NaN",
  "999999999999",
  "Thu, 01 Jan 1970 00:00:00 GMT",
  "Fri, 31 Dec 9999 23:59:59 GMT",
  "soon",
  "1, 2",
  "\u00ff",
];

const WIRE = {
  "no answer": ({ hold }) => hold(),
  "no answer, hung up": ({ socket }) => socket.destroy(),
  "no answer, reset": ({ socket }) => socket.resetAndDestroy(),
  "half a status line": bytes("HTTP/1.1 2"),
  "half a status line, held": bytes("HTTP/1.1 2", "hold"),
  "headers without an end": bytes("HTTP/1.1 200 OK\r\nX: y\r\n", "hold"),
  "a body without an end": bytes(ok(["Content-Length: 100"], "{"), "hold"),
  "a body that is cut": bytes(ok(["Content-Length: 100"], "{}")),
  "a body that is longer": bytes(ok(["Content-Length: 2"], '{}{"id":1}')),
  "no length": bytes(ok([], "{}")),
  "a negative length": bytes(ok(["Content-Length: -1"], "{}")),
  "a length of words": bytes(ok(["Content-Length: many"], "{}")),
  "a length beyond all": bytes(ok(["Content-Length: 99999999999999999999"], "{}")),
  "two lengths": bytes(ok(["Content-Length: 2", "Content-Length: 3"], "{}")),
  "a length and chunks": bytes(ok(["Content-Length: 2", "Transfer-Encoding: chunked"], "2\r\n{}\r\n0\r\n\r\n")),
  "chunks of garbage": bytes(ok(["Transfer-Encoding: chunked"], "zz\r\n{}\r\n0\r\n\r\n")),
  "chunks without an end": bytes(ok(["Transfer-Encoding: chunked"], "2\r\n{}\r\n")),
  "chunks without an end, held": bytes(ok(["Transfer-Encoding: chunked"], "2\r\n{}\r\n"), "hold"),
  "a huge chunk": bytes(ok(["Transfer-Encoding: chunked"], "ffffffffffffffff\r\n{}")),
  "a negative chunk": bytes(ok(["Transfer-Encoding: chunked"], "-2\r\n{}")),
  "trailers of garbage": bytes(ok(["Transfer-Encoding: chunked"], "2\r\n{}\r\n0\r\n\u0000\r\n\r\n")),
  "an unknown transfer encoding": bytes(ok(["Transfer-Encoding: rot13"], "{}")),
  "no HTTP": bytes("hello\r\n\r\n"),
  "HTTP/0.9": bytes("<html>hello</html>"),
  "HTTP/2": bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  "HTTP/9.9": bytes("HTTP/9.9 200 OK\r\n\r\n"),
  TLS: bytes("\u0015\u0003\u0001\u0000\u0002\u0002\u0028"),
  "a status of words": bytes("HTTP/1.1 OK OK\r\n\r\n"),
  "a status of 0": bytes("HTTP/1.1 000 X\r\n\r\n"),
  "a status of -1": bytes("HTTP/1.1 -1 X\r\n\r\n"),
  "a status of 10 digits": bytes("HTTP/1.1 2000000000 X\r\n\r\n"),
  "100 and nothing else": bytes("HTTP/1.1 100 Continue\r\n\r\n"),
  "100 and nothing else, held": bytes("HTTP/1.1 100 Continue\r\n\r\n", "hold"),
  "100 a thousand times": bytes("HTTP/1.1 100 Continue\r\n\r\n".repeat(1_000)),
  101: bytes("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
  "103 and then 200": bytes(`HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${ok(["Content-Length: 2"], "{}")}`),
  "two answers": bytes(`${ok(["Content-Length: 2"], "{}")}${ok(["Content-Length: 4"], "null")}`),
  "204 with a body": bytes("HTTP/1.1 204 No\r\nContent-Length: 2\r\n\r\n{}"),
  "a header of 1 MB": bytes(ok([`X: ${"y".repeat(1_000_000)}`], "{}")),
  "10,000 headers": bytes(
    ok(
      Array.from({ length: 10_000 }, (_, n) => `X${n}: y`),
      "{}",
    ),
  ),
  "a header without a name": bytes(ok([": x", "Content-Length: 2"], "{}")),
  "a header with NUL": bytes(ok(["X: \u0000", "Content-Length: 2"], "{}")),
  "a header not ASCII": bytes(ok(["X\u00ff: \u00ff", "Content-Length: 2"], "{}")),
  "a folded header": bytes(ok(["X: a", "  b", "Content-Length: 2"], "{}")),
  "line ends of LF": bytes("HTTP/1.1 200 OK\nContent-Length: 2\n\n{}"),
};

const HEADERS = {
  "1,000 cookies": send(200, PAGE, {
    ...HTML,
    "set-cookie": Array.from({ length: 1_000 }, (_, n) => `c${n}=${"v".repeat(10)}`),
  }),
  "a cookie of 60 kB": send(200, PAGE, { ...HTML, "set-cookie": `big=${"v".repeat(14_000)}` }),
  "cookies of garbage": send(200, PAGE, {
    ...HTML,
    "set-cookie": [
      "",
      "=",
      ";",
      "=;=",
      "a",
      "\u00ff=\u00ff",
      "x=1; expires=never; max-age=soon; domain=.",
      "y=1; domain=com",
    ],
  }),
  "cookies that end the login": send(200, PAGE, {
    ...HTML,
    "set-cookie": [
      "acct=; Max-Age=0; Domain=.stackoverflow.com; Path=/",
      "prov=; expires=Thu, 01 Jan 1970 00:00:00 GMT",
    ],
  }),
  "no content type": send(200, "{}"),
  "a content type of garbage": send(200, "{}", { "content-type": ";;;=/" }),
  "another charset": send(200, Buffer.from([0x7b, 0xe4, 0x7d]), {
    "content-type": "application/json; charset=iso-8859-1",
  }),
  "a challenge": send(403, "<title>Just a moment...</title>", { ...HTML, "cf-mitigated": "challenge" }),
  "gzip that is none": send(200, "{}", { ...JSON_TYPE, "content-encoding": "gzip" }),
  "gzip that is cut": send(200, gzipSync(PAGE).subarray(0, 40), { ...HTML, "content-encoding": "gzip" }),
  "gzip that is flipped": send(200, gzipSync(PAGE).fill(0x55, 20, 30), { ...HTML, "content-encoding": "gzip" }),
  "gzip of nothing": send(200, "", { ...JSON_TYPE, "content-encoding": "gzip" }),
  "a bomb of gzip": send(200, gzipSync(Buffer.alloc(64 * 1024 * 1024)), { ...JSON_TYPE, "content-encoding": "gzip" }),
  "a bomb of brotli": send(200, brotliCompressSync(Buffer.alloc(32 * 1024 * 1024)), {
    ...JSON_TYPE,
    "content-encoding": "br",
  }),
  "gzip in gzip": send(200, gzipSync(gzipSync("{}")), { ...JSON_TYPE, "content-encoding": "gzip, gzip" }),
  "gzip a hundred times": send(200, "{}", { ...JSON_TYPE, "content-encoding": Array(100).fill("gzip").join(", ") }),
  "deflate, raw or not": send(200, deflateSync("{}"), { ...JSON_TYPE, "content-encoding": "deflate" }),
  "an unknown packing": send(200, "{}", { ...JSON_TYPE, "content-encoding": "middle-out" }),
  "a packing of garbage": send(200, "{}", { ...JSON_TYPE, "content-encoding": ",;\u00ff" }),
  "20 MB of nothing": send(200, Buffer.alloc(HUGE, " "), HTML),
  "20 MB of tags": send(200, Buffer.alloc(HUGE, "<b>"), HTML),
  "1 MB of tags": send(200, "<div>".repeat(200_000), HTML),
};

/** Echoes of the request, to find leaks of secrets. */
const ECHOES = {
  "the form": ({ body }) => body.toString(),
  "the headers": ({ headers }) =>
    Object.entries(headers)
      .map((pair) => pair.join(": "))
      .join("; "),
  "the request": ({ method, path, headers, body }) => `${method} ${path} ${headers.cookie} ${body}`,
  "the form, decoded": ({ body }) =>
    [...new URLSearchParams(body.toString())].map((pair) => pair.join(" is ")).join(", "),
  "the cookies": ({ headers }) => `no such login: ${headers.cookie}`,
};
const WRAPS = {
  text: (text) => [text, {}],
  "marked text": (text) => [text, { chat: "error" }],
  "a JSON text": (text) => [JSON.stringify(text), JSON_TYPE],
  "a page": (text) => [
    `<html><body><h1>Oops</h1><p>${text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)}</p></body></html>`,
    HTML,
  ],
  "a page, not encoded": (text) => [
    `<div class="error"><input name="fkey" value=""/><title>${text}</title>${text}</div>`,
    HTML,
  ],
  "a script": (text) => [`<script>var error = '${text.replaceAll("'", "")}';</script>`, HTML],
};

const ECHO_ANSWERS = Object.fromEntries(
  Object.entries(ECHOES).flatMap(([what, echo]) =>
    Object.entries(WRAPS).flatMap(([how, wrap]) =>
      [200, 400, 403, 404, 409, 503].map((status) => [
        `echo of ${what} in ${how}, ${status}`,
        ({ asked, response }) => {
          const [body, headers] = wrap(echo(asked).slice(0, 450));
          response.writeHead(status, headers);
          response.end(body);
        },
      ]),
    ),
  ),
);

/** The responses by name. */
function answers() {
  const damaged = ([name, damage]) => [
    `its own answer: ${name}`,
    async ({ real, response }, random) => {
      const { status, headers, body } = await real();
      response.writeHead(status, headers);
      response.end(damage(body, random));
    },
  ];
  return {
    ...fromEntries(
      STATUSES,
      (status) => `${status}, empty`,
      (status) => send(status),
    ),
    ...fromEntries(
      STATUSES,
      (status) => `${status} with a page`,
      (status) => send(status, PAGE, HTML),
    ),
    ...fromEntries(
      STATUSES,
      (status) => `${status} with a text`,
      (status) => send(status, "the cat is on the keyboard"),
    ),
    ...fromEntries(
      BODIES,
      (word) => `200 with ${word}`,
      (word) => send(200, word, JSON_TYPE),
    ),
    ...fromEntries(
      RETRY_AFTER,
      (after) => `429, again after ${after}`,
      (after) => send(429, "slow down", { "retry-after": after }),
    ),
    ...fromEntries(
      RETRY_AFTER,
      (after) => `503, again after ${after}`,
      (after) => send(503, "", { "retry-after": after }),
    ),
    ...WIRE,
    ...HEADERS,
    ...ECHO_ANSWERS,
    ...Object.fromEntries(Object.entries(DAMAGES).map(damaged)),
  };
}

export async function open(lib, random) {
  const stage = await openStage(lib);
  const requests = askable(stage);
  const kinds = Object.entries(answers()).flatMap(([what, answer]) =>
    Object.entries(requests).map(([name, request]) => ({ name, request, what, answer })),
  );
  const cases = shuffled(kinds, random).map(({ name, request, what, answer }) => ({
    name: `${name}: ${what}`,
    run(chance) {
      stage.strike = (asked) => (request.matches(asked) ? (exchange) => answer(exchange, chance) : null);
      return stage.settle(request.run());
    },
  }));
  return { stage, cases: [...unharmed(stage, requests), ...cases] };
}
