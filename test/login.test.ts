import { chmod, readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { inspect } from "node:util";
import { Client, isChatError, sites, UsageError } from "chatexchange-ts";

import { describe, expect, onTestFinished, test } from "vitest";
import { ends, failureOf, stage, startServer } from "./support.js";
import { temporaryFolder } from "./temporary.js";

const sessionPath = (): string => join(temporaryFolder(), "session.json");

describe("logging in by password", () => {
  test.each(["stackexchange.com", "stackoverflow.com", "meta.stackexchange.com"] as const)(
    "works at %s",
    async (host) => {
      const server = await startServer();
      const site = server.sites[host];
      const person = site.addUser({ name: "Some Body", email: "some@example.com", password: "a b&c=d" });
      await using chat = new Client(site, "some@example.com", "a b&c=d");
      const me = await chat.login();
      expect(me.id).toBe(person.id);
      expect(await me.name).toBe("Some Body");
      expect(await chat.getMe()).toBe(me);
      expect(chat.getUser(me.id)).toBe(me);
    },
  );

  test("works at any Q&A site of the network", async () => {
    const server = await startServer();
    const site = server.sites["stackexchange.com"];
    const { id } = site.addUser({ name: "Some Body", email: "some@example.com", password: "secret" });
    const golf = { ...site, loginOrigin: "https://codegolf.stackexchange.com" };
    await using chat = new Client(golf, "some@example.com", "secret");
    expect((await chat.login()).id).toBe(id);
    const logins = server.requests.filter(({ path }) => path === "/users/login");
    expect(logins.map(({ method, host }) => [method, host])).toEqual([
      ["GET", "codegolf.stackexchange.com"],
      ["POST", "codegolf.stackexchange.com"],
    ]);
  });

  test("works with the http address of a local server", async () => {
    const { server, bot } = await stage();
    await using chat = new Client(server.url, bot.email, bot.password);
    expect((await chat.getMe()).id).toBe(bot.id);
  });

  test("takes three requests; joining and sending a message take one each", async () => {
    const { client, requests } = await stage();
    const chat = client();
    await chat.login();
    const room = chat.getRoom(1);
    await room.join();
    await room.sendMessage("hello");
    expect(requests()).toEqual([
      "GET /users/login",
      "POST /users/login",
      "GET /chats/join/favorite",
      "GET /rooms/1",
      "POST /chats/1/messages/new",
    ]);
  });

  test("happens once for many actions at once", async () => {
    const { client, requests } = await stage();
    const chat = client();
    await Promise.all([chat.getMe(), chat.login(), chat.getRoom(1).join(), chat.getRoom(1).sendMessage("hi")]);
    expect(requests().filter((line) => line === "POST /users/login")).toHaveLength(1);
  });

  test("reports a wrong password, which appears nowhere", async () => {
    const { server, bot } = await stage();
    const chat = ends(new Client(server.site, bot.email, "hunter2-wrong"));
    const error = await failureOf(chat.login());
    expect(isChatError(error, "WRONG_PASSWORD")).toBe(true);
    expect(inspect(error, { depth: 9 }) + inspect(chat, { depth: 9, showHidden: true })).not.toContain("hunter2");
  });

  test("distinguishes a CAPTCHA, a read-only site and a Cloudflare challenge", async () => {
    const { server, client } = await stage();
    const { faults } = server.site;
    faults.captcha(true);
    expect(await failureOf(client().login())).toMatchObject({ code: "CAPTCHA_REQUIRED" });
    faults.captcha(false);
    faults.readOnly(true);
    expect(await failureOf(client().login())).toMatchObject({ code: "SITE_READ_ONLY" });
    faults.readOnly(false);
    faults.fail("/users/login", {
      status: 403,
      headers: { "cf-mitigated": "challenge" },
      body: "<title>Just a moment...</title>",
    });
    expect(await failureOf(client().login())).toMatchObject({ code: "CLOUDFLARE_CHALLENGE" });
  });

  test("reports an account without a user on this chat", async () => {
    const { server } = await stage();
    server.sites["stackoverflow.com"].addUser({ name: "Elsewhere", email: "else@example.com", password: "pw" });
    const chat = ends(new Client(server.site, "else@example.com", "pw"));
    expect(await failureOf(chat.login())).toMatchObject({ code: "NO_ACCOUNT" });
  });

  test("fails with NOT_UNDERSTOOD when the login page is a different page", async () => {
    const { server, client } = await stage();
    server.site.faults.fail("/users/login", { status: 200, body: "<html><body><h1>Maintenance</h1></body></html>" });
    const error = await failureOf(client().login());
    expect(error).toMatchObject({ code: "NOT_UNDERSTOOD", page: "login page" });
  });
});

test("a session file that a killed process was writing is removed; one that is being written stays", async () => {
  const { client } = await stage();
  const sessionFile = sessionPath();
  const old = join(dirname(sessionFile), ".session.json.0123456789ab.tmp");
  const young = join(dirname(sessionFile), ".session.json.ba9876543210.tmp");
  for (const file of [old, young]) await writeFile(file, "{");
  await utimes(old, 0, Date.now() / 1_000 - 61);
  await client({ sessionFile }).login();
  expect((await readdir(dirname(sessionFile))).sort()).toEqual([basename(young), "session.json"]);
});

describe("logging out", () => {
  const loginRequests = (requests: readonly string[]): string[] => requests.filter((line) => line.includes("/users/"));

  test("keeps the login for the next start unless endLogin is set", async () => {
    const { client, anonymous, requests } = await stage();
    const sessionFile = sessionPath();
    await client({ sessionFile }).login();
    const copy = sessionPath();
    await writeFile(copy, await readFile(sessionFile));
    requests();
    const stored = anonymous({ sessionFile });
    await stored.login();
    await stored.logout();
    expect(loginRequests(requests())).toEqual([]);
    // A client without an earlier request ends the stored session, and needs no password.
    await client({ sessionFile }).logout({ endLogin: true });
    expect(loginRequests(requests())).toEqual(["GET /users/logout", "POST /users/logout"]);
    expect(await failureOf(stat(sessionFile))).toMatchObject({ code: "ENOENT" });
    expect(await failureOf(anonymous({ sessionFile: copy }).login())).toMatchObject({ code: "NOT_LOGGED_IN" });
  });

  test("makes no request when there is no login to end", async () => {
    const { client, anonymous, requests } = await stage();
    await anonymous().logout({ endLogin: true });
    await client().logout({ endLogin: true });
    await client({ sessionFile: sessionPath() }).logout({ endLogin: true });
    expect(requests()).toEqual([]);
  });

  test("rejects when the site fails to end the login, after everything else has ended", async () => {
    const { server, client } = await stage();
    const sessionFile = sessionPath();
    const chat = client({ sessionFile });
    await chat.getRoom(1).join();
    server.site.faults.fail("/users/logout", { status: 503, times: 9 });
    expect(await failureOf(chat.logout({ endLogin: true }))).toMatchObject({ code: "SERVER_ERROR" });
    expect(server.site.room(1).present).toEqual([]);
    expect((await stat(sessionFile)).isFile()).toBe(true);
    expect(await failureOf(chat.login())).toMatchObject({ code: "CLOSED" });
  });
});

describe("stored sessions", () => {
  test("let a restart log in without a password, and are readable by their owner alone", async () => {
    const { client, anonymous, bot, requests } = await stage();
    const sessionFile = sessionPath();
    const first = client({ sessionFile });
    await first.login();
    await first.logout();
    expect((await stat(sessionFile)).mode & 0o777).toBe(0o600);
    expect(await readFile(sessionFile, "utf8")).not.toContain("s3cret");
    requests();
    const second = anonymous({ sessionFile });
    await second.login();
    const room = second.getRoom(1);
    await room.join();
    await room.sendMessage("back again");
    expect((await second.getMe()).id).toBe(bot.id);
    expect(requests()).toEqual(["GET /chats/join/favorite", "GET /rooms/1", "POST /chats/1/messages/new"]);
  });

  test("work in a read-only place, with a warning, and so does a new login", async () => {
    const { server, client, anonymous, bot } = await stage();
    const sessionFile = sessionPath();
    await client({ sessionFile }).login();
    const readOnly = sessionFile;
    await chmod(sessionFile, 0o444);
    await chmod(dirname(sessionFile), 0o555);
    // Root may write everywhere, so the process switches to the user nobody for a while.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    onTestFinished(() => {
      if (isRoot) process.seteuid?.(0);
    });
    const warnings: unknown[] = [];
    const logger = { debug() {}, info() {}, warn: (text: string) => void warnings.push(text), error() {} };
    expect((await anonymous({ sessionFile: readOnly, logger }).getMe()).id).toBe(bot.id);
    expect(warnings).toEqual([expect.stringContaining("cannot be saved to its file")]);
    server.site.faults.expireSessions();
    expect((await client({ sessionFile: readOnly }).login()).id).toBe(bot.id);
  });

  test("fall back to the password when they have expired, or fail clearly without one", async () => {
    const { server, client, anonymous, requests } = await stage();
    const sessionFile = sessionPath();
    await client({ sessionFile }).login();
    server.site.faults.expireSessions();
    expect(await failureOf(anonymous({ sessionFile }).login())).toMatchObject({ code: "NOT_LOGGED_IN" });
    requests();
    await client({ sessionFile }).login();
    expect(requests()).toContain("POST /users/login");
  });

  test("of another account are not used", async () => {
    const { server, client, alice, requests } = await stage();
    const sessionFile = sessionPath();
    await client({ sessionFile }).login();
    requests();
    const other = ends(new Client(server.site, { email: alice.email, password: alice.password, sessionFile }));
    expect((await other.getMe()).id).toBe(alice.id);
    expect(requests()).toContain("POST /users/login");
  });

  test("are refused by name when the file is no session", async () => {
    const { anonymous } = await stage();
    const sessionFile = sessionPath();
    await writeFile(sessionFile, "{ not json");
    const error = await failureOf(anonymous({ sessionFile }).login());
    expect(error).toMatchObject({ code: "BAD_ARGUMENT", message: expect.stringContaining(sessionFile) });
  });

  test.each(["line", "record", "export"])("cookies of a browser log in, given as a %s", async (form) => {
    const { server, client, anonymous, bot } = await stage();
    const sessionFile = sessionPath();
    await client({ sessionFile }).login();
    const stored: { cookies: { key: string; value: string; domain: string }[] } = JSON.parse(
      await readFile(sessionFile, "utf8"),
    );
    const acct = stored.cookies.find((cookie) => cookie.key === "acct");
    if (!acct) throw new Error("no acct cookie was stored");
    const cookies = {
      line: `prov=x; acct=${acct.value}`,
      record: { acct: acct.value },
      export: [
        { name: "acct", value: acct.value, domain: ".stackexchange.com", path: "/", secure: true, httpOnly: true },
      ],
    }[form];
    const chat = anonymous(cookies ? { cookies } : {});
    expect((await chat.getMe()).id).toBe(bot.id);
    server.site.faults.expireSessions();
    expect(await failureOf(anonymous(cookies ? { cookies } : {}).login())).toMatchObject({ code: "NOT_LOGGED_IN" });
  });
});

test.each(
  [["", {}, [], [null], "x", [{ name: "acct" }], [{ name: "acct", value: "x", domain: "x y" }], null, 5]].flat(),
)("reject %j as cookies", async (cookies) => {
  const { server } = await stage();
  const chat = ends(new Client(server.site));
  expect(await failureOf(chat.login({ cookies: cookies as string }))).toMatchObject({ code: "BAD_ARGUMENT" });
});

describe("a session", () => {
  test("fetches a stale fkey again, and performs the action once", async () => {
    const { server, client } = await stage();
    const chat = client();
    const room = chat.getRoom(1);
    await room.join();
    server.site.faults.rotateFkeys();
    const message = await room.sendMessage("after the rotation");
    expect(
      server.site
        .room(1)
        .messages.filter(({ source }) => source === "after the rotation")
        .map(({ id }) => id),
    ).toEqual([message.id]);
  });

  test("logs in again after it has expired", async () => {
    const { server, client, requests } = await stage();
    const chat = client();
    await chat.getRoom(1).join();
    server.site.faults.expireSessions();
    requests();
    await chat.getRoom(1).sendMessage("still me");
    expect(requests().filter((line) => line === "POST /users/login")).toHaveLength(1);
    expect(server.site.room(1).messages.at(-1)?.source).toBe("still me");
  });

  test("fails clearly when it has expired and there is no password", async () => {
    const { server, client, anonymous } = await stage();
    const sessionFile = sessionPath();
    await client({ sessionFile }).login();
    const chat = anonymous({ sessionFile });
    await chat.login();
    server.site.faults.expireSessions();
    expect(await failureOf(chat.getRoom(1).sendMessage("anybody?"))).toMatchObject({ code: "NOT_LOGGED_IN" });
  });
});

describe("the constructor of a client", () => {
  test.each([
    ["stackexchange.com", "stackexchange.com"],
    ["chat.stackoverflow.com", "stackoverflow.com"],
    ["https://chat.meta.stackexchange.com", "meta.stackexchange.com"],
    ["https://chat.stackexchange.com/", "stackexchange.com"],
  ])("accepts %s as %s", (text, host) => {
    expect(new Client(text).site.host).toBe(host);
  });

  test.each([
    "",
    "example.com",
    "http://chat.stackexchange.com",
    "ftp://127.0.0.1",
    "http://192.168.0.1:80",
    "stackexchange.com.evil.com",
  ])("refuses %j with the list of hosts", (host) => {
    expect(() => new Client(host)).toThrow(/stackexchange\.com, meta\.stackexchange\.com, stackoverflow\.com/);
  });

  test("refuses to send a password in clear text to another machine", () => {
    const site = { ...sites["stackexchange.com"], loginOrigin: "http://meta.stackexchange.com" };
    expect(() => new Client(site, "a@example.com", "pw")).toThrow(/without TLS/);
    const elsewhere = { ...sites["stackexchange.com"], resolve: () => ({ hostname: "10.1.2.3", port: 80 }) };
    expect(() => new Client(elsewhere, "a@example.com", "pw")).toThrow(/without TLS/);
  });

  test("refuses unknown options and incomplete credentials by name", () => {
    const misspelt: object = { emial: "a@example.com" };
    expect(() => new Client("stackoverflow.com", misspelt)).toThrow(/no option "emial"/);
    expect(() => new Client("stackoverflow.com", { email: "a@example.com" })).toThrow(/must be given together/);
    const bad: object[] = [{ outbox: { tries: 5 } }, { stream: { poll: 5 } }, { timeoutMs: "x" }, { replyForm: "zz" }];
    for (const options of bad) expect(() => new Client("stackoverflow.com", options)).toThrow(UsageError);
  });

  test.each([Number.NaN, 0, -1, 1.5, "1", undefined])("getRoom(%s) is refused at once", (id) => {
    expect(() => new Client("stackoverflow.com").getRoom(id as number)).toThrow(
      /a room id must be a whole number above 0/,
    );
  });
});

describe("an anonymous client", () => {
  test("can read, and fails to act before any request", async () => {
    const { anonymous, requests } = await stage();
    const chat = anonymous();
    expect(await chat.getRoom(1).name).toBe("Sandbox");
    requests();
    for (const action of [
      chat.getRoom(1).sendMessage("hi"),
      chat.getRoom(1).join(),
      chat.getMe(),
      chat.getMessage(5).star(),
      chat.getMessage(5).delete(),
    ]) {
      expect(await failureOf(action)).toMatchObject({ code: "NOT_LOGGED_IN" });
    }
    expect(requests()).toEqual([]);
    await chat.logout();
    await chat.logout();
  });
});
