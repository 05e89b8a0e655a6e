/** A local server that other machines can reach: only by option, with a warning, and only under its own name. */
import { once } from "node:events";
import { Server } from "node:net";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { ChatServer, type ChatServerOptions } from "../src/server/index.js";
import { ManualClock } from "../src/testing/index.js";
import { Browser, Socket } from "./server-support.js";
import { failureOf } from "./support.js";

async function exposed(options: ChatServerOptions = {}): Promise<{ server: ChatServer; warning: Error }> {
  const warned = once(process, "warning");
  const server = await ChatServer.start({
    hostname: "0.0.0.0",
    exposed: true,
    sites: ["stackexchange.com"],
    ...options,
  });
  onTestFinished(() => server.close());
  const [warning] = await warned;
  return { server, warning };
}

describe("a server that is not on loopback", () => {
  test("is refused with the name of the option that allows it", async () => {
    for (const hostname of ["0.0.0.0", "::", "192.0.2.1", "example.com"]) {
      const error = await failureOf(ChatServer.start({ hostname }));
      expect(error).toMatchObject({ code: "BAD_ARGUMENT", message: expect.stringMatching(/loopback.*exposed: true/) });
    }
  });

  test("starts with a warning that says what it means", async () => {
    const { server, warning } = await exposed({ world: "demo", showAccounts: true });
    expect(warning).toMatchObject({ name: "ChatServerWarning", code: "CHATEXCHANGE_EXPOSED" });
    expect(warning.message).toMatch(
      /Other machines can reach the local chat server on 0\.0\.0\.0.*no real security.*log in as any user/,
    );
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await new Browser(server.site).get("/faq")).status).toBe(200);
  });

  test("offers no login buttons of its users by default", async () => {
    const { server, warning } = await exposed({ world: "demo" });
    expect(warning.message).toContain('every user has the password "password"');
    const page = await new Browser(server.site).get("/users/login");
    expect(page.text).not.toContain("alice@example.com");
  });

  test("answers to IP addresses, and to no host name that an attacker may have pointed at it", async () => {
    const { server } = await exposed();
    server.site.addUser({ name: "Bot", email: "bot@example.com" });
    const browser = new Browser(server.site);
    const login = await browser.submitLogin("bot@example.com", "password", "192.0.2.7:8080");
    expect(login.headers.location).toBe("http://192.0.2.7:8080/");
    expect((await browser.get("/faq", "[2001:db8::1]:80")).status).toBe(200);
    for (const host of ["evil.example", "evil.example:8080", "0.0.0.0.evil.example", ""])
      expect((await browser.get("/faq", host || "x")).status).toBe(421);
  });

  test("locks the account and the address for a while after wrong passwords, and says how long", async () => {
    const clock = new ManualClock();
    const { server } = await exposed({ clock });
    for (const name of ["bot", "ann", "ben"]) server.site.addUser({ name, email: `${name}@example.com` });
    const tryAs = (name: string, password: string) =>
      new Browser(server.site).submitLogin(`${name}@example.com`, password);
    for (let n = 0; n < 3; n++) expect((await tryAs("bot", "wrong")).status).toBe(200);
    const refused = await tryAs("bot", "password");
    expect(refused).toMatchObject({ status: 429, headers: { "retry-after": "1" } });
    expect(refused.text).toContain("Too many wrong passwords; try again in 1 second.");
    await clock.advance(1_000);
    expect((await tryAs("bot", "wrong")).status).toBe(200);
    // Another account of the same address waits as well.
    expect(await tryAs("ann", "password")).toMatchObject({ status: 429, headers: { "retry-after": "2" } });
    await clock.advance(2_000);
    expect((await tryAs("ann", "password")).status).toBe(302);
    // A right password of another account does not make the address a new one.
    expect((await tryAs("ben", "wrong")).status).toBe(200);
    expect(await tryAs("ben", "password")).toMatchObject({ status: 429, headers: { "retry-after": "4" } });
    await clock.advance(3_600_000);
    for (let n = 0; n < 3; n++) expect((await tryAs("bot", "wrong")).status).toBe(200);
  });

  test("delays no login on loopback, however often a password is wrong", async () => {
    const server = await ChatServer.start({ sites: ["stackexchange.com"] });
    onTestFinished(() => server.close());
    server.site.addUser({ name: "Bot", email: "bot@example.com" });
    for (let n = 0; n < 20; n++) await new Browser(server.site).submitLogin("bot@example.com", "wrong");
    expect((await new Browser(server.site).submitLogin("bot@example.com", "password")).status).toBe(302);
  });

  test("opens sockets only for pages of the requested address", async () => {
    const { server } = await exposed();
    const port = new URL(server.url).port;
    const browser = await new Browser(server.site).visit();
    const { url } = await browser.json<{ url: string }>("/ws-auth", { roomid: 1 });
    const host = `192.0.2.7:${port}`;
    const open = (origin: string): Promise<void> => new Socket(url, origin, { host }).opened;
    await open(`http://${host}`);
    for (const origin of ["http://192.0.2.8", "http://evil.example", `http://192.0.2.7:1`]) {
      expect(await failureOf(open(origin))).toMatchObject({ message: expect.stringContaining("403") });
    }
  });

  test("is not what a plain server is: that knows no other address", async () => {
    await using server = await ChatServer.start();
    expect((await new Browser(server.site).get("/faq", "192.0.2.7")).status).toBe(421);
  });
});

test("a port in use is named, with a remedy", async () => {
  await using server = await ChatServer.start({ sites: ["stackexchange.com"] });
  const port = Number(new URL(server.url).port);
  const error = await failureOf(ChatServer.start({ sites: ["stackoverflow.com"], port }));
  expect(error).toMatchObject({
    code: "ADDRESS_IN_USE",
    port,
    message: `cannot listen on port ${port} of 127.0.0.1: the address is already in use; choose another port, or 0 for any free port`,
    cause: { code: "EADDRINUSE" },
  });
});

test("a forbidden port and an address of another machine are named, with a remedy", async () => {
  const error = Object.assign(new Error("listen EACCES: permission denied 127.0.0.1:80"), { code: "EACCES" });
  const spy = vi.spyOn(Server.prototype, "listen").mockImplementation(function (this: Server) {
    setImmediate(() => this.emit("error", error));
    return this;
  });
  const refused = await failureOf(ChatServer.start({ port: 80 }));
  spy.mockRestore();
  expect(refused).toMatchObject({
    code: "ADDRESS_IN_USE",
    port: 80,
    message:
      "cannot listen on port 80 of 127.0.0.1: permission denied; choose a port above 1023, or 0 for any free port",
  });
  // TEST-NET-1: addresses that no machine has.
  expect(await failureOf(ChatServer.start({ hostname: "192.0.2.1", exposed: true }))).toMatchObject({
    code: "BAD_ARGUMENT",
    message: "cannot listen on 192.0.2.1: this machine has no such address",
  });
});
