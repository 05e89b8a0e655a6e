/** Odd but harmless requests, the request log, and addresses that a proxy or container maps. */
import { once } from "node:events";
import { connect } from "node:net";
import { request } from "undici";
import { expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";
import { ChatServer, type ChatServerOptions } from "../src/server/index.js";
import { Browser, withBot } from "./server-support.js";
import { failureOf } from "./support.js";

async function start(options: ChatServerOptions = {}): Promise<ChatServer> {
  const server = await ChatServer.start({ sites: ["stackexchange.com"], ...options });
  onTestFinished(() => server.close());
  return server;
}

test("HEAD answers as GET does, without a body, also for scripts and style sheets", async () => {
  const { url } = await start();
  for (const path of ["/faq", "/web/room.js", "/web/chat.css"]) {
    const [get, head] = [await request(url + path), await request(url + path, { method: "HEAD" })];
    expect([path, head.statusCode, head.headers["content-type"]]).toEqual([path, 200, get.headers["content-type"]]);
    await get.body.dump();
    expect(await head.body.text()).toBe("");
  }
});

test("conditions and ranges are ignored: the response is complete", async () => {
  const { url } = await start();
  const whole = await (await request(`${url}/web/chat.css`)).body.text();
  const headers = { "if-none-match": "*", "if-modified-since": new Date().toUTCString(), range: "bytes=0-3" };
  const answer = await request(`${url}/web/chat.css`, { headers });
  expect([answer.statusCode, await answer.body.text()]).toEqual([200, whole]);
});

test("an empty visitor cookie is replaced, so that its login key is nobody else's", async () => {
  const { url } = await start();
  const answer = await request(`${url}/users/login`, { headers: { cookie: "prov=" } });
  await answer.body.dump();
  expect(String(answer.headers["set-cookie"])).toMatch(/prov=[0-9a-f-]{36};/);
});

test("the token of a socket URL is not logged, wherever it appears", async () => {
  const { server, bot } = await withBot();
  onTestFinished(() => server.close());
  const { url } = await bot.json<{ url: string }>("/ws-auth", { roomid: 1 });
  const [token = ""] = /[0-9a-f]{32}/.exec(url) ?? [];
  const path = new URL(url).pathname;
  await bot.get(`${path}/more`);
  await bot.get(`${path}?token=${token}`);
  const upgrade = { connection: "upgrade", upgrade: "websocket" };
  for (const asked of [`${path}/`, `${path}/?t=${token}`]) {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    const closed = new Promise((resolve) => socket.once("close", resolve));
    const lines = Object.entries({ host: "localhost", ...upgrade }).map(([name, value]) => `${name}: ${value}`);
    socket.resume().write(`GET ${asked} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
    await closed;
  }
  expect(JSON.stringify(server.requests)).not.toContain(token);
});

test("a logged request is small, however large its form was", async () => {
  const server = await start({ maxRequests: 3 });
  const browser = new Browser(server.site);
  const form = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`f${n}`, "x".repeat(16_000)]));
  await browser.post("/user/info", form);
  expect(JSON.stringify(server.requests.at(-1)).length).toBeLessThan(70_000);
  expect(server.requests.at(-1)?.form.f0).toBe(form.f0);
});

test("an exposed server behind a mapped port uses the requested address, localhost included", async () => {
  const server = await start({ hostname: "0.0.0.0", exposed: true });
  server.site.addUser({ name: "Bot", email: "bot@example.com" });
  for (const host of ["localhost:9000", "127.0.0.1:9000"]) {
    const browser = new Browser(server.site);
    const login = await browser.submitLogin("bot@example.com", "password", host);
    expect(login.headers.location).toBe(`http://${host}/`);
    await browser.visit(host);
    const auth = await browser.post("/ws-auth", { roomid: 1 }, host);
    expect(JSON.parse(auth.text).url).toContain(`ws://${host}/`);
    const headers = { host, origin: `http://${host}`, "content-type": "application/x-www-form-urlencoded" };
    const posted = await request(`${server.url}/user/info`, { method: "POST", headers, body: "ids=1" });
    expect(posted.statusCode).toBe(200);
    await posted.body.dump();
  }
});

test("an impossible planned response is refused when it is planned", async () => {
  const { site } = await start();
  for (const status of [99, 600, 1.5, Number.NaN]) {
    const error = await failureOf((async () => site.faults.fail("/", { status }))());
    expect(error).toMatchObject({ code: "BAD_ARGUMENT", message: expect.stringContaining("status") });
  }
  const error = await failureOf((async () => site.faults.fail("/", { status: 204, body: "x" }))());
  expect(error).toMatchObject({ code: "BAD_ARGUMENT" });
});

test("a user who leaves a room without having entered it cannot be pinged there", async () => {
  const { server, bot } = await withBot();
  onTestFinished(() => server.close());
  await bot.post("/chats/leave/1", { quiet: "true" });
  expect((await bot.get("/rooms/pingable/1")).text).toBe("[]");
});

test("a message listed twice in one move is moved once, and no other message is moved", async () => {
  const { site } = await start();
  const alice = site.user("Alice");
  const [from, to] = [site.addRoom({ name: "from", owners: [alice] }), site.addRoom({ name: "to", owners: [alice] })];
  const first = alice.in(from.id).says("first");
  alice.in(from.id).says("second");
  expect(alice.in(from.id).moves([first, first], to.id)).toBe(1);
  expect(from.messages.map(({ source }) => source)).toContain("second");
});

test("a mention that consists of accents only mentions no user", async () => {
  const { server, bot } = await withBot();
  onTestFinished(() => server.close());
  server.site.user("Alice").in(1).says("hello @\u0301\u0301\u0301 there");
  expect((await bot.get("/transcript/1")).text).not.toContain('class="mention"');
});

test("a timeout of any length is announced with a valid date", async () => {
  const { server, bot } = await withBot();
  onTestFinished(() => server.close());
  server.site.room(1).timeout(999_999_999_999_999);
  const answer = await bot.post("/chats/1/messages/new", { text: "hello" });
  expect(answer.text).not.toMatch(/NaN|Invalid/);
});

test("a socket that pings and never reads is disconnected instead of buffered", { timeout: 30_000 }, async () => {
  const { server, bot } = await withBot();
  onTestFinished(() => server.close());
  const { url } = await bot.json<{ url: string }>("/ws-auth", { roomid: 1 });
  const socket = new WebSocket(url, { origin: server.site.chatOrigin });
  await once(socket, "open");
  socket.pause();
  socket.on("error", () => {});
  const pings = 1_000_000; // 125 MB of pongs, if the server buffered them
  for (let sent = 0; sent < pings && server.site.openSockets > 0; sent += 1_000) {
    for (let n = 0; n < 1_000; n++) if (socket.readyState === socket.OPEN) socket.ping(Buffer.alloc(120));
    await new Promise(setImmediate);
    for (let wait = 0; socket.bufferedAmount > 1_000_000 && server.site.openSockets > 0 && wait < 10_000; wait++) {
      await new Promise(setImmediate);
    }
  }
  expect(server.site.openSockets).toBe(0);
  socket.terminate();
});

test("an unknown tab gets an error sentence, whatever its name is", async () => {
  const { site } = await start();
  site.room(1).freeze();
  for (const tab of ["constructor", "__proto__", "nowhere"]) {
    expect((await new Browser(site).get(`/rooms?tab=${tab}`)).text).toContain("There are no rooms here.");
  }
});

test.each([
  ["in one piece", ["ids=-1"]],
  ["with its body in two pieces", ["ids", "=-1"]],
])("a request that offers HTTP/2, %s, is answered in HTTP/1.1, and so are the next ones", async (_, body) => {
  const { url } = await start();
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  const answer = new Promise<string>((resolve) => {
    let text = "";
    socket.on("data", (data) => {
      text += data;
    });
    socket.on("close", () => resolve(text));
  });
  const upgrade = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n";
  const form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 6\r\n";
  const head = `POST /user/info HTTP/1.1\r\nHost: localhost\r\n${upgrade}${form}\r\n`;
  socket.setNoDelay();
  for (const piece of [head, ...body]) await new Promise((resolve) => socket.write(piece, resolve));
  socket.write("GET /rooms/thumbs/1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const text = await answer;
  expect(text).toMatch(/^HTTP\/1\.1 200 [\s\S]*"name":"Community"[\s\S]*HTTP\/1\.1 200 [\s\S]*"name":"Sandbox"/);
});
