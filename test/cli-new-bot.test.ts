/** `chatexchange new-bot`: the files that it writes, what it refuses, and that the bot works as it is. */
import { type ChildProcessWithoutNullStreams, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { Client, MessagePosted } from "chatexchange-ts";
import { describe, expect, onTestFinished, test } from "vitest";
import { NEW_BOT_VERSIONS } from "../src/cli/new-bot/project-files.js";
import { commandLine, eventually, linesOf, place } from "./cli-support.js";
import { temporaryFolder } from "./temporary.js";

const root = resolve(import.meta.dirname, "..");
const execute = promisify(execFile);

const FILES = [
  ".dockerignore",
  ".env.example",
  ".gitignore",
  "Dockerfile",
  "README.md",
  "package.json",
  "src/bot.test.ts",
  "src/bot.ts",
  "src/main.ts",
  "tidy-bot.service",
  "tsconfig.json",
];

/** The files below a folder. */
function filesIn(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).sort();
}

describe("chatexchange new-bot", () => {
  test("writes a bot into a new folder, and says how to go on", async () => {
    const folder = join(temporaryFolder(), "bots/tidy-bot");
    const { code, stdout, stderr } = await commandLine().run(["new-bot", folder]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(filesIn(folder)).toEqual(FILES);
    expect(stdout).toContain(`  cd ${folder}\n  npm install\n  npm test\n  npm start\n`);
    const { name, dependencies }: { name: string; dependencies: Record<string, string> } = JSON.parse(
      readFileSync(join(folder, "package.json"), "utf8"),
    );
    expect([name, dependencies["chatexchange-ts"]]).toEqual(["tidy-bot", "^0.1.0"]);
  });

  test("writes another name and another source of the package, into a repository without files", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, ".git"));
    const args = ["new-bot", folder, "--name", "tidy-bot", "--package", "file:/tmp/x.tgz", "--json"];
    const { code, stdout } = await commandLine().run(args);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ folder, name: "tidy-bot", files: expect.arrayContaining(FILES) });
    expect(readFileSync(join(folder, "package.json"), "utf8")).toContain('"chatexchange-ts": "file:/tmp/x.tgz"');
  });

  test("refuses a folder with files, and changes nothing there", async () => {
    const folder = join(temporaryFolder(), "tidy-bot");
    mkdirSync(folder);
    writeFileSync(join(folder, "notes.txt"), "mine");
    const { code, stderr } = await commandLine().run(["new-bot", folder]);
    expect(code).toBe(1);
    expect(stderr).toBe(`chatexchange: ${folder} is not empty: it has notes.txt; choose another folder\n`);
    expect(filesIn(folder)).toEqual(["notes.txt"]);
  });

  test("refuses a path through a file", async () => {
    const file = join(temporaryFolder(), "tidy-bot");
    writeFileSync(file, "mine");
    for (const path of [file, join(file, "below")]) {
      const { code, stderr } = await commandLine().run(["new-bot", path]);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/^chatexchange: cannot read .+: .+; .+\n$/)]);
    }
  });

  test.each([
    "Tidy",
    "tidy_bot",
    "tidy--bot",
    "-tidy",
    "tidy-",
    "1tidy",
    "../tidy",
    "tidy bot",
    "",
    "t".repeat(51),
    "chatexchange-ts",
  ])("refuses the name %j before it writes", async (name) => {
    const folder = join(temporaryFolder(), "x");
    const { code, stderr } = await commandLine().run(["new-bot", folder, `--name=${name}`]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(JSON.stringify(name))]);
    expect(existsSync(folder)).toBe(false);
  });

  test("asks for --name when the name of the folder is no name for a bot", async () => {
    const { code, stderr } = await commandLine().run(["new-bot", join(temporaryFolder(), "My Bot")]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/"My Bot"; pass --name\n$/)]);
  });

  test("uses the versions with which this package is tested", () => {
    const { devDependencies }: { devDependencies: Record<string, string> } = JSON.parse(
      readFileSync(join(root, "package.json"), "utf8"),
    );
    const own = Object.keys(NEW_BOT_VERSIONS).map((name) => [name, devDependencies[name]?.replace(/^(?=\d)/, "^")]);
    expect(NEW_BOT_VERSIONS).toEqual(Object.fromEntries(own));
  });
});

describe("a new bot", () => {
  const folder = join(temporaryFolder(), "tidy-bot");
  const guard = ["--import", join(root, "test/only-loopback.mjs")];

  test("compiles, and its own test passes", async () => {
    await commandLine().run(["new-bot", folder]);
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(root, join(folder, "node_modules/chatexchange-ts"));
    for (const name of ["@types", "node-sqlite3-wasm"])
      symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
    const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc");
    await execute(process.execPath, [tsc], { cwd: folder }).catch(({ stdout }) => expect(stdout).toBe(""));
    const { stdout } = await execute(process.execPath, [...guard, "--test"], { cwd: join(folder, "dist") });
    expect(stdout).toMatch(/pass 2\n(?:.*\n)*.*fail 0\n/);
  });

  const start = (env: Readonly<Record<string, string>> = {}): ChildProcessWithoutNullStreams => {
    const program = [...guard, "dist/main.js"];
    const child = spawn(process.execPath, program, { cwd: folder, env: { PATH: process.env.PATH ?? "", ...env } });
    onTestFinished(() => void child.kill("SIGKILL"));
    return child;
  };

  test("runs with the account of the environment, keeps its data, and stops on SIGTERM", async () => {
    const { server } = await place();
    const { email, password } = server.site.user("Bot");
    const child = start({ CHAT_HOST: server.url, CHAT_EMAIL: email, CHAT_PASSWORD: password, CHAT_OWNERS: "1, 2" });
    const errors = linesOf(child.stderr);
    const { id } = server.site.user("Bot");
    await eventually(() => server.site.room(1).present.includes(id));
    server.site.user("Alice").in(1).says("!!hello");
    await eventually(() => server.site.room(1).messages.at(-1)?.source.endsWith("Hello, Alice!") === true);
    child.kill("SIGTERM");
    expect([...(await once(child, "close")), errors]).toEqual([0, null, []]);
    expect(filesIn(join(folder, "data"))).toEqual(expect.arrayContaining(["bot.db", "bot.session", "bot.state"]));
    expect(statSync(join(folder, "data")).mode & 0o777).toBe(0o700);
  });

  test("ends with 78 when a restart would not help", async () => {
    const { server } = await place();
    const child = start({
      CHAT_HOST: server.url,
      CHAT_EMAIL: "nobody@example.com",
      CHAT_PASSWORD: "wrong",
      CHAT_DATA: "other",
    });
    expect(await once(child, "close")).toEqual([78, null]);
  });

  test("runs at a local server without an account, answers there, and stops on Ctrl-C", async () => {
    const child = start();
    const lines = linesOf(child.stdout);
    const errors = linesOf(child.stderr);
    while (!lines.some((line) => line.startsWith("Press Ctrl-C"))) await once(child.stdout, "data");
    const [url = ""] = /http:\/\/127\.0\.0\.1:\d+/.exec(lines.join("\n")) ?? [];
    await using chat = new Client(url, "alice@example.com", "password");
    const events = chat.getRoom(1).newEvents(MessagePosted);
    await events.ready;
    await chat.getRoom(1).sendMessage("!!hello");
    for await (const { byYou, textContent } of events) {
      if (byYou) continue;
      expect(textContent).toBe("Hello, Alice!");
      break;
    }
    child.kill("SIGINT");
    expect([...(await once(child, "close")), errors]).toEqual([0, null, []]);
  });
});
