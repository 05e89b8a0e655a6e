/**
 * The programs in the guides, run as a bot author would: the tests of docs/testing-your-bot.md by Vitest and by
 * `node --test`, the bot of docs/deploying.md as a service.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { ChatServer } from "chatexchange-ts/server";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { IS_RELEASE } from "./sizes.js";

const root = resolve(import.meta.dirname, "..");
/** Inside the package, so that its own name leads to `dist`. */
const folder = join(root, "build/doc-tests");
const run = promisify(execFile);
const onlyLoopback = join(root, "test/only-loopback.mjs");
/** The environment without the variables of this test runner, which would mislead another one. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_)/.test(name)));

const MODULE = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };

let snippets: string[] = [];

function javaScriptOf(code: string): string {
  return ts.transpileModule(code, { compilerOptions: MODULE }).outputText;
}

function snippetsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
}

beforeAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await copyFile(join(root, "test/cassettes/reconnect.cassette"), join(folder, "report.cassette"));
  const page = await readFile(join(root, "docs/testing-your-bot.md"), "utf8");
  snippets = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
  for (const [index, code] of snippets.entries()) {
    const name = /^\/\/ ([\w.-]+)\.ts\n/.exec(code)?.[1];
    const isTest = /^test\(/m.test(code) && !code.includes("node:test");
    if (!name && !isTest) continue;
    await writeFile(join(folder, `${name ?? `example-${index}.test`}.js`), javaScriptOf(code));
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the tests in docs/testing-your-bot.md", () => {
  test("begin with one of 15 lines", () => {
    const first = snippets.find((code) => code.startsWith("// greeter.test.ts\n")) ?? "";
    const lines = first.split("\n").filter((line) => line !== "" && !line.startsWith("//"));
    expect(lines.length).toBeGreaterThan(5);
    expect(lines.length).toBeLessThanOrEqual(15);
  });

  test.runIf(IS_RELEASE)("pass under Vitest", { timeout: 60_000 }, async () => {
    const alias = Object.entries({
      "": "index",
      "/bot": "bot/index",
      "/testing": "testing/index",
      "/server": "server/index",
    });
    const config = {
      resolve: {
        alias: alias.map(([entry, file]) => ({
          find: `chatexchange-ts${entry}`,
          replacement: join(root, "dist", `${file}.js`),
        })),
      },
      test: { include: ["*.test.js"], setupFiles: [onlyLoopback], reporters: ["json"] },
    };
    // The longer names first: an alias also matches names that begin with it.
    config.resolve.alias.reverse();
    await writeFile(join(folder, "vitest.config.mjs"), `export default ${JSON.stringify(config)};`);
    const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
    const { stdout } = await run(process.execPath, [vitest, "run", "--root", folder], { cwd: folder, env }).catch(
      (error) => {
        throw new Error(`${error.stdout}\n${error.stderr}`);
      },
    );
    const report = JSON.parse(stdout.slice(stdout.indexOf("{")));
    expect(report).toMatchObject({ numFailedTests: 0, numPassedTests: 4 });
  });

  test("pass under node:test", { timeout: 60_000 }, async () => {
    const args = ["--import", onlyLoopback, "--test", "--test-reporter=tap", "greeter.node-test.js"];
    const { stdout } = await run(process.execPath, args, { cwd: folder, env }).catch((error) => {
      throw new Error(`${error.stdout}\n${error.stderr}`);
    });
    expect(stdout).toMatch(/^# pass 1$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });
});

describe("the bot in docs/deploying.md", () => {
  /** Starts it with a password, and waits until it is listening or has ended. */
  async function start(server: ChatServer, password: string) {
    const [code = ""] = snippetsOf(await readFile(join(root, "docs/deploying.md"), "utf8"));
    await writeFile(join(folder, "main.js"), javaScriptOf(code));
    const data = await mkdtemp(join(folder, "data-"));
    const account = { CHAT_HOST: server.url, CHAT_EMAIL: server.site.user("Bot").email, CHAT_PASSWORD: password };
    const bot = spawn(process.execPath, ["--import", onlyLoopback, "main.js"], {
      cwd: folder,
      env: { ...env, ...account, CHAT_DATA: data },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const end = once(bot, "close").then(([exitCode]) => exitCode);
    await Promise.race([once(bot.stdout, "data"), end]);
    return { bot, end };
  }

  test("answers, and exits with 143 at SIGTERM", { timeout: 60_000 }, async () => {
    await using server = await ChatServer.start();
    const { bot, end } = await start(server, server.site.user("Bot").password);
    const answer = new Promise((resolve) => {
      server.site.onEvent(({ messageId }) => {
        const message = messageId === null ? null : server.site.message(messageId);
        if (message?.source.includes("Hello, ")) resolve(message.parentId);
      });
    });
    const question = server.site.user("Alice").in(1).says("!hello");
    expect(await answer).toBe(question.id);
    bot.kill("SIGTERM");
    expect(await end).toBe(143);
  });

  test("exits with 78 when the password is wrong", { timeout: 60_000 }, async () => {
    await using server = await ChatServer.start();
    const { end } = await start(server, "not the password");
    expect(await end).toBe(78);
  });
});
