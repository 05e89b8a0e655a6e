/** Only the site's own words refuse a login; any other failure may pass, and is retried with growing pauses. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { ends, failureOf, meanwhile, stage } from "./support.js";
import { temporaryFolder } from "./temporary.js";

const proxyPage = { headers: { "Content-Type": "text/html" }, body: "<html><h1>Try again later</h1></html>" };
const sessionPath = (): string => join(temporaryFolder(), "session.json");
const loginPosts = (requests: readonly string[]): number =>
  requests.filter((line) => line === "POST /users/login").length;
const loginPages = (requests: readonly string[]): number =>
  requests.filter((line) => line === "GET /users/login").length;

describe("a bare answer to the login", () => {
  test.each([400, 403, 404, 407, 421, 500, 502])(
    "with status %i may pass, and does not count as an expired session",
    async (status) => {
      const { server, bot, client } = await stage();
      server.site.faults.fail("/users/login", { ...proxyPage, status });
      const chat = client();
      const error = await failureOf(chat.login());
      expect(error).toMatchObject({ code: "SERVER_ERROR", context: { bare: true, status } });
      expect(String(error)).toMatch(/not one of the site's own pages/);
      expect(String(error)).not.toMatch(/expired/);
      expect((await chat.login()).id).toBe(bot.id);
    },
  );

  test.each([400, 403, 409])(
    "with status %i to the password leads to one more login page and post, and then may pass",
    async (status) => {
      const { server, client, requests } = await stage();
      for (let tries = 0; tries < 2; tries++) {
        server.site.faults.fail("/users/login", { status: 200, body: loginForm() });
        server.site.faults.fail("/users/login", { ...proxyPage, status });
      }
      expect(await failureOf(client().login())).toMatchObject({
        code: "SERVER_ERROR",
        context: { bare: true, status },
      });
      expect([loginPages(requests()), server.requests.length]).toEqual([2, 4]);
    },
  );

  test.each([400, 403, 409])(
    "with status %i to the password does not end a login whose second post works",
    async (status) => {
      const { server, bot, client, requests } = await stage();
      server.site.faults.fail("/users/login", { status: 200, body: loginForm() });
      server.site.faults.fail("/users/login", { ...proxyPage, status });
      expect((await client().login()).id).toBe(bot.id);
      expect(loginPosts(requests())).toBe(2);
    },
  );

  test("does not end a login whose fkey goes stale between login page and password", async () => {
    const { server, bot, client, requests } = await stage();
    const { faults } = server.site;
    faults.slow("/users/login", 50, { times: 1 });
    const login = client().login();
    await meanwhile(() => faults.underWay === 1);
    faults.rotateFkeys();
    expect((await login).id).toBe(bot.id);
    const all = requests();
    expect([loginPages(all), loginPosts(all)]).toEqual([2, 2]);
  });

  test.each([408, 429, 503])("with status %i to the password does not post it a second time", async (status) => {
    const { server, client, requests } = await stage();
    server.site.faults.fail("/users/login", { status: 200, body: loginForm() });
    server.site.faults.fail("/users/login", { ...proxyPage, status });
    expect(await failureOf(client().login())).toMatchObject({ context: { bare: true, status } });
    expect(loginPosts(requests())).toBe(1);
  });

  test("is THROTTLED with the time to wait when its status is 429", async () => {
    const { server, client } = await stage();
    server.site.faults.fail("/users/login", { status: 429, headers: { "Retry-After": "120" } });
    expect(await failureOf(client().login())).toMatchObject({
      code: "THROTTLED",
      waitMs: 120_000,
      context: { retryAfterMs: 120_000, bare: true },
    });
  });

  test.each([
    ["another page", { status: 200, body: "<html><h1>Welcome to the hotel</h1></html>" }],
    ["an empty body", { status: 200, body: "" }],
    ["a way to another site", { status: 302, headers: { Location: "http://portal.example/accept" } }],
  ])("does not count as a wrong password: %s", async (_, answer) => {
    const { server, client } = await stage();
    server.site.faults.fail("/users/login", { status: 200, body: loginForm() });
    server.site.faults.fail("/users/login", answer);
    expect(await failureOf(client().login())).toMatchObject({ code: "NOT_UNDERSTOOD", context: { bare: true } });
  });
});

describe("automatic logins after a failed one", () => {
  test("back off up to a minute, and calls in between reject at once with the time left", async () => {
    const clock = new ManualClock();
    const { server, bot, client, requests } = await stage();
    const chat = client({ clock });
    server.site.faults.fail("/users/login", { ...proxyPage, status: 403, times: 99 });
    expect(await failureOf(chat.getMe())).toMatchObject({ code: "SERVER_ERROR" });
    for (const pause of [500, 5_000, 15_000, 45_000, 60_000, 60_000, 60_000]) {
      requests();
      await clock.advance(pause - 1);
      expect(await failureOf(chat.getMe())).toMatchObject({ code: "SERVER_ERROR", context: { retryAfterMs: 1 } });
      expect(loginPages(requests())).toBe(0);
      await clock.advance(1);
      expect(await failureOf(chat.getMe())).toMatchObject({ code: "SERVER_ERROR" });
      expect(loginPages(requests())).toBe(1);
    }
    server.site.faults.clear();
    expect((await chat.login()).id).toBe(bot.id);
  });

  test("wait as long as the site asks", async () => {
    const clock = new ManualClock();
    const { server, bot, client } = await stage();
    const chat = client({ clock });
    server.site.faults.fail("/users/login", { status: 429, headers: { "Retry-After": "90" } });
    expect(await failureOf(chat.getMe())).toMatchObject({ code: "THROTTLED" });
    await clock.advance(60_000);
    expect(await failureOf(chat.getMe())).toMatchObject({ code: "THROTTLED", context: { retryAfterMs: 30_000 } });
    await clock.advance(30_000);
    expect((await chat.getMe()).id).toBe(bot.id);
  });

  test("wait ten minutes for a person after a wrong password", async () => {
    const clock = new ManualClock();
    const { bot, client, requests } = await stage();
    const chat = client({ clock, email: bot.email, password: "forgotten" });
    expect(await failureOf(chat.getMe())).toMatchObject({ code: "WRONG_PASSWORD" });
    requests();
    await clock.advance(599_999);
    expect(await failureOf(chat.getMe())).toMatchObject({ code: "WRONG_PASSWORD", context: { retryAfterMs: 1 } });
    expect(loginPages(requests())).toBe(0);
  });

  test("wait ten minutes for a person after a CAPTCHA", async () => {
    const clock = new ManualClock();
    const { server, bot, client } = await stage();
    const chat = client({ clock });
    server.site.faults.captcha();
    expect(await failureOf(chat.getMe())).toMatchObject({ code: "CAPTCHA_REQUIRED" });
    server.site.faults.captcha(false);
    await clock.advance(599_999);
    expect(await failureOf(chat.getMe())).toMatchObject({ code: "CAPTCHA_REQUIRED", context: { retryAfterMs: 1 } });
    expect((await chat.login()).id).toBe(bot.id);
  });
});

test("a login that is under way when the client is closed fails as CLOSED", async () => {
  const { server, client } = await stage();
  const chat = client();
  server.site.faults.hang("/users/login");
  const login = failureOf(chat.login());
  await expect.poll(() => server.site.faults.hanging).toBe(1);
  await chat.logout({ drain: false });
  expect(await login).toMatchObject({ code: "CLOSED" });
});

describe("a client with several credentials", () => {
  test("tries the password when its cookies have expired", async () => {
    const { bot, client, requests } = await stage();
    const chat = client({ cookies: "acct=long-gone; prov=x" });
    expect((await chat.getMe()).id).toBe(bot.id);
    expect(loginPosts(requests())).toBe(1);
  });

  test("tries the stored session, then the cookies, then the password", async () => {
    const { server, bot, client, requests } = await stage();
    const sessionFile = sessionPath();
    await client({ sessionFile }).login();
    const acct = acctIn(await readFile(sessionFile, "utf8"));
    requests();
    expect((await client({ sessionFile, cookies: "acct=long-gone" }).getMe()).id).toBe(bot.id);
    expect(requests()).toEqual(["GET /chats/join/favorite"]);
    const stored: { cookies: object[] } = JSON.parse(await readFile(sessionFile, "utf8"));
    const cookies = stored.cookies.map((cookie) => ({ ...cookie, value: "long-gone" }));
    await writeFile(sessionFile, JSON.stringify({ ...stored, cookies }));
    expect((await client({ sessionFile, cookies: { acct } }).getMe()).id).toBe(bot.id);
    expect(loginPosts(requests())).toBe(0);
    expect(acctIn(await readFile(sessionFile, "utf8"))).toBe(acct);
    server.site.faults.expireSessions();
    expect((await client({ sessionFile, cookies: { acct } }).getMe()).id).toBe(bot.id);
    expect(loginPosts(requests())).toBe(1);
  });

  test("fails with NOT_LOGGED_IN when none of them works and there is no password", async () => {
    const { anonymous } = await stage();
    expect(await failureOf(anonymous({ cookies: "acct=long-gone" }).getMe())).toMatchObject({ code: "NOT_LOGGED_IN" });
  });

  test("does not log in by password to end a login that has expired already", async () => {
    const { client, requests } = await stage();
    await client({ cookies: "acct=long-gone" }).logout({ endLogin: true });
    expect(loginPages(requests())).toBe(0);
  });
});

describe("a login while another is under way", () => {
  test("belongs to its caller; the earlier caller gets the account of its own call", async () => {
    const { alice, bot, client } = await stage({ latencyMs: 20 });
    const chat = client();
    const first = chat.login();
    const second = chat.login(alice.email, alice.password);
    expect((await first).id).toBe(bot.id);
    expect((await second).id).toBe(alice.id);
    expect((await chat.getMe()).id).toBe(alice.id);
    expect((await chat.getRoom(1).sendMessage("it is me")).id).toBeGreaterThan(0);
  });

  test("does not write the session of the earlier account into the file", async () => {
    const { server, alice, bot } = await stage({ latencyMs: 20 });
    const sessionFile = sessionPath();
    const chat = ends(new Client(server.site, { email: bot.email, password: bot.password, sessionFile }));
    await Promise.all([chat.login(), chat.login(alice.email, alice.password)]);
    expect(JSON.parse(await readFile(sessionFile, "utf8")).owner.id).toBe(alice.id);
  });

  test("does not disturb reads under way when it restores a stored session", async () => {
    const { client } = await stage({ latencyMs: 20 });
    const sessionFile = sessionPath();
    const stored = client({ sessionFile });
    await stored.login();
    await stored.logout();
    const chat = client({ sessionFile });
    const [name, me] = await Promise.all([chat.getRoom(1).name, chat.getMe()]);
    expect([name, await me.name]).toEqual(["Sandbox", "Bot"]);
  });

  test("does not use the stored session when its caller gave cookies", async () => {
    const { server, alice, bot, client } = await stage();
    const sessionFile = sessionPath();
    const hers = sessionPath();
    await ends(new Client(server.site, { email: alice.email, password: alice.password, sessionFile: hers })).login();
    const chat = client({ sessionFile });
    expect((await chat.login()).id).toBe(bot.id);
    const acct = acctIn(await readFile(hers, "utf8"));
    expect((await chat.login({ cookies: { acct } })).id).toBe(alice.id);
  });
});

function loginForm(): string {
  return `<form id="login-form"><input type="hidden" name="fkey" value="${"0123456789abcdef".repeat(2)}"></form>`;
}

function acctIn(session: string): string {
  const { cookies }: { cookies: { key: string; value: string }[] } = JSON.parse(session);
  return cookies.find(({ key }) => key === "acct")?.value ?? "";
}
