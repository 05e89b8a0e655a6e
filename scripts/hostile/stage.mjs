// A site that can be hijacked: a local server with users, behind an HTTP and socket server that can respond in its place.
// Requests that leave the site or its TLS end at two servers that record them.
import { createServer, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { ownSecrets, PASSWORD } from "./secrets.mjs";

const EMAIL = "bot@example.com";
/** The name and the id of the user in the foreign server's forged responses. */
export const FOREIGN = { name: "Mallory", id: 66_666_666 };

const OWN = /(?:^|\.)(?:stackoverflow|stackexchange)\.com$/;

/** A case counts as hanging after this many real milliseconds, or this many of the clock. */
const MOST_REAL_MS = 60_000;
const MOST_CLOCK_MS = 3 * 3_600_000;

function listen(server) {
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
}

function bodyOf(request) {
  return new Promise((resolve) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("error", () => {});
    request.on("end", () => resolve(Buffer.concat(chunks)));
  });
}

/** Responds with forged data of all kinds that a client could trust. */
function foreignAnswer(request, response) {
  const page = `<html><body><div class="topbar-menu-links"><a href="/users/${FOREIGN.id}/mallory">${FOREIGN.name}</a></div>
    <form id="login-form" action="/users/login" method="post"><input name="fkey" type="hidden" value="${"e".repeat(64)}"></form>
    <script>var result = 'https://evil.example/x.png';</script>
    <div id="transcript"><div class="monologue user-${FOREIGN.id}"><div class="username">${FOREIGN.name}</div><div class="message" id="message-${FOREIGN.id}"><div class="content">believe me</div></div></div></div></body></html>`;
  const json = JSON.stringify({ id: FOREIGN.id, time: 1, name: FOREIGN.name, url: "wss://evil.example/x", sync: 1 });
  const isPage = request.method === "GET" && !/thumbs|info/.test(request.url ?? "");
  response.writeHead(200, { "content-type": isPage ? "text/html" : "application/json", "set-cookie": "acct=stolen" });
  response.end(isPage ? page : json);
}

/** Opens the stage that all cases of a kind share. */
export async function openStage({ Client, ChatServer, ManualClock }) {
  const clock = new ManualClock();
  const server = await ChatServer.start({ sites: ["stackoverflow.com"], clock, heartbeatMs: 20_000 });
  const { site } = server;
  const bot = site.addUser({ name: "Bot", email: EMAIL, password: PASSWORD, reputation: 500 });
  const alice = site.addUser({ name: "Alice", email: "alice@example.com", reputation: 500 });
  const room = site.room(1);
  const realPort = Number(new URL(server.url).port);
  const stage = { clock, server, site, bot, alice, room, foreign: [], strike: null, upgrade: null, busy: 0, log: [] };

  const front = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const asked = {
      method: request.method,
      path: request.url,
      host: request.headers.host,
      headers: request.headers,
      body,
    };
    response.on("error", () => {});
    let isUnderWay = true;
    stage.busy += 1;
    const done = () => {
      if (isUnderWay) stage.busy -= 1;
      isUnderWay = false;
    };
    response.on("close", done);
    response.on("finish", done);
    const real = () => ask(realPort, asked);
    const struck = stage.strike?.(asked);
    if (struck) {
      await struck({ asked, response, socket: request.socket, real, hold: done });
      return;
    }
    const answer = await real();
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
  });
  front.on("upgrade", (request, socket, head) => {
    socket.on("error", () => {});
    if (stage.upgrade?.(request, socket)) return;
    const far = connect(realPort, "127.0.0.1");
    const headers = request.rawHeaders.reduce((text, part, n) => text + part + (n % 2 ? "\r\n" : ": "), "");
    far.write(`GET ${request.url} HTTP/1.1\r\n${headers}\r\n`);
    if (head.length > 0) far.write(head);
    far.on("error", () => socket.destroy());
    socket.pipe(far);
    far.pipe(socket);
    socket.on("close", () => far.destroy());
    far.on("close", () => socket.destroy());
  });
  const elsewhere = () =>
    createServer(async (request, response) => {
      const body = await bodyOf(request);
      stage.foreign.push(`${request.method} ${request.headers.host}${request.url} ${body}`.trim().slice(0, 300));
      foreignAnswer(request, response);
    }).on("upgrade", (request, socket) => {
      stage.foreign.push(`socket ${request.headers.host}${request.url}`);
      socket.destroy();
    });
  const [evil, clear] = [elsewhere(), elsewhere()];
  const [frontPort, evilPort, clearPort] = [await listen(front), await listen(evil), await listen(clear)];
  front.on("clientError", (_error, socket) => socket.destroy());

  function resolve(origin) {
    const url = new URL(origin);
    const isTls = /^(?:https|wss):/.test(url.protocol);
    return { hostname: "127.0.0.1", port: OWN.test(url.hostname) ? (isTls ? frontPort : clearPort) : evilPort };
  }

  const { host, name, chatOrigin, loginOrigin } = site;
  const place = { host, name, chatOrigin, loginOrigin, resolve };
  const log = (text, ...details) => void stage.log.push([text, ...details]);
  const logger = { debug: log, info: log, warn: log, error: log };
  const clients = [];
  const client = (options = {}) => {
    const made = new Client(place, { clock, logger, onError: (error) => log("unhandled", error), ...options });
    clients.push(made);
    return made;
  };
  const cookies = await logIn(realPort);

  return Object.assign(stage, {
    place,
    /** A client that logs in with its password. */
    stranger: (options) => client({ email: EMAIL, password: PASSWORD, ...options }),
    /** A client with the cookies of a login. */
    known: (options) => client({ cookies, ...options }),
    client,
    /** Advances the clock until a promise settles, while no request is under way. Throws a {@link Hang} if it never does. */
    settle: (promise) => settle(stage, promise),
    /** Cleans up after a case. Resolves to the requests that reached foreign servers. */
    async clean() {
      stage.strike = null;
      stage.upgrade = null;
      await settle(stage, Promise.all(clients.splice(0).map((one) => one.logout({ drain: false }))));
      const { foreign } = stage;
      stage.foreign = [];
      return foreign;
    },
    async close() {
      for (const one of [front, evil, clear]) {
        one.closeAllConnections();
        one.close();
      }
      await server.close();
    },
  });
}

/** Requests the genuine response of the local server. */
function ask(port, { method, path, headers, body }) {
  return new Promise((resolve) => {
    // Uncompressed, so that it can be damaged.
    const rest = Object.entries(headers).filter(
      ([key]) => !["accept-encoding", "connection", "content-length", "transfer-encoding"].includes(key),
    );
    const sent = { ...Object.fromEntries(rest), "content-length": body.length };
    const request = httpRequest(
      { host: "127.0.0.1", port, method, path, headers: sent, setHost: false },
      async (answer) => {
        const content = await bodyOf(answer);
        const kept = Object.entries(answer.headers).filter(
          ([key]) => !["connection", "content-length", "transfer-encoding", "keep-alive"].includes(key),
        );
        ownSecrets.learn(answer.headers["set-cookie"] ?? [], content.toString("latin1"));
        resolve({ status: answer.statusCode, headers: Object.fromEntries(kept), body: content });
      },
    );
    request.on("error", () => resolve({ status: 502, headers: {}, body: Buffer.from("gone") }));
    request.end(body);
  });
}

/** Logs in, and returns the cookies as a user would copy them from a browser. */
async function logIn(port) {
  const headers = { host: "stackoverflow.com", origin: "https://stackoverflow.com" };
  const cookiesOf = (answer) => (answer.headers["set-cookie"] ?? []).map((line) => line.split(";")[0]);
  const page = await ask(port, { method: "GET", path: "/users/login", headers, body: Buffer.alloc(0) });
  const [, fkey] = /name="fkey"[^>]*value="([^"]*)"/.exec(page.body.toString());
  const form = new URLSearchParams({ email: EMAIL, password: PASSWORD, fkey }).toString();
  const more = { "content-type": "application/x-www-form-urlencoded", cookie: cookiesOf(page).join("; ") };
  const answer = await ask(port, {
    method: "POST",
    path: "/users/login",
    headers: { ...headers, ...more },
    body: Buffer.from(form),
  });
  return [...cookiesOf(page), ...cookiesOf(answer)].join("; ");
}

/** Thrown when a case hangs. */
export class Hang extends Error {}

async function settle(stage, promise) {
  let isSettled = false;
  const note = () => {
    isSettled = true;
  };
  promise.then(note, note);
  const started = performance.now();
  const start = stage.clock.now();
  while (!isSettled) {
    for (let still = 0; still < 12 && !isSettled; still++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (stage.busy > 0) {
        still = -1;
        if (performance.now() - started > MOST_REAL_MS) throw hang(stage);
      }
    }
    if (isSettled) break;
    if (performance.now() - started > MOST_REAL_MS) throw hang(stage);
    if (stage.clock.now() - start > MOST_CLOCK_MS) throw new Hang("after 3 hours of the clock");
    const next = stage.clock.untilNextMs;
    await new Promise((resolve) => setTimeout(resolve, next === null ? 2 : 0));
    if (next !== null) await stage.clock.advance(Math.min(next, 5_000));
  }
  return promise;
}

function hang({ busy, clock }) {
  return new Hang(
    `after ${MOST_REAL_MS} ms, with ${busy} requests under way and ${clock.untilNextMs} ms until the next timer`,
  );
}
