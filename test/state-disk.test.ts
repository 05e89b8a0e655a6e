/** The state file on a failing disk and on a full one. */
import { spawn, spawnSync } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type Client, MessagePosted, StorageError } from "chatexchange-ts";
import { ManualClock } from "chatexchange-ts/testing";
import { describe, expect, test, vi } from "vitest";
import { on, testDisk } from "./full-disk.js";
import { stage, turning, until } from "./support.js";
import { temporaryFolder } from "./temporary.js";

const statePath = (): string => join(temporaryFolder(), "state.jsonl");

/** The state that the next client of the file starts with. */
async function keptIn(stateFile: string, host = "stackexchange.com"): Promise<Record<string, unknown>[]> {
  const lines = (await readFile(stateFile, "utf8")).split("\n").filter(Boolean);
  const entries = lines.flatMap((line): Record<string, unknown>[] => [JSON.parse(line)].flat());
  expect(entries[0]).toMatchObject({ host });
  return entries;
}

const cursorIn = (entries: readonly Record<string, unknown>[]): unknown =>
  entries.filter(({ cursor }) => cursor !== undefined).at(-1)?.cursor;

/** Collects Alice's messages. */
async function hearing(chat: Client, clock: ManualClock): Promise<string[]> {
  const heard: string[] = [];
  const watch = chat.getRoom(1).watch(async (event) => {
    if (event instanceof MessagePosted) heard.push(event.textContent ?? "");
  });
  await turning(clock, watch.ready);
  return heard;
}

describe.each(["ENOSPC", "EIO", "EROFS", "EACCES", "EDQUOT"])("while writes fail with %s", (code) => {
  test("events arrive, messages are sent, the failure is reported once, and later everything is in the file", async () => {
    const set = await stage();
    const stateFile = statePath();
    const clock = new ManualClock(Date.now());
    const disk = testDisk();
    const reported: unknown[] = [];
    const infos: string[] = [];
    const logger = { info: (text: string) => void infos.push(text) };
    const chat = set.client({ stateFile, clock, ...on(disk), logger, onError: (error) => reported.push(error) });
    await chat.resume();
    const heard = await hearing(chat, clock);
    set.alice.in(1).says("before");
    await until(clock, () => heard.length === 1);
    disk.trouble = code;
    disk.keepsTornEnds = true;
    for (let n = 0; n < 50; n++) set.alice.in(1).says(`during ${n}`);
    await until(clock, () => heard.length === 51);
    const sent = await turning(clock, chat.getRoom(1).sendMessage("answer"));
    expect(reported).toMatchObject([{ code: "STORAGE", path: stateFile }]);
    expect(reported[0]).toBeInstanceOf(StorageError);
    expect(infos.filter((text) => text.includes("can be written again"))).toEqual([]);
    disk.trouble = undefined;
    disk.keepsTornEnds = false;
    // No further entry is added: a timer writes the waiting ones.
    await until(clock, () => infos.some((text) => text.includes("can be written again")));
    const kept = await keptIn(stateFile);
    expect(cursorIn(kept)).toEqual({ 1: Object.values(chat.cursors)[0] });
    expect(kept.filter((entry) => entry.sent !== undefined)).toMatchObject([{ sent: { messageId: sent.id } }]);
    expect(reported).toHaveLength(1);

    disk.trouble = code;
    set.alice.in(1).says("the second outage");
    await until(clock, () => heard.length === 53);
    expect(reported).toHaveLength(2);
    disk.trouble = undefined;
    await chat.logout();
    const next = set.client({ stateFile, clock });
    expect(await next.resume()).toEqual([]);
    expect(next.cursors).toEqual(chat.cursors);
  });
});

test("entries that wait for the disk need bounded memory and bounded attempts during an outage", async () => {
  const set = await stage();
  const stateFile = statePath();
  const clock = new ManualClock(Date.now());
  const disk = testDisk();
  const chat = set.client({ stateFile, clock, ...on(disk), onError: () => {} });
  await chat.resume();
  const heard = await hearing(chat, clock);
  disk.trouble = "ENOSPC";
  for (let n = 0; n < 3_000; n++) set.alice.in(1).says(`during ${n}`);
  await until(clock, () => heard.length === 3_000);
  const before = disk.writes;
  await clock.advance(3_600_000);
  // The backoff grows to a minute at most.
  expect(disk.writes - before).toBeLessThan(75);
  disk.trouble = undefined;
  await clock.advance(60_000);
  const kept = await keptIn(stateFile);
  expect(cursorIn(kept)).toEqual({ ...chat.cursors });
  // A snapshot, not the 3,000 lines.
  expect(kept.length).toBeLessThan(10);
});

test("the state file is compacted while it is used", async () => {
  const set = await stage();
  const stateFile = statePath();
  const clock = new ManualClock(Date.now());
  const chat = set.client({ stateFile, clock });
  await chat.resume();
  const heard = await hearing(chat, clock);
  let longest = 0;
  for (let round = 1; round <= 30; round++) {
    for (let n = 0; n < 200; n++) set.alice.in(1).says(`${round}: ${n}`);
    await until(clock, () => heard.length === round * 200);
    longest = Math.max(longest, (await stat(stateFile)).size);
  }
  expect(longest).toBeGreaterThan(30_000);
  expect(longest).toBeLessThan(65_536 + 200 * 40);
  expect(cursorIn(await keptIn(stateFile))).toEqual({ ...chat.cursors });
});

/** How `unshare` can mount a small disk here; undefined where it cannot. */
function smallDisk(folder: string): { way: string; mounting: string } | undefined {
  const mounting = `mount -t tmpfs -o size=16k tmpfs "${folder}"`;
  const way = ["-m", "-rm"].find((flags) => spawnSync("unshare", [flags, "sh", "-c", mounting]).status === 0);
  return way === undefined ? undefined : { way, mounting };
}

test("on a full disk events arrive, messages are sent, and the state is written once there is space", {
  timeout: 60_000,
}, async ({ skip }) => {
  const folder = temporaryFolder();
  const disk = smallDisk(folder);
  if (!disk) {
    console.warn("skipped: no small disk can be mounted here (unshare and a tmpfs)");
    return skip("no small disk can be mounted here");
  }
  const program = [process.execPath, "--import", "./test/only-loopback.mjs", "test/programs/full-disk-bot.mjs", folder];
  const args = [disk.way, "sh", "-c", `${disk.mounting} && exec "$0" "$@"`, ...program];
  const child = spawn("unshare", args, {
    cwd: resolve(import.meta.dirname, ".."),
    stdio: ["ignore", "pipe", "inherit"],
  });
  let out = "";
  child.stdout.on("data", (data) => {
    out += data;
  });
  await vi.waitUntil(() => child.exitCode !== null, { timeout: 50_000 });
  expect(JSON.parse(out)).toEqual({
    heard: 201,
    sent: "answer",
    reported: ["STORAGE"],
    unhandled: [],
    cursorIsKept: true,
    isFinal: true,
  });
});
