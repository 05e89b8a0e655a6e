/** `chatexchange doctor` against a local server, healthy and with each kind of trouble. */
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Client, type ClientOptions } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { type DoctorOptions, runDoctor } from "../src/cli/doctor/index.js";
import { checkNode } from "../src/cli/doctor/machine.js";
import { type TestContext, type TestContextOptions, testContext } from "./cli-context.js";
import { commandLine } from "./cli-support.js";
import { secretsIn } from "./secrets.js";
import { ends, type Stage, stage } from "./support.js";

interface Found {
  readonly check: string;
  readonly result: "ok" | "warning" | "problem";
  readonly seen: string;
  readonly advice?: string;
  readonly code?: string;
}

interface Visit {
  readonly code: number;
  readonly findings: readonly Found[];
  readonly context: TestContext;
  /** The findings of a check. */
  of(check: string): Found | undefined;
  /** The checks that did not go well. */
  readonly bad: readonly string[];
}

/** Paths of every request that posts or changes something on a server. */
const writing =
  /\/messages\/|\/rooms\/(save|kickmute|setuseraccess|timeout|favorite|requestaccess)|\/users\/invite|\/chats\/leave|\/admin|\/upload|\/conversation\/new|\/ignorelist\/(add|remove)|\/chats\/\d+\/messages/;

async function visit(client: Client, options: TestContextOptions = {}, more: DoctorOptions = {}): Promise<Visit> {
  const context = testContext({ client, json: true, ...options });
  const code = await runDoctor(context, { firstFrameMs: 2_000, ...more });
  const lines = context.output().trim().split("\n");
  const findings = lines.map((line) => JSON.parse(line) as Found).filter((line) => "check" in line);
  return {
    code,
    findings,
    context,
    of: (check) => findings.find((finding) => finding.check === check),
    bad: findings.filter(({ result }) => result !== "ok").map(({ check }) => check),
  };
}

async function populated(options: Parameters<typeof stage>[0] = {}): Promise<Stage> {
  const built = await stage({ heartbeatMs: 50, ...options });
  built.alice.in(1).says("the first word");
  return built;
}

describe("a healthy site", () => {
  test("passes every check with a login, and the exit code is 0", async () => {
    const { client } = await populated();
    const { bad, code, findings, of } = await visit(client());
    expect(bad).toEqual([]);
    expect(code).toBe(0);
    expect(of("login")?.seen).toMatch(/^logged in as Bot \(user \d+\) with email and password$/);
    expect(of("history page")?.seen).toMatch(/^1 of message \d+$/);
    expect(findings.length).toBeGreaterThan(20);
  });

  test("is not changed by the doctor: no message, no change, no arrival in a room", async () => {
    const { client, server } = await populated();
    const before = server.site.newestEventId;
    await visit(client());
    const wrote = server.requests.filter(
      ({ method, path }) => method === "POST" && path !== "/users/login" && writing.test(path),
    );
    expect(wrote).toEqual([]);
    expect(server.requests.length).toBeGreaterThan(15);
    expect(server.site.newestEventId).toBe(before);
    expect(server.site.room(1).present).toEqual([]);
  });

  test("lets the program exit after its report", async () => {
    const { server, alice } = await populated();
    alice.in(1).says("so that the first frame comes with the opening of the socket");
    const { code, stdout } = await commandLine().program(["doctor", "--site", server.url]);
    expect({ code, last: stdout.trim().split("\n").at(-1) }).toEqual({
      code: 0,
      last: "No problem, 1 warning. Nothing was posted, and no account appeared in a room.",
    });
  });

  test("is checked as an anonymous visitor without a login, which is a warning and no failure", async () => {
    const { anonymous } = await populated();
    const { bad, code, of } = await visit(anonymous());
    expect(bad).toEqual(["login"]);
    expect(of("login")?.advice).toContain("chatexchange login");
    expect(code).toBe(0);
  });

  test("gets a line for each check and a summary", async () => {
    const { client } = await populated();
    const context = testContext({ client: client() });
    expect(await runDoctor(context)).toBe(0);
    const lines = context.output().split("\n");
    expect(lines[0]).toMatch(/^ok {7}Node {15}version \d+/);
    expect(context.output()).toContain(
      "No problem, 0 warnings. Nothing was posted, and no account appeared in a room.",
    );
  });
});

describe("the doctor of a site in trouble", () => {
  test("warns of a forbidden transcript, and lists what works without it", async () => {
    const { client, server } = await populated();
    server.site.faults.fail("/transcript", { status: 403, times: 9 });
    const { bad, code, of } = await visit(client());
    expect(bad).toEqual(["transcript page"]);
    expect(of("transcript page")).toMatchObject({ result: "warning", code: "FORBIDDEN" });
    expect(of("transcript page")?.advice).toContain("read from the lists instead");
    expect(code).toBe(0);
  });

  test("warns of missing and unknown parts of pages and responses, without their content", async () => {
    const { client, server } = await populated();
    const page = await (await fetch(`${server.url}/rooms/info/1`)).text();
    const body = page.replaceAll("last message", "latest");
    server.site.faults.fail("/rooms/info/", { status: 200, body, times: 9 });
    const answer = JSON.stringify({
      id: 1,
      name: "Sandbox",
      description: "",
      isFavorite: false,
      tags: "",
      mood: "dark",
    });
    server.site.faults.fail("/rooms/thumbs", { status: 200, body: answer, times: 9 });
    const { bad, code, of } = await visit(client());
    expect(bad).toEqual(["drift"]);
    expect(of("drift")).toEqual({
      check: "drift",
      result: "warning",
      seen:
        "room info page: missing: .room-stats last message; " + "answer to GET /rooms/thumbs/{id}: unknown key: mood",
      advice: expect.stringContaining("report"),
      drift: [
        { where: "room info page", what: "missing", detail: ".room-stats last message", count: 1 },
        { where: "answer to GET /rooms/thumbs/{id}", what: "unknown key", detail: "mood", count: 1 },
      ],
    });
    expect(code).toBe(0);
  });

  test("reports sockets that cannot be opened as a problem of the site, and checks polling", async () => {
    const { client, server } = await populated();
    server.site.faults.fail("/ws-auth", { status: 500, times: 9 });
    const { bad, code, of } = await visit(client());
    expect(bad).toEqual(["socket permission"]);
    expect(of("polling")?.result).toBe("ok");
    expect(code).toBe(5);
  });

  test("reports a silent socket", async () => {
    const { client, server } = await populated();
    server.site.faults.silenceSockets();
    const { bad, code, of } = await visit(client(), {}, { firstFrameMs: 150 });
    expect(bad).toEqual(["socket"]);
    expect(of("socket")?.seen).toBe("it opened, but received nothing within 0.15 s");
    expect(of("socket")?.advice).toContain("events are polled instead");
    expect(code).toBe(5);
  });

  test("names the page of each check when pages cannot be parsed", async () => {
    const { client, server } = await populated();
    const bot = client();
    await bot.login();
    const garbage = "<html><body><p>Welcome to our new design!</p></body></html>";
    const paths =
      /^\/($|rooms|users\/(?!login)|transcript|messages|chats\/stars|search|chats\/\d+\/events|user\/info|events|ws-auth)/;
    server.site.faults.fail(paths, { status: 200, body: garbage, headers: { "content-type": "text/html" }, times: 99 });
    const { code, findings } = await visit(bot);
    const notUnderstood = findings.filter(({ result }) => result === "problem").map(({ check }) => check);
    expect(notUnderstood).toEqual([
      "home page",
      "who am I and fkey",
      "rooms page",
      "list of messages",
      "room page",
      "room info page",
      "transcript page",
      "list of stars",
      "profile page",
      "search page",
      "room thumbs",
      "pingable users",
      "user info",
      "user search",
      "socket permission",
      "polling",
    ]);
    expect(findings.find(({ check }) => check === "room info page")?.seen).toContain("room info page");
    expect(code).toBe(5);
  });

  test("reports an unreachable site once, and skips the other checks", async () => {
    const { server } = await populated();
    const client = ends(new Client(server.url));
    await server.close();
    const { bad, code, of } = await visit(client);
    expect(bad).toEqual(["home page", "everything else"]);
    expect(of("home page")).toMatchObject({ code: "CONNECTION_LOST" });
    expect(of("home page")?.advice).toContain("network");
    expect(code).toBe(5);
  });
});

describe("the doctor of a login in trouble", () => {
  test("says what to do about a CAPTCHA, and continues as an anonymous visitor", async () => {
    const { client, server } = await populated();
    server.site.faults.captcha();
    const { bad, code, of } = await visit(client());
    expect(bad).toEqual(["login"]);
    expect(of("login")).toMatchObject({ result: "problem", code: "CAPTCHA_REQUIRED" });
    expect(of("login")?.advice).toContain("--cookies");
    expect(of("room info page")?.result).toBe("ok");
    expect(code).toBe(3);
  });

  test("reports an expired session", async () => {
    const { client, server } = await populated();
    const { folder } = testContext();
    const sessionFile = join(folder, "session.json");
    const first = client({ sessionFile });
    await first.login();
    server.site.faults.expireSessions();
    const options: ClientOptions = { sessionFile };
    const { bad, code, of } = await visit(ends(new Client(server.site, options)));
    expect(bad).toEqual(["login"]);
    expect(of("login")).toMatchObject({ code: "NOT_LOGGED_IN" });
    expect(of("login")?.seen).toContain("no stored session is still valid");
    expect(code).toBe(3);
  });

  test("distinguishes a valid stored session from a new login", async () => {
    const { client } = await populated();
    const { folder } = testContext();
    const sessionFile = join(folder, "session.json");
    await client({ sessionFile }).login();
    expect((await visit(client({ sessionFile }))).of("login")?.seen).toContain("with the stored session");
  });

  test("reports a wrong password", async () => {
    const { client } = await populated();
    const { code, of } = await visit(client({ password: "s3cret-wrong" }));
    expect(of("login")).toMatchObject({ code: "WRONG_PASSWORD" });
    expect(code).toBe(3);
  });
});

describe("the doctor of a machine in trouble", () => {
  test.each([
    [-90_000, "warning", /\b1 min (29|3[01]) s ahead of/],
    [3_600_000, "problem", /\b(59 min|1 h) behind/],
  ])("rates a clock that is wrong by %i ms as %s", async (off, result, words) => {
    const clock = new ManualClock(Date.now() + off);
    const { anonymous } = await populated({ clock });
    const { of } = await visit(anonymous());
    expect(of("clock")).toMatchObject({ result });
    expect(of("clock")?.seen).toMatch(words);
    expect(of("clock")?.advice).toContain("NTP");
  });

  test("reports a session file that other users can read", async () => {
    const { client } = await populated();
    const context = testContext({ client: client(), json: true });
    await mkdir(join(context.folder, "sessions"), { mode: 0o755 });
    await writeFile(join(context.folder, "sessions", "default.json"), "{}", { mode: 0o644 });
    await chmod(context.folder, 0o755);
    await runDoctor(context);
    const [line = ""] = context
      .output()
      .split("\n")
      .filter((text) => text.includes('"config folder"'));
    expect(JSON.parse(line)).toMatchObject({ result: "warning", advice: expect.stringContaining("chmod go-rwx") });
  });

  test("reports a version of Node that is too old", () => {
    expect(checkNode("18.20.0")).toMatchObject({ result: "problem", advice: "install Node 20.19 or newer" });
    expect(checkNode("20.19.0").result).toBe("ok");
    expect(checkNode("26.0.0").result).toBe("ok");
  });
});

test("a report shows no password, no mail address, no cookie and no fkey", async () => {
  const { bot, client, server } = await populated();
  const key = "0123456789abcdef".repeat(2);
  server.site.faults.fail("/rooms/thumbs", {
    status: 500,
    body: `fkey=${key} acct=t=abcdefgh12&s=zz ${bot.email}`,
    times: 9,
  });
  server.site.faults.fail("/users/search", { status: 400, body: `no: ${bot.password} ${bot.email} ${key}`, times: 9 });
  const env = { CHATEXCHANGE_EMAIL: bot.email, CHATEXCHANGE_PASSWORD: bot.password };
  for (const json of [true, false]) {
    const context = testContext({ client: client(), json, env, email: bot.email });
    await runDoctor(context);
    const text = context.output() + context.errors();
    expect(text).toContain("user search");
    expect(secretsIn(text)).toEqual([]);
    expect(text).not.toContain(bot.email);
    expect(text).not.toContain(bot.password);
  }
});

test("Ctrl-C ends it with 130", async () => {
  const { client, server } = await populated();
  server.site.faults.hang("/rooms/info", 9);
  const context = testContext({ client: client() });
  const done = runDoctor(context);
  await expect.poll(() => server.site.faults.hanging).toBe(1);
  context.interrupt.abort();
  expect(await done).toBe(130);
});
