/** A journal on a disk that is full for a while, or until the server is closed. */
import { once } from "node:events";
import fs, { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test, vi } from "vitest";
import { ChatServer, type ChatServerOptions, type LocalSite } from "../src/server/index.js";
import { ManualClock } from "../src/testing/index.js";
import { commandLine } from "./cli-support.js";
import { failureOf } from "./support.js";
import { temporaryFolder } from "./temporary.js";

const noon = Date.UTC(2024, 5, 12, 12);
const journalPath = (): string => join(temporaryFolder(), "world.jsonl");

async function start(journal: string, more: ChatServerOptions = {}): Promise<ChatServer> {
  const server = await ChatServer.start({ journal, sites: ["stackexchange.com"], ...more });
  onTestFinished(() => server.close().catch(() => {}));
  return server;
}

const saidIn = (site: LocalSite): string[] => site.room(1).messages.map(({ source }) => source);

/** A disk that fills up and is emptied, and the server's warnings about it. */
function disk(): { readonly warnings: string[]; fill(): void; empty(): void } {
  const warnings: string[] = [];
  vi.spyOn(process, "emitWarning").mockImplementation((text) => void warnings.push(String(text)));
  const write = vi.spyOn(fs, "writeSync");
  onTestFinished(() => void vi.restoreAllMocks());
  return {
    warnings,
    fill: () =>
      write.mockImplementation(() => {
        throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
      }),
    empty: () => write.mockRestore(),
  };
}

test("a server on a full disk continues, warns once, and catches up by itself when there is room", async () => {
  const path = journalPath();
  const clock = new ManualClock(noon);
  const { warnings, fill, empty } = disk();
  const server = await start(path, { clock });
  const alice = server.site.user("Alice").in(1);
  fill();
  for (let n = 0; n < 20; n++) alice.says(`while the disk is full ${n}`);
  await clock.advance(120_000);
  expect(saidIn(server.site)).toHaveLength(20);
  expect(warnings).toEqual([expect.stringMatching(/cannot write .*world\.jsonl \(no space left on the device\)/)]);
  empty();
  // No other change follows: a timer writes the waiting ones.
  await clock.advance(60_000);
  expect(warnings[1]).toMatch(/world\.jsonl can be written again; no changes were lost/);
  expect(readFileSync(path, "utf8")).toContain("while the disk is full 19");
  await server.close();
  expect(warnings).toHaveLength(2);
  expect(saidIn((await start(path)).site)).toHaveLength(20);
});

test("a long outage takes bounded memory; afterward a snapshot is written, and no change is lost", async () => {
  const path = journalPath();
  const clock = new ManualClock(noon);
  const { fill, empty } = disk();
  const server = await start(path, { clock, maxMessagesPerRoom: 10, maxEvents: 10 });
  const alice = server.site.user("Alice").in(1);
  fill();
  for (let n = 0; n < 30; n++) alice.says(`${n}\n${"so it goes ".repeat(60_000)}`);
  empty();
  await clock.advance(60_000);
  // The ten messages that the room still holds, not the 20 MB that were posted.
  expect(fs.statSync(path).size).toBeLessThan(9_000_000);
  const before = saidIn(server.site);
  await server.close();
  expect(saidIn((await start(path, { maxMessagesPerRoom: 10, maxEvents: 10 })).site)).toEqual(before);
});

test("close() on a full disk closes everything, and rejects with the amount, the rooms and the time of the lost changes", async () => {
  const path = journalPath();
  const clock = new ManualClock(noon);
  const { fill, empty } = disk();
  const server = await start(path, { clock });
  const { url } = server;
  const alice = server.site.user("Alice");
  const other = server.site.addRoom({ id: 7, name: "other" });
  alice.in(1).says("kept");
  await clock.advance(60_000);
  fill();
  alice.in(1).says("lost");
  alice.in(other.id).says("lost, too");
  const error = await failureOf(server.close());
  expect(error).toMatchObject({
    code: "STORAGE",
    path,
    message:
      `${path} lacks the last 2 changes, made since 2024-06-12T12:01:00.000Z in rooms 1, 7: ` +
      "they could not be written until the server was closed (no space left on the device), and are lost",
  });
  expect(await failureOf(server.close())).toBe(error);
  await expect(fetch(url)).rejects.toThrow();
  empty();
  expect(saidIn((await start(path)).site)).toEqual(["kept"]);
});

test("chatexchange serve reports on stderr the lost changes when it ends on a full disk", async () => {
  const folder = temporaryFolder();
  const [data, full] = [join(folder, "world.jsonl"), join(folder, "full")];
  const { start: program, run } = commandLine();
  const child = program(["serve", "--port", "0", "--seed", "demo", "--data", data], {
    env: { NODE_OPTIONS: "--import ./test/programs/full-disk.mjs", FULL_DISK: full },
  });
  let errors = "";
  child.stderr.on("data", (text) => {
    errors += text;
  });
  for await (const line of createInterface(child.stdout)) if (line.includes("Press Ctrl-C to stop.")) break;
  writeFileSync(full, "");
  expect(await run(["send", "1", "into", "the", "void", "--local", "--as", "Alice"])).toMatchObject({ code: 0 });
  const isOver = once(child, "close");
  child.kill("SIGINT");
  await isOver;
  rmSync(full);
  expect(errors).toMatch(/cannot write .*world\.jsonl \(no space left on the device\); changes are kept in memory/);
  expect(errors).toMatch(/world\.jsonl lacks the last \d+ changes, made since 20\S+ in rooms? 1.*: they could not be/);
});
