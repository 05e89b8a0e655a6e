/**
 * Hostile requests, byte by byte: the server refuses each one clearly, discloses nothing about itself, and answers the
 * next valid request.
 */
import { connect, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { ChatServer } from "../src/server/index.js";
import { expectRefusal, formOf, formType, raw as rawTo, request } from "./raw-http.js";
import { Browser } from "./server-support.js";

let server: ChatServer;
let port: number;
beforeAll(async () => {
  server = await ChatServer.start({ sites: ["stackoverflow.com"], maxBodyBytes: 2_000, requestTimeoutMs: 1_000 });
  server.site.addUser({ name: "Bot", email: "bot@example.com", reputation: 500 });
  port = Number(new URL(server.url).port);
});
afterAll(() => server.close());

const raw = (bytes: string | Buffer, { at = port, ends = false } = {}): Promise<string> => rawTo(bytes, at, { ends });

/** Any server left standing answers this. */
async function expectAlive(at = port): Promise<void> {
  const answer = await raw(request("GET /rooms/thumbs/1"), { at });
  expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*"name":"Sandbox"/);
}
afterEach(() => expectAlive());

describe("paths", () => {
  test.each([
    ["/web/../../package.json", 404],
    ["/web/%2e%2e/%2e%2e/package.json", 404],
    ["/web/..%2f..%2fpackage.json", 404],
    ["/web/..%5c..%5cpackage.json", 404],
    ["/web/..\\..\\package.json", 400],
    ["/web/chat.css%00.js", 404],
    ["/web/%63hat.css", 404],
    ["/web/", 404],
    ["//evil.example/rooms/1", 404],
    ["http://evil.example/web/../../package.json", 421],
    ["http://evil.example/rooms/thumbs/1", 421],
    ["HTTPS://evil.example", 400],
    ["http://localhost@evil.example/", 400],
    ["http://localhost/web/../../package.json", 404],
    ["ftp://localhost/", 400],
    ["//[", 404],
    ["http://[", 400],
    ["*", 400],
    ["/%zz", 404],
    ["/rooms/%E0%A4%A", 404],
    ["/rooms/1/%00", 200],
    ["/rooms/1?q=%zz&q=%00", 200],
    ["/rooms/99999999999999999999999", 404],
    ["/transcript/1/9999/99/99", 404],
    ["/transcript/1/2024/1/1/9-3", 404],
    ["/message/99999999999999999999", 404],
    ["/rooms?page=-5&page=99999999999999&sort=constructor&tab=__proto__", 200],
    ["/search?q=%00&page=1e400", 200],
    ["/users/search?q=a&limit=-1", 404],
    ["/i/..png", 404],
    [`/${"a/".repeat(5_000)}`, 404],
    [`/${"%41".repeat(6_000)}`, 431],
  ])("GET %.60s answers %i", async (path, status) => {
    const answer = await raw(request(`GET ${path}`));
    expectRefusal(answer, path);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).not.toContain("chatexchange-ts");
  });

  test.each(["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])("%s is not found", async (method) => {
    expect(await raw(request(`${method} /rooms/1`))).toMatch(/^HTTP\/1\.1 404 /);
  });

  test("an unknown host gets 421, and a proxy's CONNECT is disconnected", async () => {
    const strange = request("GET /").replace(/Host: .*/, "Host: evil.example");
    expect(await raw(strange)).toMatch(/^HTTP\/1\.1 421 /);
    expect(await raw(request("CONNECT example.com:443"))).toBe("");
  });
});

describe("hosts", () => {
  const asking = (host: string): string => request("GET /rooms/thumbs/1").replace("Host: localhost", host);

  test.each(["localhost", "LOCALHOST:80", "127.0.0.1", "127.255.255.255:1", "[::1]", "chat.stackoverflow.com"])(
    "%s is one of ours",
    async (host) => {
      expect(await raw(asking(`Host: ${host}`))).toMatch(/^HTTP\/1\.1 200 /);
    },
  );

  test.each([
    "127.999.999.999",
    "127.0.0.256",
    "127.0.0.01",
    "127.1",
    "0177.0.0.1",
    "0x7f000001",
    "2130706433",
    "127.0.0.1.evil.example",
    "127.0.0.1:80:80",
    "localhost.",
    "localhost.evil.example",
    "evil.example:80@localhost",
    "localhost/evil.example",
    "[::1%lo]",
    "[::1%25lo]",
    "[::ffff:127.0.0.1]",
    "[::1",
    "0.0.0.0",
    "chat.stackoverflow.com.",
    "xchat.stackoverflow.com",
  ])("%s is refused", async (host) => {
    const answer = await raw(asking(`Host: ${host}`));
    expectRefusal(answer, host);
    expect(answer).toMatch(/^HTTP\/1\.1 4(?:00|21) /);
  });

  test("a missing and a second Host header are refused, for sockets as well", async () => {
    expect(await raw(asking("X: y"))).toMatch(/^HTTP\/1\.1 400 /);
    for (const two of ["Host: localhost\r\nHost: localhost", "Host: localhost\r\nhost: evil.example"]) {
      expect(await raw(asking(two))).toMatch(/^HTTP\/1\.1 400 /);
      const upgrade = asking(`${two}\r\nUpgrade: websocket`).replace("Connection: close", "Connection: Upgrade");
      expect(await raw(upgrade)).toMatch(/^HTTP\/1\.1 400 /);
    }
  });

  test("the host of an absolute target takes precedence over the header", async () => {
    const line = `GET http://127.0.0.1:${port}/rooms/thumbs/1`;
    expect(await raw(request(line).replace("Host: localhost", "Host: evil.example"))).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe("bodies and headers", () => {
  const events = "POST /chats/1/events";
  test.each([
    ["longer than allowed", formOf(events, `fkey=${"x".repeat(5_000)}`), 413],
    [
      "chunked, longer than allowed",
      request(events, [formType, "Transfer-Encoding: chunked"], `1388\r\n${"x".repeat(5_000)}\r\n0\r\n\r\n`),
      413,
    ],
    ["with two lengths", request(events, [formType, "Content-Length: 3", "Content-Length: 4"], "abc"), 400],
    [
      "with a length and chunks",
      request(events, [formType, "Content-Length: 5", "Transfer-Encoding: chunked"], "0\r\n\r\n"),
      400,
    ],
    ["with broken chunks", request(events, [formType, "Transfer-Encoding: chunked"], "zz\r\nabc"), 400],
    ["with a negative length", request(events, [formType, "Content-Length: -1"], "a"), 400],
    ["of JSON", formOf(events, '{"fkey":1}', "Content-Type: application/json"), 404],
    ["of no type", request(events, ["Content-Length: 6"], "fkey=1"), 404],
    ["with every parameter thrice", formOf(`${events}?fkey=a&FKEY=b`, "fkey=c&fkey=d&mode=&mode[]=x&__proto__=y"), 400],
    ["with broken escapes", formOf(events, "fkey=%zz&%=%&&&==&\u0000=%00"), 400],
    ["with an expectation nobody meets", request(events, ["Expect: banana", "Content-Length: 0"]), 417],
    ["with headers that are too large", request("GET /", [`X: ${"a".repeat(20_000)}`]), 431],
    [
      "with a thousand headers",
      request(
        "GET /",
        Array.from({ length: 2_500 }, (_, n) => `X-${n}: y`),
      ),
      431,
    ],
    ["with control characters in a cookie", request("GET /", ["Cookie: acct=\u0001"]), 400],
    ["with senseless cookies", request("GET /", ["Cookie: ;;=;=x;acct;acct=;__proto__=1"]), 200],
    ["in another version", "GET / HTTP/9.9\r\n\r\n", 400],
    ["in no HTTP at all", "hello\r\n\r\n", 400],
    ["of TLS to a plain port", Buffer.from("1603010200010001fc0303", "hex"), 400],
  ])("%s", async (_name, bytes, status) => {
    const answer = await raw(bytes);
    expectRefusal(answer);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  test("invalid multipart data is an empty upload", async () => {
    const bot = await new Browser(server.site).logIn("bot@example.com");
    const cookie = `Cookie: ${[...bot.cookies].map(([name, value]) => `${name}=${value}`).join("; ")}`;
    for (const [type, body] of [
      ["multipart/form-data", "--x\r\n\r\n"],
      ["multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name="],
      ["multipart/form-data; boundary=x", "--y\r\n--x--\r\n"],
      [
        "multipart/form-data; boundary=x",
        `--x\r\nContent-Disposition: form-data; name="filename"; filename="../../x.png"\r\n\r\n<svg onload=alert(1)>\r\n--x--\r\n`,
      ],
      [`multipart/form-data; boundary=${"b".repeat(5_000)}`, "\u0000\u0001"],
    ]) {
      const length = `Content-Length: ${Buffer.byteLength(body ?? "")}`;
      const answer = await raw(request("POST /upload/image", [`Content-Type: ${type}`, cookie, length], body));
      expectRefusal(answer);
      expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*var error = '/);
    }
  });
});

describe("slow and numerous clients", () => {
  test.each([
    ["headers", "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "],
    ["a body", request("POST /chats/1/events", [formType, "Content-Length: 100"], "fkey=")],
  ])("%s that never end are answered 408", async (_name, bytes) => {
    expect(await raw(bytes)).toMatch(/^HTTP\/1\.1 408 /);
  });

  test("a client that sends requests and never reads is disconnected", async () => {
    await using small = await ChatServer.start({
      sites: ["stackoverflow.com"],
      requestTimeoutMs: 500,
      maxConnections: 1,
    });
    const at = Number(new URL(small.url).port);
    const { id } = small.site
      .user("Alice")
      .in(1)
      .says(`x\n${"long ".repeat(180_000)}`);
    const socket = await opened(at);
    socket.pause();
    socket.write(`GET /message/${id}?plain=true HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(60));
    // It has the only connection there may be.
    let answer = "";
    while (!answer.startsWith("HTTP/1.1 200")) answer = await raw(request("GET /rooms/thumbs/1"), { at });
    socket.destroy();
  });

  test("500 pipelined requests, and 500 offers of HTTP/2, are answered in turn on one connection", async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on("warning", onWarning);
    const line = "GET /rooms/thumbs/1 HTTP/1.1\r\nHost: localhost\r\n";
    const offer = "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n";
    const last = request("GET /rooms/thumbs/1");
    for (const headers of ["", offer]) {
      const answer = await raw(`${`${line}${headers}\r\n`.repeat(500)}${last}`);
      expect(answer.match(/HTTP\/1\.1 200 /g)).toHaveLength(501);
    }
    process.off("warning", onWarning);
    expect(warnings).toEqual([]);
  });

  test("a client may disconnect in the middle of a request", async () => {
    expectRefusal(
      await raw(request("POST /chats/1/events", [formType, "Content-Length: 100"], "fkey="), { ends: true }),
    );
    expectRefusal(await raw("GET / HTT", { ends: true }));
  });

  test("2,000 idle connections leave room for a valid request; a connection over the limit gets 503", async () => {
    await using small = await ChatServer.start({ sites: ["stackoverflow.com"], maxConnections: 2_001 });
    const at = Number(new URL(small.url).port);
    const open: Socket[] = [];
    // In portions, as the queue of the system for new connections is short; each answer shows that it is empty.
    while (open.length < 2_000) {
      open.push(...(await Promise.all(Array.from({ length: 200 }, () => opened(at)))));
      await expectAlive(at);
    }
    const one = await opened(at);
    expect(await raw("", { at })).toMatch(/^HTTP\/1\.1 503 Too many connections\r\n/);
    for (const socket of [one, ...open]) socket.destroy();
    await Promise.all([one, ...open].map((socket) => new Promise((closed) => socket.once("close", closed))));
    // The server gets the close a moment later.
    let answer = "";
    while (!answer.startsWith("HTTP/1.1 200")) answer = await raw(request("GET /rooms/thumbs/1"), { at });
  });
});

function opened(at: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(at, "127.0.0.1", () => resolve(socket));
    socket.on("error", reject);
  });
}

describe("upgrades", () => {
  const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
  const origin = "Origin: https://chat.stackoverflow.com";
  const upgrade = ["Upgrade: websocket", "Connection: Upgrade"];
  const good = [...upgrade, key, "Sec-WebSocket-Version: 13", origin];

  test.each([
    ["to no ticket", "/events/1/0123456789abcdef0123456789abcdef?l=1", good, 404],
    ["to no path of ours", "/", good, 404],
    ["with no Origin", "TICKET", [...upgrade, key, "Sec-WebSocket-Version: 13"], 403],
    ["from a foreign page", "TICKET", [...good.slice(0, -1), "Origin: https://evil.example"], 403],
    [
      "from a page that looks like ours",
      "TICKET",
      [...good.slice(0, -1), "Origin: https://chat.stackoverflow.com.evil.example"],
      403,
    ],
    ["with a bad key", "TICKET", [...upgrade, "Sec-WebSocket-Key: x", "Sec-WebSocket-Version: 13", origin], 400],
    ["without a key", "TICKET", [...upgrade, "Sec-WebSocket-Version: 13", origin], 400],
    ["of another version", "TICKET", [...upgrade, key, "Sec-WebSocket-Version: 99", origin], 400],
    [
      "to something else",
      "TICKET",
      ["Upgrade: irc", "Connection: Upgrade", key, "Sec-WebSocket-Version: 13", origin],
      400,
    ],
    ["to a broken address", "http://[", good, 400],
    ["with two slashes", "//[", good, 400],
    ["with a ticket for another room", "/events/2/TOKEN", good, 404],
  ])("%s", async (_name, path, headers, status) => {
    const { pathname, token } = await ticket();
    const where = path.replace("TICKET", pathname).replace("TOKEN", token);
    const answer = await raw(request(`GET ${where}`, headers).replace("Connection: close\r\n", ""));
    expectRefusal(answer);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  test.each(["9".repeat(400), "-1", "1e9", "%00", "NaN", "", "0x10", "99999999999"])(
    "with l=%.20s opens",
    async (l) => {
      const { pathname } = await ticket();
      const socket = await opened(port);
      const first = new Promise<string>((resolve) => socket.once("data", (data) => resolve(String(data))));
      socket.write(request(`GET ${pathname}?l=${l}`, good).replace("Connection: close\r\n", ""));
      expect(await first).toMatch(/^HTTP\/1\.1 101 /);
      // Frames that are none: not masked, reserved bits, a length beyond the limit.
      const closed = new Promise((resolve) => socket.once("close", resolve));
      socket.resume().write(Buffer.from("f17fffffffffffffffff", "hex"));
      await closed;
    },
  );

  async function ticket(): Promise<{ pathname: string; token: string }> {
    const visitor = await new Browser(server.site).visit();
    const { url } = await visitor.json<{ url: string }>("/ws-auth", { roomid: 1 });
    const { pathname } = new URL(url);
    return { pathname, token: pathname.split("/")[3] ?? "" };
  }
});

describe("posts from the pages of other sites", () => {
  const evil = "Origin: https://evil.example";
  async function loggedIn(at: ChatServer): Promise<{ cookie: string; fkey: string }> {
    const bot = await new Browser(at.site).logIn("bot@example.com");
    return {
      cookie: `Cookie: ${[...bot.cookies].map(([name, value]) => `${name}=${value}`).join("; ")}`,
      fkey: bot.fkey,
    };
  }
  const say = (fkey: string): string => `text=hello&fkey=${fkey}`;
  const post = (headers: readonly string[], body: string, path = "/chats/1/messages/new"): string =>
    request(`POST ${path}`, [formType, `Content-Length: ${body.length}`, ...headers], body);

  test("need the fkey, which they cannot read, and are refused even with it", async () => {
    const { cookie, fkey } = await loggedIn(server);
    const said = server.site.room(1).messages.length;
    expect(await raw(post([cookie], say("")))).toMatch(/^HTTP\/1\.1 400 /);
    for (const origin of [
      evil,
      "Origin: null",
      "Origin: http://127.0.0.1:1",
      "Origin: https://chat.stackoverflow.com.evil.example",
    ]) {
      expect(await raw(post([cookie, origin], say(fkey)))).toMatch(/^HTTP\/1\.1 403 /);
      expect(await raw(post([cookie, origin], "upload-url=https://x/y.png", "/upload/image"))).toMatch(
        /^HTTP\/1\.1 403 /,
      );
    }
    expect(server.site.room(1).messages.length).toBe(said);
    const page = await raw(request("GET /chats/join/favorite", [cookie, evil]));
    expect(page).not.toMatch(/access-control-allow/i);
    for (const origin of ["https://chat.stackoverflow.com", "https://stackoverflow.com", server.url]) {
      expect(await raw(post([cookie, `Origin: ${origin}`], say(fkey)))).toMatch(/^HTTP\/1\.1 200 /);
    }
    expect(cookie).toContain("acct=");
  });

  test("are stopped only by the fkey when foreign origins are allowed, and never have the cookies of a browser", async () => {
    await using open = await ChatServer.start({ sites: ["stackoverflow.com"], foreignOrigins: true });
    open.site.addUser({ name: "Bot", email: "bot@example.com" });
    const { cookie, fkey } = await loggedIn(open);
    const at = Number(new URL(open.url).port);
    expect(await raw(post([cookie, evil], say("")), { at })).toMatch(/^HTTP\/1\.1 400 /);
    expect(await raw(post([cookie, evil], say(fkey)), { at })).toMatch(/^HTTP\/1\.1 200 /);
    const answer = await raw(request("GET /"), { at });
    expect(answer).toMatch(/set-cookie: prov=[^\r]*HttpOnly; SameSite=Lax/i);
  });
});

describe("sockets that misbehave", () => {
  test("a refused upgrade leaves no connection behind, whether or not the client closes it", async () => {
    await using small = await ChatServer.start({ sites: ["stackoverflow.com"], maxConnections: 3 });
    const at = Number(new URL(small.url).port);
    for (let n = 0; n < 5; n++) {
      const bytes = request("GET /events/1/x", ["Upgrade: websocket"]).replace(
        "Connection: close",
        "Connection: Upgrade",
      );
      const answer = await new Promise<string>((resolve) => {
        const socket = connect({ port: at, host: "127.0.0.1", allowHalfOpen: true });
        socket.on("data", (data) => resolve(String(data)));
        socket.write(bytes);
      });
      expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    }
    await expectAlive(at);
  });
});
