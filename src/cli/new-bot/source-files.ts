/** The TypeScript files of a new bot. `test/cli-new-bot.test.ts` compiles them and runs their test. */

const BOT = `// The bot itself. It does not know where it runs, so that a test can start it on a stage.
import { Bot, type BotOptions } from "chatexchange-ts/bot";

export function makeBot(options: Pick<BotOptions, "owners" | "store"> = {}): Bot {
  const bot = new Bot({ prefix: "!!", ...options });

  bot.command("hello", "greets you", (c) => c.reply(\`Hello, \${c.userName}!\`));

  bot.command("roll [sides:integer(1..1000)=6]", "rolls a die", (c) =>
    c.reply(\`\${1 + Math.floor(Math.random() * c.args.sides)}\`),
  );

  bot.hears(/good morning/i, (c) => c.message.star());

  return bot;
}
`;

const TEST = `// A chat server in this process, with people who say what the test tells them to. It needs neither an account nor a network.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setStage } from "chatexchange-ts/testing";
import { makeBot } from "./bot.js";

test("the bot rolls a die", async () => {
  await using stage = await setStage({ bot: () => makeBot() });
  const { Alice } = stage.people;
  Alice.says("!!roll 1");
  assert.equal((await Alice.hears()).text, "1");
});

test("the bot greets back", async () => {
  await using stage = await setStage({ bot: () => makeBot() });
  const { Alice } = stage.people;
  Alice.says("!!hello");
  assert.equal((await Alice.hears()).text, "Hello, Alice!");
});
`;

const main = (
  name: string,
): string => `// Runs the bot: with the account of .env at a chat site, or without an account at a chat server on this machine.
import { existsSync, mkdirSync } from "node:fs";
import { Client, isChatError } from "chatexchange-ts";
import { makeBot } from "./bot.js";

// Bun reads .env by itself.
if (existsSync(".env") && !process.versions.bun) process.loadEnvFile();
const { CHAT_HOST = "stackexchange.com", CHAT_EMAIL = "", CHAT_PASSWORD = "" } = process.env;
const { CHAT_ROOMS = "1", CHAT_OWNERS = "", CHAT_DATA = "data" } = process.env;
/** Failures that a restart would repeat: a person has to act. */
const PERMANENT = ["WRONG_PASSWORD", "CAPTCHA_REQUIRED", "CLOUDFLARE_CHALLENGE", "NO_ACCOUNT", "NOT_FOUND", "FORBIDDEN"] as const;

const numbers = (text: string) => text.split(/[\\s,]+/).filter(Boolean).map(Number);

async function runLive(): Promise<void> {
  mkdirSync(CHAT_DATA, { recursive: true, mode: 0o700 });
  const client = new Client(CHAT_HOST, {
    email: CHAT_EMAIL,
    password: CHAT_PASSWORD,
    sessionFile: \`\${CHAT_DATA}/bot.session\`, // a restart needs no login
    stateFile: \`\${CHAT_DATA}/bot.state\`, // a restart repeats and forgets nothing
    userAgent: "${name} (https://example.com/${name})", // say here where people find you
  });
  const bot = makeBot({ owners: numbers(CHAT_OWNERS), store: \`\${CHAT_DATA}/bot.db\` });
  await bot.run(numbers(CHAT_ROOMS).map((id) => client.getRoom(id)));
}

async function runLocally(): Promise<void> {
  const { ChatServer } = await import("chatexchange-ts/server");
  const start = (port: number) => ChatServer.start({ sites: ["stackexchange.com"], port, showAccounts: true });
  await using server = await start(8070).catch(() => start(0)); // another port if that one is taken
  const { email, password } = server.site.user("Bot");
  server.site.user("Alice").in(1).enters();
  const client = new Client(server.url, email, password);
  const bot = makeBot();
  bot.service(() => // once it listens
    console.log(\`No account in .env, so the bot runs at a chat server on this machine. Log in as Alice, and say !!hello:
  \${server.url}/users/login?returnurl=%2Frooms%2F1
Press Ctrl-C to stop.\`));
  await bot.run([client.getRoom(1)]);
}

try {
  await (CHAT_EMAIL && CHAT_PASSWORD ? runLive() : runLocally());
} catch (error) {
  console.error(error);
  process.exitCode = isChatError(error, ...PERMANENT) ? 78 : 1;
}
`;

/** The files below \`src\` of a new bot, by path. */
export function sourceFiles(name: string): Readonly<Record<string, string>> {
  return { "src/bot.ts": BOT, "src/bot.test.ts": TEST, "src/main.ts": main(name) };
}
