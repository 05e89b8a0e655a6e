/** `chatexchange transcript`: four formats, and interrupted downloads that resume and equal the server's messages. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ChatServer, ChatServerOptions, ServerMessage } from "chatexchange-ts/server";
import { ManualClock } from "chatexchange-ts/testing";
import { load } from "cheerio";
import { describe, expect, test } from "vitest";
import { progressText } from "../src/cli/transcript/progress.js";
import { commandLine, eventually } from "./cli-support.js";
import { sizeOf } from "./sizes.js";
import { startServer } from "./support.js";
import { temporaryFolder } from "./temporary.js";

const start = Date.UTC(2024, 0, 1);

const place = (options: ChatServerOptions = {}): Promise<ChatServer> =>
  startServer({ clock: new ManualClock(start), ...options });

describe("the formats", () => {
  test.each(["text", "markdown", "html", "json"])("%s", async (format) => {
    const server = await place({ world: "demo", clock: new ManualClock(Date.UTC(2024, 1, 29, 12)) });
    const out = join(temporaryFolder(), "room");
    const { run } = commandLine();
    const args = [
      "transcript",
      "1",
      "--from",
      "2024-02-28",
      "--to",
      "2024-02-29",
      "--format",
      format,
      "--site",
      server.url,
    ];
    const printed = await run(args);
    expect(printed).toMatchObject({ code: 0, stderr: "" });
    expect(await run([...args, "--out", out])).toMatchObject({
      code: 0,
      stdout: "",
      stderr: expect.stringMatching(/^6 messages in /),
    });
    expect(readFileSync(out, "utf8")).toBe(printed.stdout);
    expect(readdirSync(join(out, ".."))).toEqual(["room"]);
    expect(printed.stdout.replaceAll(server.url, "http://HOST")).toMatchSnapshot();
  });

  test("never turn the text of a message into markup of the page", async () => {
    const server = await place();
    const eve = server.site.addUser({ name: "<b>Eve</b> *[x](//e)*", email: "eve@example.com" });
    const texts = [
      "<script>alert(1)</script> <img src=x onerror=alert(1)>",
      "[x](javascript:alert(1)) ![x](https://example.com/a.png) &lt;i&gt;",
      "# one\n- two\n<details>\n1. three",
      "    ```\n    <b>code</b>",
      "`<i>` and [link](https://example.com/?a=1&b=2)",
    ];
    for (const text of texts) eve.in(1).says(text);
    const { run } = commandLine();
    const written = async (format: string): Promise<string> =>
      (await run(["transcript", "1", "--day", "2024-01-01", "--format", format, "--site", server.url])).stdout;
    const page = load(await written("html"));
    expect(page("script, img, details, b").length).toBe(0);
    expect(page("[onerror], a[href^=javascript]").length).toBe(0);
    expect(page(".user").first().text()).toBe("<b>Eve</b> *[x](//e)*");
    expect(page(".said").first().text()).toBe(texts[0]);
    expect(page("a[href='https://example.com/?a=1&b=2']").text()).toBe("link");
    const lines = (await written("markdown")).split("\n");
    const outside = lines.filter((line) => !/^ {2}(````|```$|<b>code)/.test(line)).join("\n");
    expect(outside.replace(/`[^`]*`/g, "")).not.toMatch(/(?<!\\)<|(?<!\\)&lt;|(?<!\\)!\[|(?<!\\)\]\(javascript/);
    expect(outside).toContain("\\# one\\\n  \\- two\\\n  \\<details\\>\\\n  1\\. three");
  });

  test("contain the full text of a message that lists truncate", async () => {
    const server = await place();
    const text = Array.from({ length: 60 }, (_, line) => `line ${line} of a long text`).join("\n");
    server.site.addUser({ name: "Alice" }).in(1).says(text);
    const { run } = commandLine();
    const { stdout } = await run(["transcript", "1", "--day", "2024-01-01", "--json", "--site", server.url]);
    expect(JSON.parse(stdout).text).toBe(text);
  });
});

const MESSAGES = sizeOf({ near: 1_000, release: 20_000 });
const IN_WORDS = MESSAGES.toLocaleString("en-US");

/** Messages over 30 days: of several people, with replies, edits, stars, deletions, code, and long ones. */
async function monthOfTalk(): Promise<{ server: ChatServer; truth: readonly ServerMessage[] }> {
  const clock = new ManualClock(start);
  const server = await place({ clock });
  const people = ["Alice", "Bob", "Carol", "Dave"].map((name) => server.site.addUser({ name }).in(1));
  let before: ServerMessage | undefined;
  for (let n = 0; n < MESSAGES; n++) {
    const person = people[n % people.length];
    if (!person) continue;
    const text =
      n % 90 === 0
        ? `several\nlines ${"and words ".repeat(n % 180 === 0 ? 80 : 1)}`
        : `message ${n}: *words* & <signs> ${n % 7}`;
    const said = person.says(text, n % 5 === 0 && before ? { replyTo: before } : {});
    if (n % 11 === 0) person.edits(said.id, `${text} (mended)`);
    if (n % 13 === 0) people[(n + 1) % people.length]?.stars(said.id);
    if (n % 97 === 0) person.deletes(said.id);
    else before = said;
    if (n % 8 === 7) await clock.advance((30 * 86_400_000 * 8) / MESSAGES);
  }
  return { server, truth: server.site.room(1).messages };
}

test(`a download of ${IN_WORDS} messages that is interrupted at random moments and resumed equals the server's messages`, {
  timeout: 180_000,
}, async () => {
  const { server, truth } = await monthOfTalk();
  expect(truth).toHaveLength(MESSAGES);
  const folder = temporaryFolder();
  const out = join(folder, "month.jsonl");
  const cli = commandLine();
  const args = ["transcript", "1", "--from", "2024-01-01", "--to", "2024-01-31", "--out", out, "--site", server.url];
  const size = (): number => (existsSync(`${out}.part`) ? statSync(`${out}.part`).size : 0);
  const whole = MESSAGES * 330;
  for (const signal of ["SIGINT", "SIGKILL"] as const) {
    const until = size() + (0.1 + Math.random() * 0.25) * whole;
    const child = cli.start(args);
    const exited = once(child, "exit");
    await eventually(() => size() > until || child.exitCode !== null);
    child.kill(signal);
    expect(await exited).toEqual(signal === "SIGINT" ? [130, null] : [null, "SIGKILL"]);
    expect(existsSync(out)).toBe(false);
    expect(existsSync(`${out}.part.json`)).toBe(true);
  }
  const last = await cli.program(args);
  expect(last.stderr).toMatch(/^resuming at 2024-01-\d\d, after [\d,]+ messages\n[\d,]+ messages in /);
  expect(last.stderr).toContain(`\n${IN_WORDS} messages in `);
  expect(last.code).toBe(0);
  expect(readdirSync(folder)).toEqual(["month.jsonl"]);

  const text = readFileSync(out, "utf8");
  const got = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(got).toHaveLength(truth.length);
  for (const [
    at,
    { id, timeStamp, userId, content, parentId, edits, stars, pins, deleted, source },
  ] of truth.entries()) {
    const { content: gotContent, text: gotText, permalink: _, time: __, user: ___, ...rest } = got[at];
    if (at % 5 === 0) expect(rest).toEqual({ id, timeStamp, userId, parentId, edits, stars, pins, deleted });
    else expect([rest.id, rest.stars, rest.edits, rest.deleted]).toEqual([id, stars, edits, deleted]);
    if (content?.includes("'partial'")) expect(gotText).toBe(source.replace(/^:\d+ /, "").trim());
    else expect(gotContent).toBe(content);
  }
  const again = join(folder, "again.jsonl");
  expect(await cli.run([...args.slice(0, 7), again, ...args.slice(8)])).toMatchObject({ code: 0 });
  expect(readFileSync(again, "utf8")).toBe(text);
});

describe("a download to a file", () => {
  test("replaces no file without --force, and never mixes two downloads", async () => {
    const server = await place();
    server.site.addUser({ name: "Alice" }).in(1).says("hello");
    const out = join(temporaryFolder(), "room.txt");
    const { run } = commandLine();
    const args = ["transcript", "1", "--day", "2024-01-01", "--out", out, "--site", server.url];
    writeFileSync(out, "mine");
    const there = await run(args);
    expect(there).toMatchObject({
      code: 1,
      stderr: `chatexchange: ${out} already exists; use --force to overwrite it\n`,
    });
    expect(readFileSync(out, "utf8")).toBe("mine");
    expect(await run([...args, "--force"])).toMatchObject({ code: 0 });
    expect(readFileSync(out, "utf8")).toContain("Alice: hello");
    const other = join(out, "..", "other.md");
    writeFileSync(`${other}.part`, "# begun");
    writeFileSync(
      `${other}.part.json`,
      JSON.stringify({ what: "room 2", bytes: 7, nextDay: "2024-01-01", to: "2024-01-01", messages: 3 }),
    );
    const mixed = await run([...args.slice(0, 5), other, ...args.slice(6)]);
    expect(mixed).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/unfinished download of something else \(room 2\)/),
    });
    expect(readFileSync(`${other}.part`, "utf8")).toBe("# begun");
  });

  test("leaves no file when the folder does not exist", async () => {
    const server = await place();
    server.site.addUser({ name: "Alice" }).in(1).says("hello");
    const { run } = commandLine();
    const out = join(temporaryFolder(), "no", "room.txt");
    expect(await run(["transcript", "1", "--day", "2024-01-01", "--site", server.url, "--out", out])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/no such file or folder; check that its folder exists and is writable\n$/),
    });
  });

  test("leaves no file when the disk is full, and the next run continues", async ({ skip }) => {
    const server = await place();
    const alice = server.site.addUser({ name: "Alice" }).in(1);
    for (let n = 0; n < 100; n++) alice.says(`message ${n} ${"x".repeat(400)}`);
    const folder = temporaryFolder();
    const out = join(folder, "room.txt");
    const mount = `mount -t tmpfs -o size=16k tmpfs "${folder}"`;
    const way = ["-m", "-rm"].find((flags) => spawnSync("unshare", [flags, "sh", "-c", mount]).status === 0);
    if (way === undefined) {
      console.warn("skipped: no small disk can be mounted here (unshare and a tmpfs)");
      return skip("no small disk can be mounted here");
    }
    const args = ["transcript", "1", "--day", "2024-01-01", "--site", server.url, "--out", out];
    const program = [process.execPath, "--import", "./test/only-loopback.mjs", "dist/cli/main.js", ...args];
    const child = spawn("unshare", [way, "sh", "-c", `${mount} && "$0" "$@"; ls "${folder}"`, ...program], {
      cwd: resolve(import.meta.dirname, ".."),
      env: { PATH: process.env.PATH ?? "", CHATEXCHANGE_CONFIG_DIR: temporaryFolder() },
    });
    const texts = { stdout: "", stderr: "" };
    child.stdout.on("data", (data) => {
      texts.stdout += data;
    });
    child.stderr.on("data", (data) => {
      texts.stderr += data;
    });
    await once(child, "close");
    expect(texts.stderr).toMatch(
      `chatexchange: cannot write ${out}.part: no space left on the device; free some space and run the same command again to resume\n`,
    );
    expect(texts.stdout.split("\n")).not.toContain("room.txt");
  });

  test("is written by one process at a time; the lock of a killed process blocks no other", async () => {
    const server = await place();
    const alice = server.site.addUser({ name: "Alice" }).in(1);
    for (let n = 0; n < 600; n++) alice.says(`message ${n}`);
    const folder = temporaryFolder();
    const out = join(folder, "room.txt");
    const cli = commandLine();
    const args = ["transcript", "1", "--day", "2024-01-01", "--out", out, "--site", server.url];
    const slow = cli.start([...args, "--pause", "600000"]);
    await eventually(() => existsSync(`${out}.part.lock`) && readFileSync(`${out}.part.lock`, "utf8") !== "");
    const second = await cli.run(args);
    expect(second).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringMatching(
        `^chatexchange: ${out}\\.part is in use by process ${slow.pid} on .+, since ..:..; stop that process, or use another file\n$`,
      ),
    });
    const gone = once(slow, "exit");
    slow.kill("SIGKILL");
    await gone;
    writeFileSync(`${out}.part.json.new`, "{ torn");
    expect(await cli.run(args)).toMatchObject({ code: 0 });
    expect(readFileSync(out, "utf8")).toContain("message 599");
    expect(readdirSync(folder)).toEqual(["room.txt"]);
  });

  test("leaves no file when the room does not exist", async () => {
    const server = await place();
    const folder = temporaryFolder();
    const ran = await commandLine().run(["transcript", "99", "--out", join(folder, "x.md"), "--site", server.url]);
    expect(ran).toMatchObject({ code: 4, stdout: "" });
    expect(readdirSync(folder)).toEqual([]);
  });

  test("shows a bar on a terminal, with rate and time left", async () => {
    const server = await place();
    server.site.addUser({ name: "Alice" }).in(1).says("hello");
    const out = join(temporaryFolder(), "room.txt");
    const args = ["transcript", "1", "--day", "2024-01-01", "--out", out, "--site", server.url];
    const { stderr } = await commandLine().run(args, { tty: true });
    expect(stderr).toMatch(/░+ {2}0% {2}2024-01-01 {2}1 messages/);
    const at = { day: "2024-02-29", messages: 12_000, fresh: 6_000, seconds: 30, share: 0.25 };
    expect(progressText(at)).toBe(
      `${"█".repeat(6)}${"░".repeat(18)} 25%  2024-02-29  12,000 messages  200/s  1 min 30 s left`,
    );
  });

  test("is polite: one request at a time, with pauses", async () => {
    const server = await place();
    const alice = server.site.addUser({ name: "Alice" }).in(1);
    alice.says("hello");
    const { run } = commandLine();
    const ran = await run(["transcript", "1", "--day", "2024-01-01", "--pause", "1", "--site", server.url]);
    expect(ran).toMatchObject({ code: 0 });
    expect(server.requests.length).toBeLessThan(6);
    expect(
      await run(["transcript", "1", "--day", "2024-01-01", "--pause", "soon", "--site", server.url]),
    ).toMatchObject({ code: 2 });
  });
});
