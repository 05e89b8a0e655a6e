/** This version reads the files of version 0.1.0 (commit 61a88d7). */
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Client } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { expect, test } from "vitest";
import { commandLine } from "./cli-support.js";
import { ends, failureOf, startServer } from "./support.js";
import { temporaryFolder } from "./temporary.js";

const fixtures = resolve(import.meta.dirname, "fixtures/61a88d7");
const noon = Date.UTC(2026, 0, 5, 12);

/** A folder with copies of these files. */
function copies(...names: string[]): string {
  const folder = temporaryFolder();
  for (const name of names) cpSync(join(fixtures, name), join(folder, name));
  return folder;
}

test("a journal, a session and a state of 0.1.0 still work: without a login, and the waiting message is sent once", async () => {
  const folder = copies("journal.jsonl", "session.json", "state.jsonl");
  const session = join(folder, "session.json");
  // Cookies expire after half a year: pretend that they are from today.
  const today = new Date().toISOString();
  writeFileSync(session, readFileSync(session, "utf8").replace(/2026-11-\d\dT[\d:.]+Z/g, today));
  const server = await startServer({
    journal: join(folder, "journal.jsonl"),
    sites: ["stackexchange.com"],
    world: "empty",
    clock: new ManualClock(noon),
  });
  const said = (): string[] => server.site.room(1).messages.map(({ source }) => source);
  expect(said()).toEqual(["in the journal", "heard", "sent"]);
  const options = { email: "bot@example.com", password: "password", sessionFile: session };
  const chat = ends(new Client(server.site, { ...options, stateFile: join(folder, "state.jsonl") }));
  const waiting = await chat.resume();
  expect(chat.cursors).toEqual({ 1: 90287603 });
  expect(waiting).toHaveLength(2);
  await Promise.all(waiting);
  expect(said()).toEqual(["in the journal", "heard", "sent", "queued", ":1 queued, a reply"]);
  expect(server.requests.filter(({ path }) => path === "/users/login")).toEqual([]);
  await chat.logout();
  const [header] = readFileSync(join(folder, "state.jsonl"), "utf8").split("\n");
  expect(JSON.parse(header ?? "")).toEqual({ state: "chatexchange-ts", version: 2, host: "stackexchange.com" });
  const later = ends(new Client(server.site, { ...options, stateFile: join(folder, "state.jsonl") }));
  expect(await later.resume()).toEqual([]);
});

test("a journal of 0.1.0 is refused as a state, and a state as a journal: the error names the file, which stays as it is", async () => {
  const folder = copies("journal.jsonl", "state.jsonl");
  const [journal, state] = [join(folder, "journal.jsonl"), join(folder, "state.jsonl")];
  const before = [journal, state].map((path) => readFileSync(path, "utf8"));
  const chat = ends(new Client("stackexchange.com", { stateFile: journal }));
  expect(await failureOf(chat.resume())).toMatchObject({ code: "BAD_ARGUMENT", message: /is not a state file/ });
  expect(await failureOf(startServer({ journal: state }))).toMatchObject({ message: /is not a journal/ });
  expect([journal, state].map((path) => readFileSync(path, "utf8"))).toEqual(before);
});

test("a partial transcript of 0.1.0, left behind with its lock, is completed", async () => {
  const folder = copies("half.txt.part", "half.txt.part.json", "half.txt.part.lock");
  const clock = new ManualClock(noon);
  const server = await startServer({ world: "empty", clock });
  const alice = server.site.addUser({ name: "Alice" }).in(1);
  for (const day of ["first", "second", "third"]) {
    alice.says(`on the ${day} day`);
    await clock.advance(86_400_000);
  }
  const out = join(folder, "half.txt");
  // The origin has five digits of a port, here as there.
  for (const path of [`${out}.part`, `${out}.part.json`]) {
    writeFileSync(path, readFileSync(path, "utf8").replace("http://127.0.0.1:43999", server.url));
  }
  const args = ["transcript", "1", "--from", "2026-01-05", "--to", "2026-01-07", "--format", "text", "--out", out];
  const ran = await commandLine().run([...args, "--site", server.url]);
  expect(ran).toMatchObject({ code: 0, stderr: expect.stringContaining("resuming at 2026-01-06, after 1 messages") });
  const lines = readFileSync(out, "utf8").split("\n");
  expect(lines.filter((line) => line.includes("Alice")).map((line) => line.replace(/.*Alice: /, ""))).toEqual([
    "on the first day",
    "on the second day",
    "on the third day",
  ]);
  expect(existsSync(`${out}.part.lock`)).toBe(false);
});
