/** `chatexchange tail`: its output for people and for programs; following loses and repeats no event. */
import { once } from "node:events";
import { join } from "node:path";
import { Client } from "chatexchange-ts";
import type { ChatServer } from "chatexchange-ts/server";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test } from "vitest";
import { commandLine, eventually, linesOf } from "./cli-support.js";
import { ends, startServer } from "./support.js";
import { temporaryFolder } from "./temporary.js";

const place = startServer;

/** A tail that is written out, with the server's address taken out. */
async function tail(server: ChatServer, args: readonly string[], options: object = {}): Promise<string> {
  const { code, stdout, stderr } = await commandLine().run(["tail", ...args, "--site", server.url], options);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout.replaceAll(server.url, "http://HOST");
}

describe("past messages", () => {
  const clock = (): ManualClock => new ManualClock(Date.UTC(2024, 1, 29, 12, 0, 0));

  test("are shown to people with days, times, names, replied-to messages, code and marks", async () => {
    const server = await place({ world: "demo", clock: clock() });
    expect(await tail(server, ["1"], { columns: 80 })).toMatchSnapshot();
    expect(await tail(server, ["1", "5", "-n", "4"], { columns: 100 })).toMatchSnapshot();
  });

  test("are colored on a terminal, and no line is wider than the terminal", async () => {
    const server = await place({ world: "demo", clock: clock() });
    for (const columns of [40, 80]) {
      const shown = await tail(server, ["1"], { columns, tty: true });
      expect(shown).toContain("\u001b[");
      const lines = shown.replace(/\u001b\[\d+m/g, "").split("\n");
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
    }
    expect(await tail(server, ["1"], { tty: true, env: { NO_COLOR: "1" } })).not.toContain("\u001b");
    expect(await tail(server, ["1"], { env: { FORCE_COLOR: "1" } })).toContain("\u001b[");
  });

  test("are written for programs as one object per line with stable keys", async () => {
    const server = await place({ world: "demo", clock: clock() });
    const lines = (await tail(server, ["1", "--json"])).trim().split("\n");
    const messages = lines.map((line) => JSON.parse(line));
    const truth = server.site.room(1).messages;
    expect(messages.map(({ id }) => id)).toEqual(truth.map(({ id }) => id));
    expect(messages.map(({ content, stars, deleted }) => ({ content, stars, deleted }))).toEqual(
      truth.map(({ content, stars, deleted }) => ({ content, stars, deleted })),
    );
    expect(new Set(messages.map((message) => Object.keys(message).join()))).toEqual(
      new Set(["type,eventId,roomId,room,id,userId,user,time,text,content,parentId,edits,stars,pins,deleted"]),
    );
    expect(messages[0]).toMatchObject({
      type: "message",
      room: "Sandbox",
      time: expect.stringMatching(/^2024-02-27T.*Z$/),
    });
  });

  test("can be limited to those since a message, since a date, or of the last minutes", async () => {
    const server = await place();
    const alice = server.site.addUser({ name: "Alice" });
    const ids = ["one", "two", "three"].map((text) => alice.in(1).says(text).id);
    const texts = async (...args: string[]): Promise<string[]> =>
      (await tail(server, ["1", "--json", ...args]))
        .trim()
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line).text);
    expect(await texts("--since", String(ids[1]))).toEqual(["two", "three"]);
    expect(await texts("--since", "10m")).toEqual(["one", "two", "three"]);
    expect(await texts("--since", "2020-01-01", "--limit", "1")).toEqual(["three"]);
    expect(await texts("--since", "2120-01-01")).toEqual([]);
  });

  test("contain no terminal control sequences", async () => {
    const server = await place();
    const name = "Eve\u001b[31m\u202eevE\u0007";
    const eve = server.site.addUser({ name, email: "eve@example.com" });
    eve.in(1).says("a \u001b]0;title\u0007 b \u009b31m c \u202e d \u2066 e \u200f f");
    eve.in(1).says("line\r\n\u001b[2J two\ttab \u0000");
    eve.in(1).says("    code \u001b[1A \u009d");
    eve.in(1).says("[link \u001b[1m](https://example.com/\u202e)");
    const commanding = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
    for (const args of [["1"], ["1", "--json"]]) expect(await tail(server, args)).not.toMatch(commanding);
    const colored = await tail(server, ["1"], { tty: true });
    expect(colored.replace(/\u001b\[\d+m/g, "")).not.toMatch(commanding);
    const [first = ""] = (await tail(server, ["1", "--json"])).split("\n");
    expect(JSON.parse(first).user).toBe(server.site.user(name).name);
  });
});

describe("following", () => {
  test("shows new events, and Ctrl-C leaves the room and exits with 130", async () => {
    const server = await place();
    const [alice, bob, carol] = ["Alice", "Bob", "Carol"].map((name) => server.site.addUser({ name }).in(1));
    if (!alice || !bob || !carol) throw new Error("three people");
    const first = alice.says("the first");
    const { start } = commandLine();
    const child = start(["tail", "1", "--follow", "--as", "Carol", "--site", server.url]);
    const [lines, errors] = [linesOf(child.stdout), linesOf(child.stderr)];
    await eventually(() => lines.length >= 2);
    const id = server.site.user("Carol").id;
    expect(server.site.room(1).present).toContain(id);
    bob.enters();
    const answer = bob.says("an answer", { replyTo: first });
    bob.edits(answer.id, "a better answer");
    alice.stars(answer.id);
    bob.deletes(answer.id);
    bob.leaves();
    await eventually(() => lines.some((line) => line.includes("← Bob left")));
    expect(lines.slice(1).map((line) => line.replace(/^\d\d:\d\d/, "hh:mm"))).toEqual(
      [
        "hh:mm  Alice             the first",
        "hh:mm                    → Carol entered",
        "hh:mm                    → Bob entered",
        "hh:mm  Bob               ↪ Alice: the first",
        "                         an answer",
        "hh:mm  Bob               ↪ Alice: the first",
        "                         ✎ a better answer (edited)",
        "hh:mm  Bob               ★  a better answer",
        "hh:mm  Bob               a better answer (deleted)",
        "hh:mm                    ← Bob left",
      ].filter((line) => !line.includes("Carol") || lines.some((shown) => shown.includes("Carol entered"))),
    );
    child.kill("SIGINT");
    const [code] = await once(child, "exit");
    expect(code).toBe(130);
    expect(errors).toEqual([]);
    expect(server.site.room(1).present).not.toContain(id);
  });

  test("loses and repeats no line in a pipe when sockets drop and the server is down", {
    timeout: 60_000,
  }, async () => {
    const server = await place();
    const { site } = server;
    const alice = site.addUser({ name: "Alice" }).in(1);
    alice.says("said 0");
    const { start } = commandLine();
    const child = start(["tail", "1", "--follow", "--json", "--verbose", "--site", server.url]);
    const [lines, errors] = [linesOf(child.stdout), linesOf(child.stderr)];
    await eventually(() => lines.length === 1 && site.openSockets === 1);
    let said = 1;
    const say = (count: number): void => {
      for (let n = 0; n < count; n++) alice.says(`said ${said++}`);
    };
    for (let round = 0; round < 2; round++) {
      say(20);
      // As a restart looks from outside: sockets end, requests are cut off for a while, and people talk meanwhile.
      site.faults.hangUp(/./, round === 0 ? 1 : 3);
      site.faults.dropSockets();
      say(30);
      await eventually(() => lines.length >= said);
    }
    expect(lines.map((line) => JSON.parse(line).text)).toEqual(Array.from({ length: said }, (_, n) => `said ${n}`));
    expect(errors).toEqual(expect.arrayContaining([expect.stringMatching(/reconnecting/)]));
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([143, null]);
  });

  test("loses and repeats no line in a pipe when the server that serve runs is killed and restarted", {
    timeout: 90_000,
  }, async () => {
    const { start, folder } = commandLine();
    const data = join(folder, "world.journal");
    const serve = async (port: string): Promise<{ url: string; kill(): Promise<unknown> }> => {
      const child = start(["serve", "--port", port, "--data", data, "--throttle", "off", "--json"]);
      const [lines, errors] = [linesOf(child.stdout), linesOf(child.stderr)];
      await eventually(() => lines.length >= 3 || errors.length > 0);
      expect(errors).toEqual([]);
      const { url } = JSON.parse(lines[0] ?? "");
      return {
        url,
        kill: () => {
          child.kill("SIGKILL");
          return once(child, "exit");
        },
      };
    };
    // Below the ephemeral ports, so that no other process takes it while the server is down.
    let server = await serve(String(21_000 + (process.pid % 2_000) * 4));
    const { url } = server;
    const alice = ends(new Client(url, "alice@example.com", "password"));
    const room = alice.getRoom(1);
    await room.sendMessage("said 0");
    const follower = start(["tail", "1", "-f", "-n", "1", "--quiet", "--json", "--as", "Bob Baker", "--site", url]);
    const lines = linesOf(follower.stdout);
    await eventually(() => lines.length === 1);
    let said = 1;
    const say = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n++) await room.sendMessage(`said ${said++}`);
    };
    for (let round = 0; round < 2; round++) {
      await say(5);
      await server.kill();
      const meanwhile = say(5);
      server = await serve(new URL(url).port);
      await meanwhile;
      await eventually(() => lines.length >= said);
    }
    const heard = lines.map((line) => JSON.parse(line)).filter(({ type }) => type !== "event");
    expect(heard.map(({ type, text }) => `${type}: ${text}`)).toEqual(
      Array.from({ length: said }, (_, n) => `message: said ${n}`),
    );
  });

  test("reports a gap after the server restarts without its data, and prints the new messages", {
    timeout: 60_000,
  }, async () => {
    const first = await place({ port: 30_000 + (process.pid % 600) * 4 });
    const say = (server: ChatServer, text: string): unknown => server.site.user("Alice").in(1).says(text);
    say(first, "in the old world");
    const { begin } = commandLine();
    const tail = begin(["tail", "1", "--follow", "--quiet", "--verbose", "--site", first.url], { columns: 50 });
    const shows = (text: string): boolean => tail.lines.some((line) => line.includes(text));
    await eventually(() => tail.lines.length >= 2 && first.site.openSockets === 1);
    for (let n = 0; n < 3; n++) say(first, `old ${n}`);
    await eventually(() => shows("old 2"));
    await first.close();
    await eventually(() => tail.errors.some((line) => line.includes("reconnecting")));
    const second = await place({ port: Number(new URL(first.url).port) });
    await eventually(() => second.site.openSockets === 1 && shows("!!"));
    for (let n = 0; n < 3; n++) say(second, `new ${n}`);
    await eventually(() => shows("new 2"));
    const shown = tail.lines.join(" ").replace(/\s+/g, " ");
    expect(shown).toMatch(/old 2 !! events \d+ to \d+ may be missing: the server restarted/);
    expect(shown).toMatch(/new 0 .*new 1 .*new 2/);
  });

  test("with --state resumes where the last run was interrupted", async () => {
    const server = await place();
    const alice = server.site.addUser({ name: "Alice" }).in(1);
    const { begin } = commandLine();
    const state = join(temporaryFolder(), "tail.state");
    const heard: string[] = [];
    const hear = async (upTo: number): Promise<void> => {
      const tail = begin(["tail", "1", "-f", "--json", "--state", state, "--site", server.url]);
      await eventually(() => server.site.openSockets === 1);
      alice.says(`while it runs ${upTo}`);
      await eventually(() => tail.lines.length >= upTo);
      expect(await tail.interrupt()).toBe(130);
      heard.push(...tail.lines.map((line) => JSON.parse(line).text));
    };
    await hear(1);
    alice.says("while it is away");
    alice.says("and more");
    await hear(3);
    await hear(1);
    expect(heard).toEqual(["while it runs 1", "while it is away", "and more", "while it runs 3", "while it runs 1"]);
  });

  test("reports a missing room, a private room, and a server that is down", async () => {
    const server = await place();
    const owner = server.site.addUser({ name: "Owner" });
    server.site.addRoom({ id: 8, name: "Closed", access: "private", owners: [owner] });
    const { run } = commandLine();
    const at = (...args: string[]): string[] => ["tail", ...args, "--follow", "--site", server.url];
    expect(await run(at("99"))).toMatchObject({ code: 4, stdout: "" });
    expect(await run(at("8"))).toMatchObject({ code: 4, stdout: "" });
    await server.close();
    expect(await run(at("1"))).toMatchObject({ code: 5, stdout: "" });
  });
});
