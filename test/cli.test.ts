/** The command line: settings, accounts, and the output and failures of commands. */
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { LOADABLE } from "../src/cli/load-command.js";
import { commands } from "../src/cli/table/commands.js";
import { commandLine, place, type Ran } from "./cli-support.js";
import { startServer } from "./support.js";

describe("the help", () => {
  test("lists every command, and describes each with its flags", async () => {
    const { program, run } = commandLine();
    const { code, stdout, stderr } = await program(["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const { name, summary } of commands) {
      expect(stdout).toContain(`  ${name}`);
      const help = await run([name, "--help"]);
      expect(help).toMatchObject({ code: 0, stderr: "" });
      expect(help.stdout).toMatch(new RegExp(`^usage: chatexchange ${name}`));
      expect(help.stdout.toLowerCase().replace(/\s+/g, " ")).toContain(summary.toLowerCase());
      expect(help.stdout).toContain("Examples:");
    }
    expect(await program(["help", "tail"])).toEqual(await program(["tail", "-h"]));
    expect(await program([])).toMatchObject({ code: 0, stdout });
  });

  test("lists exactly the implemented commands", () => {
    expect([...LOADABLE].sort()).toEqual(commands.map(({ name }) => name).sort());
  });

  test("allows the flags of every command before the command, too", async () => {
    const { run } = commandLine();
    const { stdout } = await run(["--site", "so", "--json", "config", "site"]);
    expect(JSON.parse(stdout)).toEqual({ key: "site", value: "stackoverflow.com", source: "flag --site" });
    expect(await run(["--site"])).toMatchObject({ code: 2, stderr: expect.stringMatching(/no command given/) });
  });

  test("has examples that the argument parser accepts", async () => {
    const { readArguments } = await import("../src/cli/table/arguments.js");
    for (const { examples } of commands) {
      for (const [typed] of examples) {
        const [, words = ""] = /(?:^|[|(] ?)chatexchange ([^|<)]*)/.exec(typed) ?? [];
        expect(() => readArguments(words.trim().split(/\s+/))).not.toThrow();
      }
    }
  });
});

describe("a mistake", () => {
  const mistakes: readonly (readonly [typed: string, line: string | RegExp])[] = [
    ["dance", 'unknown command "dance"; see chatexchange --help'],
    ["tial 1", 'unknown command "tial"; did you mean "tail"?'],
    ["tail", "missing argument ROOM; see chatexchange tail --help"],
    ["tail 1 --folow", "unknown flag --folow; see chatexchange tail --help"],
    ["tail sandbox", 'invalid room id "sandbox"; use a number or the URL of the room'],
    ["tail 1 --since soon", /invalid --since "soon"; use 30s, 10m, 2h or 3d, a date such as .*/],
    ["tail 1 --limit -5", 'invalid --limit "-5"; use an integer of at least 0'],
    ["tail 1 --limit many", 'invalid --limit "many"; use an integer of at least 0'],
    ["tail 1 --state x", "--state needs --follow"],
    ["whoami now", 'unexpected argument "now"; see chatexchange whoami --help'],
    ["send 1 hi --split evenly", 'invalid --split "evenly"; use words or lines'],
    ["rooms --site so --local", "--site and --local cannot be used together"],
    ["rooms --site example.com", /unknown host "example.com"; valid hosts are stackexchange.com/],
    ["rooms --profile ../x", "invalid profile name; use only letters, digits, dots, - and _"],
    ["transcript 1 --day 2023-02-29", /invalid --day "2023-02-29"; use a day such as 2024-02-29, today or yesterday/],
    ["transcript 1 --from 2024-03-01 --to 2024-02-01", /--from 2024-03-01 is after --to 2024-02-01/],
    ["transcript 1 --day today --from 2024-03-01", "--day cannot be used with --from or --to"],
    ["completion ksh", 'invalid SHELL "ksh"; use bash or zsh or fish'],
    ["whoami --as Alice --site so", "--as works only on a local server, which stackoverflow.com is not; add --local"],
  ];

  test.each(mistakes)("chatexchange %s", async (typed, line) => {
    const { code, stdout, stderr } = await commandLine().run(typed.split(" "));
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr.split("\n")).toHaveLength(2);
    expect(stderr).toMatch(/^chatexchange: /);
    expect(stderr).toEqual(typeof line === "string" ? `chatexchange: ${line}\n` : expect.stringMatching(line));
  });
});

describe("settings", () => {
  test("come from flags before the environment before the file, and config shows the source without secrets", async () => {
    const { run, folder } = commandLine();
    const shown = async (args: string[], env: Record<string, string> = {}): Promise<Record<string, unknown>> => {
      const { stdout } = await run(["config", "--json", ...args], { env });
      const rows = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      return Object.fromEntries(rows.map(({ key, value, source }) => [key, [value, source]]));
    };
    expect(await shown([])).toMatchObject({ site: ["stackexchange.com", "default"], email: [null, "not set"] });
    expect(await run(["config", "site", "so"])).toMatchObject({ code: 0 });
    const file = join(folder, "config.json");
    expect(await shown([])).toMatchObject({ site: ["stackoverflow.com", file] });
    const env = { CHATEXCHANGE_HOST: "meta", ChatExchangeU: "me@example.com", ChatExchangeP: "s3cret-Passw0rd" };
    expect(await shown([], env)).toMatchObject({
      site: ["meta.stackexchange.com", "CHATEXCHANGE_HOST"],
      email: ["me@example.com", "ChatExchangeU"],
      password: ["(set)", "ChatExchangeP"],
    });
    const newer = { ...env, CHATEXCHANGE_EMAIL: "new@example.com", CHATEXCHANGE_PASSWORD: "s3cret-Passw0rd" };
    expect(await shown(["--site", "se"], newer)).toMatchObject({
      site: ["stackexchange.com", "flag --site"],
      email: ["new@example.com", "CHATEXCHANGE_EMAIL"],
      password: ["(set)", "CHATEXCHANGE_PASSWORD"],
    });
    expect(await shown(["--profile", "other"])).toMatchObject({ site: ["stackexchange.com", "default"] });
    await run(["config", "site", ""]);
    expect(await shown([])).toMatchObject({ site: ["stackexchange.com", "default"] });
    expect(await run(["config", "site", "example.com"])).toMatchObject({ code: 2 });
  });

  test("name an invalid config file in the error", async () => {
    const { run, folder } = commandLine();
    writeFileSync(join(folder, "config.json"), "{ profiles");
    const { code, stderr } = await run(["config"]);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `chatexchange: ${folder}/config.json is not a valid config file; fix or delete it\n`,
    });
  });
});

describe("commands", () => {
  const ok = (ran: Ran): string => {
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    return ran.stdout;
  };

  test("send, reply, edit, star, pin, search and delete", async () => {
    const { server, at } = await place();
    const { run } = commandLine();
    const alice = (...args: string[]): Promise<Ran> => run(at(...args, "--as", "Alice"));
    const room = server.site.addRoom({ id: 3, name: "Owned", owners: [server.site.user("Alice")] });
    const sent = ok(await alice("send", "3", "hello", "there"));
    const [id = ""] = sent.split(" ");
    expect(sent).toBe(`${id}  ${server.url}/transcript/message/${id}#${id}\n`);
    const answer = JSON.parse(ok(await run(at("send", "3", "--reply-to", id, "hi!", "--json", "--as", "Bob Baker"))));
    expect(room.messages.at(-1)).toMatchObject({ id: answer.id, parentId: Number(id) });

    expect(ok(await alice("edit", id, "hello, world"))).toContain(`edited ${id}`);
    expect(ok(await run(at("star", id, "--as", "Bob Baker")))).toContain(`starred ${id}`);
    expect(ok(await alice("pin", id))).toContain(`pinned ${id}`);
    expect(room.messages[0]).toMatchObject({ source: "hello, world", stars: 1, pins: 1 });
    const revisions = ok(await run(at("history", id, "--json")))
      .trim()
      .split("\n");
    expect(revisions.map((line) => JSON.parse(line).kind)).toEqual(expect.arrayContaining(["said", "edited"]));
    ok(await run(at("star", id, "--off", "--as", "Bob Baker")));
    ok(await alice("pin", id, "--off"));
    expect(room.messages[0]).toMatchObject({ stars: 0, pins: 0 });
    expect(await run(at("search", "world", "--user", "-1"))).toMatchObject({ code: 0, stderr: "no messages match\n" });
    expect(JSON.parse(ok(await run(at("search", "world", "--json"))))).toMatchObject({
      id: Number(id),
      text: "hello, world",
      edited: true,
    });
    expect(await alice("delete", String(answer.id))).toMatchObject({ code: 4, stdout: "" });
    ok(await alice("delete", id));
    expect(room.messages[0]).toMatchObject({ deleted: true });
    expect(await alice("delete", id)).toMatchObject({ code: 4, stderr: expect.stringMatching(/already been deleted/) });
  });

  test("read stdin: several lines are one message, --fixed makes it code, --split makes several messages", async () => {
    const { server, at } = await place();
    const { run } = commandLine();
    const say = (args: string[], input: string): Promise<Ran> =>
      run(at("send", "1", "-", "--as", "Alice", ...args), { input });
    const sources = (): string[] => server.site.room(1).messages.map(({ source }) => source);
    ok(await say([], "one\r\ntwo\n"));
    ok(await say(["--fixed"], "if (x)\n  y()\n"));
    expect(sources()).toEqual(["one\ntwo", "    if (x)\n      y()"]);
    const long = "word ".repeat(150).trim();
    expect(await say([], long)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/a single line may have at most 500.*; use --split words/),
    });
    expect(
      ok(await say(["--split", "words"], long))
        .trim()
        .split("\n"),
    ).toHaveLength(2);
    expect(sources().slice(2).join(" ")).toBe(long);
    expect(await say([], "\n")).toMatchObject({ code: 2, stderr: expect.stringMatching(/the text is empty/) });
  });

  test("show rooms and users, as text and as JSON", async () => {
    const server = await startServer({ world: "demo" });
    const { run } = commandLine();
    const at = (...args: string[]): string[] => [...args, "--site", server.url];
    const rooms = ok(await run(at("rooms", "--json")))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(rooms).toContainEqual(expect.objectContaining({ id: 1, name: "Sandbox", access: "public", frozen: false }));
    expect(ok(await run(at("rooms", "workshop")))).toMatch(/^ {5}5 {2}Bot Workshop {12}.*\n$/);
    expect(await run(at("rooms", "zzz"))).toMatchObject({
      code: 0,
      stdout: "",
      stderr: 'no rooms match "zzz"\n',
    });
    expect(ok(await run(at("room", "1"))).replaceAll(server.url, "http://HOST")).toMatchSnapshot();
    expect(JSON.parse(ok(await run(at("room", "1", "--json"))))).toMatchObject({ id: 1, owners: [{ name: "Alice" }] });
    server.site.user("Bob Baker").in(1).enters();
    expect(ok(await run(at("users", "1")))).toBe("    1002  Bob Baker\n");
    expect(ok(await run(at("user", "1004")))).toMatch(/^Morgan \(user 1004\) ♦\n/);
    expect(JSON.parse(ok(await run(at("user", "-1", "--json"))))).toMatchObject({ id: -1, name: "Community" });
    expect(ok(await run(at("user", `${server.url}/users/1002/bob-baker`)))).toMatch(/^Bob Baker/);
  });

  test.each([
    ["a room that is not there", ["send", "99", "x", "--as", "Alice"], 4],
    ["a message that is not there", ["edit", "99", "x", "--as", "Alice"], 4],
    ["a frozen room", ["send", "7", "x", "--as", "Alice"], 4],
    ["nobody", ["send", "1", "x"], 3],
  ])("%s has its exit code and one line", async (_, args, code) => {
    const { server, at } = await place();
    server.site.addRoom({ id: 7, name: "Ice" }).freeze();
    const ran = await commandLine().run(at(...args));
    expect(ran).toMatchObject({ code, stdout: "" });
    expect(ran.stderr.trim().split("\n")).toHaveLength(1);
  });

  test("report a site that fails, is read-only, or is unreachable", async () => {
    const { server, at } = await place();
    const { run } = commandLine();
    server.site.faults.fail("/rooms", { status: 503, times: 3 });
    expect(await run(at("rooms"))).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/the server failed.*; try again later\n$/),
    });
    server.site.faults.clear();
    server.site.faults.fail("/rooms", { status: 200, body: "<html>a portal</html>", times: 3 });
    expect(await run(at("rooms"))).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/was not understood.*please report it\n$/),
    });
    server.site.faults.readOnly();
    const env = { CHATEXCHANGE_EMAIL: "alice@example.com", CHATEXCHANGE_PASSWORD: "password" };
    expect(await run(at("login"), { env })).toMatchObject({ code: 5, stderr: expect.stringMatching(/read-only mode/) });
    await server.close();
    expect(await run(at("whoami", "--as", "Alice"))).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(/ECONNREFUSED.*; check the network and the --site\n$/),
    });
  });

  test("survive a full disk for their output, and a closed pipe", async () => {
    const { server } = await place();
    for (let n = 0; n < 300; n++)
      server.site
        .user("Alice")
        .in(1)
        .says(`message ${n} ${"x".repeat(300)}`);
    const cli = `exec "${process.execPath}" --import ./test/only-loopback.mjs dist/cli/main.js tail 1 -n 300 --site ${server.url}`;
    const shell = (command: string): Promise<Ran> => bash(`(${cli}) ${command}`);
    const bash = (command: string): Promise<Ran> =>
      new Promise((resolve) => {
        execFile(
          "bash",
          ["--norc", "-c", `set -o pipefail; ${command}`],
          { env: { PATH: process.env.PATH ?? "" } },
          (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
        );
      });
    expect(await shell("> /dev/full")).toMatchObject({
      code: 1,
      stderr: "chatexchange: cannot write the output: no space left on the device\n",
    });
    for (const command of ["--help", "--version", "help tail"]) {
      const main = `"${process.execPath}" dist/cli/main.js ${command}`;
      expect(await bash(`${main} > /dev/full`)).toMatchObject({
        code: 1,
        stderr: "chatexchange: cannot write the output: no space left on the device\n",
      });
    }
    const cut = await shell("| head -n 1");
    expect(cut).toMatchObject({ code: 0, stderr: "" });
    expect(cut.stdout.split("\n")).toHaveLength(2);
  });
});

test("--local finds the server that serve runs, and lists its accounts", async () => {
  const { start, program, run } = commandLine();
  const server = start(["serve", "--port", "0", "--seed", "demo"]);
  let said = "";
  server.stdout.setEncoding("utf8");
  await new Promise<void>((resolve) => {
    server.stdout.on("data", (text: string) => {
      said += text;
      if (said.includes("Press Ctrl-C to stop")) resolve();
    });
  });
  expect(said).toMatch(/http:\/\/127\.0\.0\.1:\d+ {2}stackexchange\.com/);
  expect(said).toContain("alice@example.com");
  expect(await run(["send", "1", "hello", "--local"])).toMatchObject({
    code: 3,
    stderr: expect.stringMatching(/not logged in; choose a user with --as NAME, such as --as Alice\n$/),
  });
  const login = await run(["login", "--local", "--as", "alice"]);
  expect(login).toMatchObject({ code: 0, stdout: expect.stringMatching(/^logged in as Alice/) });
  expect(await run(["send", "1", "hello"])).toMatchObject({ code: 0, stderr: "" });
  expect((await run(["tail", "1", "-n", "1"])).stdout).toMatch(/Alice {13}hello\n$/);
  const nobody = await run(["whoami", "--as", "Zed"]);
  expect(nobody).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/no user "Zed"; --as takes Alice, Bob Baker, /),
  });
  server.kill("SIGINT");
  const [code] = await new Promise<unknown[]>((resolve) => server.once("exit", (...args) => resolve(args)));
  expect(code).toBe(130);
  // Without a running server, a fresh one serves the command alone.
  const alone = await program(["whoami", "--json"]);
  expect(alone).toMatchObject({ code: 0, stderr: expect.stringMatching(/no local server is running/) });
  expect(JSON.parse(alone.stdout)).toMatchObject({ name: "Alice" });
  for (const args of [
    ["send", "1", "hello"],
    ["star", "44402001"],
  ]) {
    expect(await run(args)).toEqual({
      code: 5,
      stdout: "",
      stderr: "chatexchange: no local server is running; start one with chatexchange serve\n",
    });
  }
});

test("a port in use is reported with a remedy", async () => {
  const server = await startServer();
  const { port } = new URL(server.url);
  expect(await commandLine().run(["serve", "--port", port])).toEqual({
    code: 1,
    stdout: "",
    stderr: `chatexchange: cannot listen on port ${port} of 127.0.0.1: the address is already in use; choose another port, or 0 for any free port; the three sites use three consecutive ports; use --port to choose the first\n`,
  });
});
