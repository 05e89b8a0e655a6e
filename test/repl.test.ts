/** `chatexchange repl` as people use it: over a pipe, and in a terminal with completion and live events. */
import { execFile, execFileSync } from "node:child_process";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import * as api from "chatexchange-ts";
import { Client } from "chatexchange-ts";
import { describe, expect, onTestFinished, test } from "vitest";
import { runRepl } from "../src/cli/repl/index.js";
import { membersOf as completed } from "../src/cli/repl/members.js";
import { type TestContext, type TestContextOptions, testContext } from "./cli-context.js";
import { membersOf, publicClasses } from "./public-members.js";
import { ends, type Stage, stage } from "./support.js";

interface Piped {
  readonly output: string;
  readonly errors: string;
  readonly code: number;
}

/** Runs lines over a pipe; returns their output. */
async function piped(lines: readonly string[], options: TestContextOptions = {}): Promise<Piped> {
  const context = testContext(options);
  const done = runRepl(context);
  context.typed.end(`${lines.join("\n")}\n`);
  const code = await done;
  return { output: context.output(), errors: context.errors(), code };
}

/** A REPL in a terminal, with simulated key presses. */
interface Terminal {
  readonly context: TestContext;
  readonly done: Promise<number>;
  /** Presses keys; resolves to the output since then, once it matches. */
  press(keys: string, until: RegExp): Promise<string>;
}

const enter = "\r";
const prompt = /> $/;
const [ctrlC, ctrlD, ctrlU] = ["\u0003", "\u0004", "\u0015"];

async function terminal(options: TestContextOptions = {}): Promise<Terminal> {
  const context = testContext({ isTty: true, ...options });
  const done = runRepl(context);
  onTestFinished(async () => {
    context.interrupt.abort();
    await done;
  });
  await written(context, 0, /> (\u001b\[\d+G)?$/);
  return {
    context,
    done,
    async press(keys, until) {
      const from = context.output().length;
      // A chunk of several characters is a paste, in which Tab is a character.
      for (const key of keys.split(/(\t)/)) if (key) context.typed.write(key);
      return plain(await written(context, from, until));
    },
  };
}

/** Resolves to the output since then, without cursor movements, once it matches. */
async function written(context: TestContext, from: number, until: RegExp): Promise<string> {
  for (;;) {
    const text = context.output().slice(from);
    if (until.test(plain(text))) return text;
    await new Promise((resolve) => context.stdout.once("data", resolve));
  }
}

/** A text without the escape sequences of readline. */
function plain(text: string): string {
  return text.replaceAll(/\u001b\[[\d;]*[A-Z]/g, "").replaceAll("\r\n", "\n");
}

async function inSandbox(options: Parameters<typeof stage>[0] = {}): Promise<Stage & { readonly chat: Client }> {
  const built = await stage(options);
  built.alice.in(1).says("hello and welcome");
  const { bot, server } = built;
  return { ...built, chat: ends(new Client(server.site, bot.email, bot.password)) };
}

describe("over a pipe", () => {
  test("the REPL evaluates lines in turn, and prints only results", async () => {
    const { code, output } = await piped([
      "await sandbox.name",
      "const room = chat.getRoom(5); room.name",
      "for await (const message of sandbox.history({ limit: 2 })) console.log(message.id)",
      "await new Promise((resolve) => setImmediate(resolve, 'first'))",
      "'second'",
    ]);
    expect(output.split("\n")).toEqual([
      "'Sandbox'",
      "'Bot Workshop'",
      "44402024",
      "44402023",
      "'first'",
      "'second'",
      "",
    ]);
    expect(code).toBe(0);
  });

  test("an expression may take several lines", async () => {
    const { output } = await piped(["function twice(text) {", "  return text + text", "}", "twice('ab')"]);
    expect(output).toBe("'abab'\n");
  });

  test("the REPL starts a local server without an account and a network, and says so", async () => {
    const { errors, output } = await piped(["me", "chat.isLoggedIn", "Object.keys(server.sites).length > 0"]);
    expect(errors).toMatch(/your own chat server/);
    expect(errors).toMatch(/http:\/\/127\.0\.0\.1:\d+\/rooms\/1/);
    expect(output).toBe("User 1005 { name: 'Demo Bot' }\ntrue\ntrue\n");
  });

  test("a failure is printed as a line with its code, and the exit code is 1", async () => {
    const { code, errors, output } = await piped([
      "chat.getRoom(99999999).name",
      "sandbox.name.toUpperCase()",
      "1 + 1",
    ]);
    expect(errors).toMatch(/^NotFoundError \[NOT_FOUND\]: Could not read room 99999999 on .*$/m);
    expect(errors).toContain("sandbox.name is a promise: write (await sandbox.name) for its value");
    expect(errors).not.toMatch(/^\s+at /m);
    expect(output).toBe("2\n");
    expect(code).toBe(1);
  });

  test("lazy values, lists and streams are printed with their contents", async () => {
    const { output } = await piped([
      "sandbox.owners",
      "sandbox.history({ limit: 2 })",
      "chat.getRoom(5)",
      "const stream = sandbox.newMessages(); await stream.ready",
      'server.site.user("Alice").in(1).says("hi"), await stream.ready',
      "await sandbox.sendMessage('over')",
      "stream",
    ]);
    expect(output).toContain("[ User 1001 'Alice' ]");
    expect(output).toMatch(
      /\[\n {2}Message 44402024 by 'Alice' 'Somebody should.*\n {2}Message 44402023 by 'Carol Müller' 'ping'\n\]/,
    );
    expect(output).toContain(
      "Room 5 {}\n// nothing is known about it yet; await its properties, such as (await _.name)",
    );
    expect(output).toMatch(/LiveStream \{\n {2}waiting: [12],[^}]*last: \[ Message \d+ by 'Alice' 'hi'/);
  });

  test("terminal control sequences in a message are not printed", async () => {
    const { alice, chat } = await inSandbox();
    alice.in(1).says("red \u001b[31m and \u202eturned \u009b2J");
    const printed =
      "for await (const { content } of sandbox.history({ limit: 1 })) console.log(await content, [await content])";
    const { output } = await piped(["sandbox.history({ limit: 1 })", "greeting", printed, ".rooms"], { client: chat });
    expect(output).toContain("'red \\x1B[31m and");
    expect(output).toContain("red ␛[31m and");
    expect(output).toContain("\\u202eturned");
    expect(output).not.toMatch(/[\u001b\u009b]/);
  });

  test("the API accepts dates and errors of the REPL's realm", async () => {
    const { errors, output } = await piped([
      "(await sandbox.transcript(new Date()).next()).done === undefined",
      "try { await chat.getRoom(424242).name } catch (error) { console.log(error instanceof Error, error.code) }",
    ]);
    expect(errors).not.toContain("Error");
    expect(output).toBe("false\ntrue NOT_FOUND\n");
  });

  test("the REPL uses the configured site, anonymously without a login", async () => {
    const { alice, server } = await stage();
    alice.in(1).says("first");
    const { output } = await piped(["somebody", "greeting.textContent"], { client: ends(new Client(server.site)) });
    expect(output).toMatch(/^User \d+ \{/);
    expect(output).toContain("'first'");
  });

  test("an unreachable site is reported, and the prompt still appears", async () => {
    const { server } = await stage();
    const client = ends(new Client(server.url));
    await server.close();
    const { errors, output } = await piped(["1 + 1"], { client });
    expect(errors).toContain("[CONNECTION_LOST]");
    expect(output).toBe("2\n");
  });
});

describe("in a terminal", () => {
  test("the banner names the site, the variables, and two lines to try", async () => {
    const { context } = await terminal();
    expect(plain(context.output()).replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:PORT")).toMatchInlineSnapshot(`
      "Nothing is configured, so this is your own chat server, on this machine only; use --site se for the live site.
      In a browser: http://127.0.0.1:PORT/rooms/1

        chat      Client of 127.0.0.1:PORT
        sandbox   Room 1 'Sandbox'
        me        User 1005 'Demo Bot'
        greeting  Message 44402001 by 'Alice' 'Good morning, and welcome to the Sandbox. Try thi…'
        server    the local server: server.site.user("Alice").in(1).says("hi")

      Try:
        await greeting.textContent
        await sandbox.sendMessage("hello, world")

      Tab completes, .watch shows a room's events, .help shows more, Ctrl-D exits.

      > "
    `);
  });

  test("a promise at the prompt is awaited, which is explained once", async () => {
    const { press } = await terminal();
    const first = await press(`sandbox.name${enter}`, prompt);
    expect(first).toContain(
      "// this is a promise, awaited for you; in a program write: await sandbox.name\n'Sandbox'\n",
    );
    expect(await press(`sandbox.description${enter}`, prompt)).not.toContain("//");
    expect(await press(`sandbox.join()${enter}`, prompt)).toContain("// done");
  });

  test("Tab completes members, also of the cached value of a promise, without a request", async () => {
    const { chat, server } = await inSandbox();
    const { press } = await terminal({ client: chat });
    const before = server.requests.length;
    expect(await press("sandbox.messageC\t", /Count$/)).toContain("sandbox.messageCount");
    expect(await press(`${ctrlU}await sandbox.own\t`, /owners$/)).toContain("owners");
    expect(await press(`${ctrlU}(await greeting.owner).repu\t`, /reputation$/)).toContain("reputation");
    expect(await press(`${ctrlU}chat.getRoom(5).descr\t`, /description$/)).toContain("description");
    expect(await press(`${ctrlU}(await chat.getMe()).lastS\t`, /lastSeen$/)).toContain("lastSeen");
    expect(await press(`${ctrlU}sandbox.parentSiteName.\t\t`, /then/)).toMatch(/catch\s+finally\s+then/);
    const all = await press(`${ctrlU}greeting.\t\t`, /textContent[\s\S]*greeting\.$/);
    expect(all).toContain("contentSource");
    expect(all).not.toMatch(/\blearn|__proto__|hasOwnProperty/);
    expect(server.requests.length).toBe(before);
  });

  test("Tab completes the last result, commands, and the rooms seen so far", async () => {
    const { press } = await terminal();
    await press(`await chat.getUser(1001)${enter}`, prompt);
    expect(await press("_.parentPr\t", /ProfileUrl$/)).toContain("_.parentProfileUrl");
    expect(await press(`${ctrlU}.unw\t`, /unwatch$/)).toContain(".unwatch");
    await press(`${ctrlU}.rooms workshop${enter}`, /Bot Workshop[\s\S]*> $/);
    expect(await press(".watch 5\t\t", /\n5[\s\S]*> \.watch 5$/)).toContain("5");
    expect(await press(`${ctrlU}gree\t`, /greeting$/)).toContain("greeting");
  });

  test("live events are printed above the current input line", async () => {
    const { alice, chat } = await inSandbox();
    const { press, context } = await terminal({ client: chat });
    expect(await press(`.watch${enter}`, prompt)).toContain(
      "watching Sandbox (you are in the room); .unwatch 1 to stop",
    );
    // Listening enters the room, which is an event itself; an existing prompt is written again.
    await written(context, 0, /── .* ──\n(> )?\d\d:\d\d +→ Bot entered\n/);
    await press("await sandbox.na", /na$/);
    const from = context.output().length;
    alice.in(1).says("look \u001b[31m here");
    const raw = await written(context, from, /here\n> await sandbox\.na$/);
    // As `tail --follow` shows it.
    expect(plain(raw)).toMatch(/^\d\d:\d\d {2}Alice Liddell {5}look ␛\[31m here\n> await sandbox\.na$/);
    // The input line is cleared before the event is written, and then written again.
    expect(raw.indexOf("\u001b[0J")).toBeLessThan(raw.indexOf("look"));
    expect(await press(`me${enter}`, prompt)).toContain("'Sandbox'");
    await press(`.unwatch${enter}`, /stopped watching room 1/);
  });

  test("Ctrl-C stops waiting, and ends a loop over a stream", async () => {
    const { alice, chat } = await inSandbox();
    const { press, context } = await terminal({ client: chat });
    await press(`new Promise(() => {})${enter}`, /\n$/);
    expect(await press(ctrlC, prompt)).toContain("stopped waiting");
    await press(`const messages = sandbox.newMessages(); await messages.ready${enter}`, prompt);
    await press(`for await (const message of messages) console.log("heard " + message.id)${enter}`, /\n$/);
    const said = alice.in(1).says("one");
    await written(context, 0, new RegExp(`heard ${said.id}`));
    expect(await press(ctrlC, prompt)).toContain("stopped listening");
    const from = context.output().length;
    alice.in(1).says("two");
    await press(`await sandbox.sendMessage("three")${enter}`, /'?three|Message \d+[\s\S]*> $/);
    expect(context.output().slice(from)).not.toContain("heard");
  });

  test("Ctrl-D leaves the rooms and ends the REPL", async () => {
    const { chat, server } = await inSandbox();
    const { press, context, done } = await terminal({ client: chat });
    await press(`.watch${enter}`, prompt);
    expect(server.site.room(1).present.length).toBe(1);
    context.typed.write(ctrlD);
    expect(await done).toBe(0);
    expect(server.site.room(1).present).toEqual([]);
    expect(server.site.openSockets).toBe(0);
  });

  test("the history file is readable by its owner only, and has no line with a password", async () => {
    const { press, context, done } = await terminal();
    await press(`1 + 1${enter}`, prompt);
    await press(`"a password: s3cret"${enter}`, prompt);
    context.typed.write(ctrlD);
    await done;
    const path = join(context.folder, "repl-history");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readFile(path, "utf8")).toBe("1 + 1");
  });

  test("the REPL warns and works when the history file cannot be written", async () => {
    const context = testContext({ isTty: true });
    const file = join(context.folder, "file");
    await writeFile(file, "");
    const folder = { value: join(file, "below"), source: "CHATEXCHANGE_CONFIG_DIR" };
    const done = runRepl({ ...context, settings: { ...context.settings, folder } });
    await written(context, 0, /History is off: cannot write .*below\/repl-history \(ENOTDIR\)\.\n> $/);
    context.typed.write(ctrlD);
    expect(await done).toBe(0);
  });

  test("a pipe in place of the history file turns the history off, and blocks nothing", async () => {
    const context = testContext({ isTty: true });
    execFileSync("mkfifo", [join(context.folder, "repl-history")]);
    const done = runRepl(context);
    await written(context, 0, /History is off: cannot write .*repl-history \(it is a pipe, not a file\)\.\n> $/);
    context.typed.write(ctrlD);
    expect(await done).toBe(0);
  });

  test("commands print their usage, and .help has examples", async () => {
    const { press } = await terminal();
    expect(await press(`.watch sandbox${enter}`, prompt)).toContain(".watch takes a room id");
    expect(await press(`.watch 99999999${enter}`, prompt)).toContain("[NOT_FOUND]");
    expect(await press(`.unwatch${enter}`, prompt)).toContain("not watching that room");
    expect(await press(`.rooms nosuchroom${enter}`, prompt)).toContain('no rooms match "nosuchroom"');
    const help = await press(`.help${enter}`, prompt);
    expect(help).toContain(".unwatch   Stop .watch");
    expect(await press(`help${enter}`, prompt)).toContain("commands begin with a dot: .help");
    expect(await press(`sandbox.nam${enter}`, prompt)).toContain("// undefined");
    expect(await press(`const x = 1${enter}`, prompt)).not.toContain("//");
    expect(help).toContain('server.site.user("Alice").in(1).says("Hello from Alice")');
  });

  test("an action that fails in the background is reported above the prompt", async () => {
    const { press, context } = await terminal();
    await press("half a li", /li$/);
    const from = context.output().length;
    context.typed.write(ctrlU);
    await press(`void chat.getRoom(99999999).sendMessage("hi")${enter}`, /\[NOT_FOUND\][\s\S]*> $/);
    expect(plain(context.output().slice(from))).toContain("Could not");
  });
});

test("completion offers exactly the public members of every class", () => {
  const inherited = (prototype: object): string[] => {
    const above: object = Object.getPrototypeOf(prototype);
    const own = membersOf(prototype).filter((name) => typeof name === "string");
    return above === Object.prototype ? own : [...own, ...inherited(above)];
  };
  for (const [name, prototype] of publicClasses(api)) {
    expect([name, completed(prototype)]).toEqual([
      name,
      [...new Set(inherited(prototype))].sort((a, b) => a.localeCompare(b)),
    ]);
  }
});

test("completion omits internal members", async () => {
  const { chat } = await inSandbox();
  const stream = chat.getRoom(1).newMessages();
  expect(
    [...completed(Client), ...completed(stream)].filter((name) => /^sessionOf|^endStreams|^isRead/.test(name)),
  ).toEqual([]);
  expect(completed(stream)).toEqual(expect.arrayContaining(["dropped", "next", "ready", "return"]));
});

test("./repl starts it", { timeout: 60_000 }, async () => {
  const root = resolve(import.meta.dirname, "..");
  const { folder } = testContext();
  const env = { ...process.env, CHATEXCHANGE_CONFIG_DIR: folder, CHATEXCHANGE_HOST: "", CHATEXCHANGE_EMAIL: "" };
  const output = await new Promise((resolved, failed) => {
    const child = execFile(join(root, "repl"), { env, cwd: folder }, (error, stdout) =>
      error ? failed(error) : resolved(stdout),
    );
    child.stdin?.end("await sandbox.name\n");
  });
  expect(output).toBe("'Sandbox'\n");
});
