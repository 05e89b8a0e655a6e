/** The life cycle of a request: its deadline on the client's clock, its cleanup, and its shared connections. */
import { getEventListeners } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { Client } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, onTestFinished, test } from "vitest";
import { sizeOf } from "./sizes.js";
import { standIn } from "./stand-in.js";
import { ends, failureOf, stage } from "./support.js";

test("a request is aborted when its deadline passes on the client's clock, and not before", async () => {
  const clock = new ManualClock();
  const { server, client } = await stage();
  const chat = client({ clock, timeoutMs: 60_000 });
  await chat.login();
  server.site.faults.hang("/users/ignorelist");
  const asked = failureOf(chat.ignoredUsers());
  let isOver = false;
  void asked.then(() => {
    isOver = true;
  });
  await expect.poll(() => server.site.faults.hanging).toBe(1);
  await clock.advance(59_999);
  expect(isOver).toBe(false);
  await clock.advance(1);
  expect(await asked).toMatchObject({ code: "TIMED_OUT" });
  expect(clock.pending).toBe(0);
});

test.each([2 ** 31, 2 ** 32, 1e15])("a deadline of %d ms does not end a request at once", async (timeoutMs) => {
  const { client } = await stage();
  expect(await client({ timeoutMs }).getRoom(1).name).toBe("Sandbox");
});

const ROUNDS = sizeOf({ near: 50, release: 1_000 });

test(`${20 * ROUNDS} requests leave nothing behind on the signal of their caller`, async () => {
  const me = '<input name="fkey" value="x"><div class="topbar-menu-links"><a href="/users/5/bot">Bot</a></div>';
  const url = await standIn(
    (request, response) => {
      request.resume();
      response.end(request.url === "/users/ignorelist" ? "[]" : me);
    },
    { near: true },
  );
  const warnings: Error[] = [];
  const warn = (warning: Error): void => void warnings.push(warning);
  process.on("warning", warn);
  onTestFinished(() => void process.off("warning", warn));
  const chat = ends(new Client(url, { cookies: "acct=x" }));
  const { signal } = new AbortController();
  let most = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const asked = Array.from({ length: 20 }, () => chat.ignoredUsers({ signal }));
    await Promise.race(asked);
    most = Math.max(most, getEventListeners(signal, "abort").length);
    await Promise.all(asked);
  }
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
  expect(most).toBe(1);
  expect(warnings).toEqual([]);
}, 120_000);

test("a client leaves no listener on its signal after its logout", async () => {
  const { client } = await stage();
  const { signal } = new AbortController();
  const chat = client({ signal });
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
  await chat.logout();
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

describe("the logout of a client whose rooms cannot be left", () => {
  test("takes five seconds of its clock", async () => {
    const clock = new ManualClock();
    const { server, client } = await stage();
    const chat = client({ clock });
    await chat.getRoom(1).join();
    server.site.faults.hang(/leave/);
    let isOver = false;
    const ended = chat.logout().finally(() => {
      isOver = true;
    });
    await expect.poll(() => server.site.faults.hanging).toBe(1);
    await clock.advance(4_999);
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
    await clock.advance(1);
    for (let turn = 0; turn < 2_000 && !isOver; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(true);
    await ended;
    expect(clock.pending).toBe(0);
  });

  test("takes no longer than that when the clock does not advance", async () => {
    const { server, client } = await stage();
    const chat = client({ clock: new ManualClock() });
    await chat.getRoom(1).join();
    server.site.faults.hang(/leave/);
    await chat.logout();
    expect(chat.outbox.pending).toEqual([]);
  });
});

test("login, join and one message take five requests on two connections", async () => {
  const { server, bot, requests } = await stage();
  const { site } = server;
  let connections = 0;
  const counting = createServer((near) => {
    connections += 1;
    const far = connect(Number(new URL(site.url).port), "127.0.0.1");
    near.pipe(far).pipe(near);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const)
      one.on("error", () => other.destroy());
  });
  await new Promise<void>((resolve) => counting.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void counting.close());
  const { port } = counting.address() as AddressInfo;
  const { host, name, chatOrigin, loginOrigin } = site;
  const there = { host, name, chatOrigin, loginOrigin, resolve: () => ({ hostname: "127.0.0.1", port }) };
  const chat = ends(new Client(there, bot.email, bot.password));
  await chat.login();
  await chat.getRoom(1).join();
  await chat.getRoom(1).sendMessage("hello");
  expect(requests()).toHaveLength(5);
  expect(connections).toBe(2);
});

test("an endpoint of the user's resolver that throws when it is read comes out unchanged", async () => {
  const resolve = (): never => {
    const endpoint = {
      get hostname(): never {
        throw new RangeError("mine");
      },
    };
    return endpoint as never;
  };
  const chat = ends(new Client("stackoverflow.com", { resolve }));
  expect(await failureOf(chat.getRoom(1).name)).toEqual(new RangeError("mine"));
});

test.each([
  ["TypeError", () => new TypeError("my resolver is broken")],
  ["Error with a code", () => Object.assign(new Error("no such file"), { code: "ENOENT" })],
])("a %s of the user's resolver comes out unchanged", async (_, make) => {
  const thrown = make();
  const { server } = await stage();
  const resolve = (): never => {
    throw thrown;
  };
  const chat = ends(new Client(server.site, { resolve }));
  expect(await failureOf(chat.getRoom(1).name)).toBe(thrown);
  expect(await failureOf(chat.getRoom(1).newMessages().ready)).toBe(thrown);
});

test.each([
  ["a promise", () => Promise.resolve({ hostname: "127.0.0.1", port: 1 }), "it returned a promise"],
  ["a promise that rejects", () => Promise.reject(new Error("too late")), "it returned a promise"],
  ["a text", () => "127.0.0.1:1", '"127.0.0.1:1"'],
  ["no port", () => ({ hostname: "127.0.0.1" }), "the port undefined"],
  ["a port out of range", () => ({ hostname: "127.0.0.1", port: 65_536 }), "the port 65536"],
  ["a host that is none", () => ({ hostname: "a b", port: 1 }), "the hostname"],
  ["more than a host", () => ({ hostname: "127.0.0.1/x", port: 1 }), "the hostname"],
  ["a certificate that is no text", () => ({ hostname: "127.0.0.1", port: 1, ca: 5 }), "tls?, ca? }"],
])("a resolver that gives %s is refused, and the real host is not asked", async (_, resolve, named) => {
  const chat = ends(new Client("stackoverflow.com", { resolve: resolve as () => never }));
  const refusal = { code: "BAD_ARGUMENT", message: expect.stringContaining(named) };
  expect(await failureOf(chat.getRoom(1).name)).toMatchObject(refusal);
  expect(await failureOf(chat.getRoom(1).newMessages().ready)).toMatchObject(refusal);
});

test.each([
  "HTTP/1.1 -1 X\r\n\r\n",
  "HTTP/9.9 200 OK\r\n\r\n",
  "HTTP/1.1 200 OK\r\n: x\r\nContent-Length: 2\r\n\r\n{}",
  "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{}",
  "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
  "HTTP/1.1 101 Switching Protocols\r\n\r\n",
  "SSH-2.0-OpenSSH_9.2\r\n",
  "",
])("an answer that is no HTTP is CONNECTION_LOST: %j", async (bytes) => {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("data", () => socket.end(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const chat = ends(new Client(`http://127.0.0.1:${port}`, { reads: { tries: 1 } }));
  expect(await failureOf(chat.getRoom(1).name)).toMatchObject({ code: "CONNECTION_LOST" });
});

test("a port without a listener is CONNECTION_LOST", async () => {
  const { server } = await stage();
  const nobody = { hostname: "127.0.0.1", port: 1 };
  const chat = ends(new Client(server.site, { resolve: () => nobody }));
  expect(await failureOf(chat.getRoom(1).name)).toMatchObject({ code: "CONNECTION_LOST" });
});
