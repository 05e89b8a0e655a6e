import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Client, type Logger } from "chatexchange-ts";
import { describe, expect, test } from "vitest";
import { passwordMark, refuseSecrets, secretsIn } from "./secrets.js";
import { ends, failureOf, next, stage } from "./support.js";
import { temporaryFolder } from "./temporary.js";

describe("secretsIn", () => {
  test("finds secrets in messages, properties, causes and non-enumerable properties", () => {
    const fkey = "0123456789abcdef0123456789abcdef";
    expect(secretsIn(new Error(`no ${passwordMark}`))).toEqual([passwordMark]);
    expect(secretsIn(Object.assign(new Error("x"), { deep: { form: { fkey } } }))).toEqual([fkey]);
    expect(secretsIn(new Error("x", { cause: new Error(`POST ${fkey}`) }))).toEqual([fkey]);
    expect(secretsIn({ cookie: "acct=t=abcdefghijkl&s=x" })).not.toEqual([]);
    expect(secretsIn(new Error("nothing to see"))).toEqual([]);
  });
});

describe("secrets", () => {
  test("appear in no failure of any kind, and in no log line", async () => {
    const lines: unknown[] = [];
    const line = (...parts: unknown[]): void => void lines.push(parts);
    const logger: Logger = { debug: line, info: line, warn: line, error: line };
    const { server, client, bot } = await stage();
    const { faults } = server.site;
    const token = "0123456789abcdef0123456789abcdef";
    const gone = "The room does not exist, or you do not have permission";
    const kinds: [string, () => void, (chat: Client) => Promise<unknown>][] = [
      ["refused connection to the login", () => faults.cut("/users/login"), (chat) => chat.login()],
      ["a login that fails", () => faults.fail("/users/login", { status: 500, body: "x" }), (chat) => chat.login()],
      ["a captcha", () => faults.captcha(), (chat) => chat.login()],
      [
        "a post that is refused with an echo of it",
        () => faults.fail("/chats/1/messages/new", { status: 400, body: `"no: fkey=${token}"` }),
        (chat) => chat.getRoom(1).sendMessage("x"),
      ],
      [
        "a post given up while it hangs",
        () => faults.hang("/chats/1/messages/new"),
        (chat) => chat.getRoom(1).sendMessage("x", { signal: AbortSignal.timeout(100) }),
      ],
      [
        "a room that is closed, with an echo of its socket",
        () => faults.fail("/ws-auth", { status: 404, body: `${gone} wss://x/events/1/${token}`, times: 9 }),
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
      refuseSecrets([name, await failureOf(ask(chat))]);
      refuseSecrets(chat);
    }
    // Failures that are retried are logged: no secret in these lines, either.
    const heals: readonly [fault: () => void, ask: (chat: Client) => Promise<unknown>][] = [
      [() => faults.cut("/chats/1/messages/new"), (chat) => chat.getRoom(1).sendMessage("cut")],
      // A sentence without the site's mark may be a proxy's: the message is tried again.
      [
        () => faults.fail("/chats/1/messages/new", { status: 400, body: `no: fkey=${token}` }),
        (chat) => chat.getRoom(1).sendMessage("echoed"),
      ],
      [
        () => faults.fail("/ws-auth", { status: 200, body: `{"url":"wss://x/events/1/${token}"}`, times: 9 }),
        (chat) => chat.getRoom(1).newMessages().ready,
      ],
    ];
    for (const [fault, ask] of heals) {
      faults.clear();
      const chat = client({ logger, onError: line });
      await chat.login();
      fault();
      await ask(chat);
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

  test("of a session are written to its file only as cookies", async () => {
    const { client, bot } = await stage();
    const sessionFile = join(temporaryFolder(), "session.json");
    await client({ sessionFile }).login();
    const text = await readFile(sessionFile, "utf8");
    expect(text).not.toContain(bot.password);
    expect(text).not.toContain(bot.email);
    expect(text).toContain('"acct"');
  });
});
