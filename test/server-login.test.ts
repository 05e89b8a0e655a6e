/** Logging in to the local server: by Host header as the live sites, and on loopback; cookies, keys and redirects. */
import { describe, expect, test } from "vitest";
import { ChatServer } from "../src/server/index.js";
import { Browser } from "./server-support.js";

const login = "meta.stackexchange.com";
const chat = "chat.stackexchange.com";

const cookieLines = (headers: Browser["cookies"] | Record<string, string | string[] | undefined>): string[] =>
  "set-cookie" in headers ? [headers["set-cookie"] ?? []].flat() : [];

describe("logging in", () => {
  test("under the live hosts sets acct and prov for the whole domain and redirects home", async () => {
    await using server = await ChatServer.start();
    const bot = server.site.addUser({ name: "Bot", email: "bot@example.com", password: "s3cret" });
    const browser = new Browser(server.site);
    const answer = await browser.submitLogin("bot@example.com", "s3cret", login);
    expect(answer.status).toBe(302);
    expect(answer.headers.location).toBe("https://meta.stackexchange.com/");
    const lines = cookieLines(answer.headers);
    const acct = lines.find((line) => line.startsWith("acct=")) ?? "";
    expect(acct).toMatch(/^acct=t=[^;]*%3D[^;]*&s=[0-9a-f]+;.*HttpOnly.*Domain=\.stackexchange\.com; Secure$/);
    expect(lines.some((line) => line.startsWith("prov="))).toBe(true);
    const page = await browser.get("/", chat);
    expect(page.text).toContain(`href="/users/${bot.id}/bot"`);
    expect(browser.cookies.has("sechatusr")).toBe(true);
  });

  test("on loopback gives host-only cookies without Secure", async () => {
    await using server = await ChatServer.start();
    server.site.addUser({ name: "Bot", email: "bot@example.com" });
    const browser = new Browser(server.site);
    const answer = await browser.submitLogin("bot@example.com", "password");
    expect(answer.headers.location).toBe(`${server.url}/`);
    for (const line of cookieLines(answer.headers)) expect(line).not.toMatch(/Secure|Domain/);
    expect((await browser.get("/users/login")).status).toBe(302);
  });

  test("with a wrong password shows the page again, without a login cookie", async () => {
    await using server = await ChatServer.start();
    server.site.addUser({ name: "Bot", email: "bot@example.com" });
    const browser = new Browser(server.site);
    const answer = await browser.submitLogin("bot@example.com", "nope", login);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('id="login-form"');
    expect(browser.cookies.has("acct")).toBe(false);
  });

  test("without the form's key is refused, and a CAPTCHA leads elsewhere", async () => {
    await using server = await ChatServer.start();
    server.site.addUser({ name: "Bot", email: "bot@example.com" });
    const browser = new Browser(server.site);
    const form = { email: "bot@example.com", password: "password", fkey: "0".repeat(64) };
    expect((await browser.post("/users/login", form, login)).status).toBe(400);
    server.site.faults.captcha();
    const answer = await browser.submitLogin("bot@example.com", "password", login);
    expect(answer.status).toBe(302);
    expect(answer.headers.location).toContain("/nocaptcha?");
  });

  test("never redirects to a foreign origin", async () => {
    await using server = await ChatServer.start();
    server.site.addUser({ name: "Bot", email: "bot@example.com" });
    const browser = await new Browser(server.site).logIn("bot@example.com");
    for (const target of [
      "https://evil.example/",
      "//evil.example/",
      "javascript:alert(1)",
      "https://a@chat.stackexchange.com/",
    ]) {
      const answer = await browser.get(`/users/login?returnurl=${encodeURIComponent(target)}`);
      expect(answer.headers.location).toBe(`${server.url}/`);
    }
    const inside = await browser.get("/users/login?returnurl=%2Frooms%2F1");
    expect(inside.headers.location).toBe(`${server.url}/rooms/1`);
  });

  test("ends with a log-out, or when sessions expire", async () => {
    await using server = await ChatServer.start();
    server.site.addUser({ name: "Bot", email: "bot@example.com" });
    const browser = await new Browser(server.site).logIn("bot@example.com");
    const page = await browser.get("/users/logout");
    const fkey = /value="([0-9a-f]{64})"/.exec(page.text)?.[1] ?? "";
    expect((await browser.post("/users/logout", { fkey })).status).toBe(200);
    expect((await browser.get("/users/login")).status).toBe(200);
    await browser.logIn("bot@example.com");
    server.site.faults.expireSessions();
    expect((await browser.post("/chats/1/messages/new", { text: "hi" })).status).toBe(400);
  });

  test("keeps passwords and fkeys out of the request log", async () => {
    await using server = await ChatServer.start();
    server.site.addUser({ name: "Bot", email: "bot@example.com" });
    await new Browser(server.site).logIn("bot@example.com");
    const logged = server.requests.find((request) => request.path === "/users/login" && request.method === "POST");
    expect(logged?.form).toEqual({ email: "bot@example.com" });
  });
});

describe("keys of chat forms", () => {
  test("a wrong, missing or rotated fkey is answered 400 with a page", async () => {
    await using server = await ChatServer.start();
    server.site.addUser({ name: "Bot", email: "bot@example.com" });
    const browser = await new Browser(server.site).logIn("bot@example.com");
    expect((await browser.post("/chats/1/events")).status).toBe(200);
    const wrong = await browser.post("/chats/1/events", { fkey: "" });
    expect(wrong.status).toBe(400);
    expect(wrong.headers["content-type"]).toContain("text/html");
    server.site.faults.rotateFkeys();
    expect((await browser.post("/chats/1/events")).status).toBe(400);
    await browser.visit();
    expect((await browser.post("/chats/1/events")).status).toBe(200);
  });

  test("an anonymous visitor can read with an anonymous fkey, with or without cookies, and may not act", async () => {
    await using server = await ChatServer.start();
    const visitor = await new Browser(server.site).visit();
    expect(visitor.fkey).toMatch(/^[0-9a-f]{32}$/);
    expect((await visitor.post("/chats/1/events")).status).toBe(200);
    visitor.cookies.clear();
    expect((await visitor.post("/chats/1/events")).status).toBe(200);
    const action = await visitor.post("/chats/1/messages/new", { text: "hi" });
    expect(action.status).toBe(403);
    expect(action.headers.chat).toBe("error");
    expect((await visitor.get("/rooms/pingable/1")).text).toBe("[]");
  });
});

describe("the front door", () => {
  test("accepts only its own hosts, and parses forms by their content type", async () => {
    await using server = await ChatServer.start();
    const visitor = await new Browser(server.site).visit();
    expect((await visitor.get("/", "evil.example")).status).toBe(421);
    const noType = await fetch(`${server.url}/chats/1/events?fkey=${visitor.fkey}`, { method: "POST" });
    expect(noType.status).toBe(404);
    expect((await visitor.post("/chats/1/events", { x: "x".repeat(1_100_000) })).status).toBe(413);
  });

  test("sends strict headers and serves nothing outside of its web folder", async () => {
    await using server = await ChatServer.start();
    const visitor = new Browser(server.site);
    const page = await visitor.get("/rooms/1");
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'");
    expect(page.headers["x-content-type-options"]).toBe("nosniff");
    for (const path of ["/web/..%2findex.ts", "/web/%2e%2e/index.js", "/web/x.ts", "/web/"]) {
      expect((await visitor.get(path)).status).toBe(404);
    }
  });

  test("answers with planned failures as often as requested", async () => {
    await using server = await ChatServer.start();
    const visitor = new Browser(server.site);
    server.site.faults.fail(/^\/transcript/, {
      status: 403,
      body: "no",
      headers: { "cf-mitigated": "challenge" },
      times: 2,
    });
    for (const status of [403, 403, 200]) expect((await visitor.get("/transcript/1")).status).toBe(status);
    expect(server.requests.filter((request) => request.status === 403)).toHaveLength(2);
  });

  test("a read-only site shows a notice in place of the log-in form, and takes no writes", async () => {
    await using server = await ChatServer.start();
    server.site.addUser({ name: "Bot", email: "bot@example.com" });
    const bot = await new Browser(server.site).logIn("bot@example.com");
    server.site.faults.readOnly();
    const page = await new Browser(server.site).get("/users/login");
    expect(page.text).toContain("is in read-only mode</h1>");
    expect(page.text).not.toContain("login-form");
    for (const path of ["/chats/1/messages/new", "/upload/image", "/conversation/new", "/rooms/save"]) {
      expect((await bot.post(path, { text: "x" })).status).toBe(503);
    }
    expect((await bot.get("/rooms/1")).status).toBe(200);
    server.site.faults.readOnly(false);
    expect((await bot.post("/chats/1/messages/new", { text: "x" })).status).toBe(200);
  });

  test("every site has a listener, and each answers for all hosts", async () => {
    await using server = await ChatServer.start();
    expect(Object.keys(server.sites)).toEqual(["stackexchange.com", "stackoverflow.com", "meta.stackexchange.com"]);
    const page = await new Browser(server.site).get("/", "chat.stackoverflow.com");
    expect(page.text).toContain("Stack Overflow");
    const so = server.sites["stackoverflow.com"];
    expect(so.resolve("https://chat.stackoverflow.com")).toEqual({
      hostname: "127.0.0.1",
      port: Number(new URL(so.url).port),
      tls: false,
    });
    expect(so.resolve("wss://chat.sockets.stackexchange.com")).toBeDefined();
    expect(so.resolve("https://example.com")).toBeUndefined();
  });
});
