/** A local server that other machines can reach: only when asked for, with a warning, and for no name but its own. */
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
      /0\.0\.0\.0 can be reached by other machines.*no real security.*anybody be anybody/,
    );
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await new Browser(server.site).get("/faq")).status).toBe(200);
  });

  test("offers its people to nobody unless told to", async () => {
    const { server, warning } = await exposed({ world: "demo" });
    expect(warning.message).toContain('everybody\'s is "password"');
    const page = await new Browser(server.site).get("/users/login");
    expect(page.text).not.toContain("alice@example.com");
  });

  test("answers to addresses, and to no name that somebody may have pointed at it", async () => {
    const { server } = await exposed();
    server.site.addUser({ name: "Bot", email: "bot@example.com" });
    const browser = new Browser(server.site);
    const login = await browser.submitLogin("bot@example.com", "password", "192.0.2.7:8080");
    expect(login.headers.location).toBe("http://192.0.2.7:8080/");
    expect((await browser.get("/faq", "[2001:db8::1]:80")).status).toBe(200);
    for (const host of ["evil.example", "evil.example:8080", "0.0.0.0.evil.example", ""])
      expect((await browser.get("/faq", host || "x")).status).toBe(421);
  });

  test("looks at no password for a while after wrong ones, of the account and of the address, and says how long", async () => {
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

  test("slows down nobody on loopback, however often a password is wrong", async () => {
    const server = await ChatServer.start({ sites: ["stackexchange.com"] });
    onTestFinished(() => server.close());
    server.site.addUser({ name: "Bot", email: "bot@example.com" });
    for (let n = 0; n < 20; n++) await new Browser(server.site).submitLogin("bot@example.com", "wrong");
    expect((await new Browser(server.site).submitLogin("bot@example.com", "password")).status).toBe(302);
  });

  test("opens sockets for pages of the address that they ask, and of no other", async () => {
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

test("a port that is taken is named, with what to do", async () => {
  await using server = await ChatServer.start({ sites: ["stackexchange.com"] });
  const port = Number(new URL(server.url).port);
  const error = await failureOf(ChatServer.start({ sites: ["stackoverflow.com"], port }));
  expect(error).toMatchObject({
    code: "ADDRESS_IN_USE",
    port,
    message: `cannot listen on port ${port} of 127.0.0.1: it is in use; choose another, or 0 for any free one`,
    cause: { code: "EADDRINUSE" },
  });
});

test("a port that this process may not use, and an address that is not here, are named with what to do", async () => {
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
      "cannot listen on port 80 of 127.0.0.1: permission denied; choose a port above 1023, or 0 for any free one",
  });
  // TEST-NET-1: addresses that no machine has.
  expect(await failureOf(ChatServer.start({ hostname: "192.0.2.1", exposed: true }))).toMatchObject({
    code: "BAD_ARGUMENT",
    message: "cannot listen on 192.0.2.1: this machine has no such address",
  });
});
