/** A session file is checked when it is read; disk errors are reported as such, and end no login. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { failureOf, stage } from "./support.js";
import { temporaryFolder } from "./temporary.js";

describe("a damaged session file", () => {
  test.each([
    ["key", null],
    ["value", 5],
    ["value", "a\r\nx: b"],
    ["value", "a\0b"],
    ["value", "a; b=c"],
    ["value", "日本"],
    ["key", "日本"],
    ["creation", "2026-13-29T14:15:38.000Z"],
    ["expires", "x"],
    ["lastAccessed", {}],
    ["maxAge", "soon"],
    ["domain", ["stackexchange.com"]],
    ["path", 1],
    ["secure", "yes"],
    ["httpOnly", 1],
    ["hostOnly", "no"],
    ["extensions", [1]],
    ["sameSite", 3],
  ])("with %s %j in a cookie is refused by name", async (field, value) => {
    const { client } = await stage();
    const sessionFile = join(temporaryFolder(), "session.json");
    await client({ sessionFile }).login();
    const stored: { cookies: object[] } = JSON.parse(await readFile(sessionFile, "utf8"));
    const cookies = stored.cookies.map((cookie) => ({ ...cookie, [field]: value }));
    await writeFile(sessionFile, JSON.stringify({ ...stored, cookies }));
    expect(await failureOf(client({ sessionFile }).login())).toMatchObject({
      code: "BAD_ARGUMENT",
      message: expect.stringContaining(`${sessionFile} is not a session file`),
    });
  });

  test.each([
    "",
    "null",
    "[]",
    '{"host":"x"}',
    '{"host":"stackexchange.com","owner":{"id":1},"cookies":{}}',
    '{"host":"stackexchange.com","owner":{"id":1},"cookies":[null]}',
    '{"host":"stackexchange.com","owner":{"id":1e308},"cookies":[]}',
    '{"host":"stackexchange.com","owner":{"id":1.5},"cookies":[]}',
  ])("with %j in it is refused by name", async (text) => {
    const { client } = await stage();
    const sessionFile = join(temporaryFolder(), "session.json");
    await writeFile(sessionFile, text);
    expect(await failureOf(client({ sessionFile }).login())).toMatchObject({ code: "BAD_ARGUMENT" });
  });
});

describe("a failing disk", () => {
  test("does not keep a client from logging in: a failed write is one warning", async () => {
    const { server, bot, client } = await stage();
    const warnings: string[] = [];
    const logger = { debug() {}, info() {}, warn: (line: string) => void warnings.push(line), error() {} };
    const sessionFile = join(temporaryFolder(), "nowhere", "session.json");
    const chat = client({ sessionFile, logger });
    expect((await chat.login()).id).toBe(bot.id);
    server.site.faults.expireSessions();
    await chat.getRoom(1).sendMessage("renewed");
    expect(warnings.filter((line) => line.includes("cannot be saved"))).toHaveLength(1);
  });

  test("makes reading fail with STORAGE, which names the file", async () => {
    const { client } = await stage();
    const sessionFile = join(temporaryFolder(), "session.json");
    await mkdir(sessionFile);
    expect(await failureOf(client({ sessionFile }).login())).toMatchObject({ code: "STORAGE", path: sessionFile });
  });
});
