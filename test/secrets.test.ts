import { mkdtemp, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, type Logger } from "chatexchange-ts";
import { describe, expect, test } from "vitest";
import { passwordMark, refuseSecrets, secretsIn } from "./secrets.js";
import { ends, next, stage } from "./support.js";

describe("what looks for secrets", () => {
  test("finds them in messages, properties, causes and hidden ones", () => {
    const fkey = "0123456789abcdef0123456789abcdef";
    expect(secretsIn(new Error(`no ${passwordMark}`))).toEqual([passwordMark]);
    expect(secretsIn(Object.assign(new Error("x"), { deep: { form: { fkey } } }))).toEqual([fkey]);
    expect(secretsIn(new Error("x", { cause: new Error(`POST ${fkey}`) }))).toEqual([fkey]);
    expect(secretsIn({ cookie: "acct=t=abcdefghijkl&s=x" })).not.toEqual([]);
    expect(secretsIn(new Error("nothing to see"))).toEqual([]);
  });
});

describe("secrets", () => {
  test("show in no failure of any kind, nor in any log line", async () => {
    const lines: unknown[] = [];
    const line = (...parts: unknown[]): void => void lines.push(parts);
    const logger: Logger = { debug: line, info: line, warn: line, error: line };
    const { server, client, bot } = await stage();
    const { faults } = server.site;
    const kinds: [string, () => void, (chat: Client) => Promise<unknown>][] = [
      ["refused connection to the login", () => faults.cut("/users/login"), (chat) => chat.login()],
      ["a login that fails", () => faults.fail("/users/login", { status: 500, body: "x" }), (chat) => chat.login()],
      ["a captcha", () => faults.captcha(), (chat) => chat.login()],
      ["a post that is cut", () => faults.cut("/chats/1/messages/new"), (chat) => chat.getRoom(1).sendMessage("x")],
      ["a post that hangs", () => faults.hang("/chats/1/messages/new"), (chat) => chat.getRoom(1).sendMessage("x")],
      [
        "a page instead of an answer",
        () => faults.fail("/chats/1/messages/new", { status: 200, body: "<html>", times: 9 }),
        (chat) => chat.getRoom(1).sendMessage("x"),
      ],
      [
        "a socket that is refused",
        () =>
          faults.fail("/ws-auth", {
            status: 200,
            body: '{"url":"wss://x/events/1/0123456789abcdef0123456789abcdef"}',
            times: 9,
          }),
        (chat) => chat.getRoom(1).newMessages().ready,
      ],
    ];
    for (const [name, fault, ask] of kinds) {
      faults.clear();
      const chat = ends(
        new Client(server.site, { email: bot.email, password: bot.password, logger, onError: line, timeoutMs: 500 }),
      );
      if (!name.includes("login") && !name.includes("captcha")) await chat.login();
      fault();
      refuseSecrets(await ask(chat).catch((error: unknown) => error));
      refuseSecrets(chat);
    }
    faults.clear();
    const chat = client({ logger, onError: line });
    const messages = chat.getRoom(1).newMessages();
    await messages.ready;
    faults.sendRaw("not a frame");
    server.site.user("Somebody").in(1).says("hello");
    refuseSecrets(await next(messages));
    refuseSecrets([chat, chat.getRoom(1), await chat.getMe(), messages]);
    expect(lines.length).toBeGreaterThan(0);
    refuseSecrets(lines);
  });

  test("of a session are in its file as cookies only", async () => {
    const { client, bot } = await stage();
    const sessionFile = join(await mkdtemp(join(tmpdir(), "chatexchange-")), "session.json");
    await client({ sessionFile }).login();
    const text = await readFile(sessionFile, "utf8");
    expect(text).not.toContain(bot.password);
    expect(text).not.toContain(bot.email);
    expect(text).toContain('"acct"');
  });
});
