/** One process at a time uses a file, and the lock of a process that is gone is stale. */
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { type ChatError, LockedError } from "chatexchange-ts";
import { expect, onTestFinished, test } from "vitest";
import type { ProcessFacts } from "../src/storage/process-facts.js";
import { lockFile, type ProcessLock } from "../src/storage/process-lock.js";
import { eventually } from "./cli-support.js";
import { sizeOf } from "./sizes.js";
import { temporaryFolder } from "./temporary.js";

/** A fake process. */
function factsOf(more: Partial<ProcessFacts> = {}): ProcessFacts {
  return {
    host: "build-3",
    boot: "boot 1",
    space: "pid:[1]",
    pid: 1,
    startedAt: 0,
    now: () => Date.now(),
    inspect: () => ({ started: "100" }),
    ...more,
  };
}

function locked(path: string, facts: ProcessFacts, onLost?: (error: ChatError) => void): ProcessLock {
  const lock = lockFile(path, { facts, ...(onLost && { onLost }) });
  onTestFinished(() => lock.release());
  return lock;
}

function failureOfLock(path: string, facts: ProcessFacts): unknown {
  try {
    locked(path, facts);
  } catch (error) {
    return error;
  }
  return undefined;
}

const RACERS = sizeOf({ near: 8, release: 40 });

test(`one of ${RACERS} processes that race for a stale lock gets it, in each of ${RACERS} tries`, {
  timeout: 120_000,
}, async () => {
  const folder = temporaryFolder();
  const root = resolve(import.meta.dirname, "..");
  const answers: string[] = [];
  const children: ChildProcessByStdio<Writable, Readable, null>[] = [];
  onTestFinished(() => {
    for (const child of children) child.kill("SIGKILL");
  });
  for (let n = 0; n < RACERS; n++) {
    const child = spawn(process.execPath, ["test/programs/lock-racer.mjs"], {
      cwd: root,
      stdio: ["pipe", "pipe", "inherit"],
    });
    children.push(child);
    createInterface(child.stdout).on("line", (line) => answers.push(line));
  }
  const all = async (): Promise<string[]> => {
    await eventually(() => answers.length >= children.length);
    return answers.splice(0);
  };
  expect(new Set(await all())).toEqual(new Set(["ready"]));
  const winners: number[] = [];
  for (let round = 0; round < RACERS; round++) {
    const path = join(folder, `file-${round}`);
    // Every second time the process that was taking it over was killed, too.
    const gone = staleHolder();
    writeFileSync(`${path}.lock`, gone);
    if (round % 2 === 1) writeFileSync(`${path}.lock.guard`, gone.replace("gone", "gone-too"));
    for (const child of children) child.stdin.write(`${path} ${Date.now() + 10}\n`);
    winners.push((await all()).filter((answer) => answer === "won").length);
  }
  expect(winners).toEqual(Array.from({ length: RACERS }, () => 1));
});

/** A lock of a process of this machine that was killed. */
function staleHolder(): string {
  const path = join(temporaryFolder(), "file");
  const lock = lockFile(path);
  const holder: Record<string, unknown> = JSON.parse(readFileSync(`${path}.lock`, "utf8"));
  lock.release();
  return JSON.stringify({ ...holder, pid: 4_194_305, nonce: "gone" });
}

test("a process id that was reused by another process holds no lock", () => {
  const path = join(temporaryFolder(), "file");
  locked(path, factsOf({ pid: 4711 }));
  const same = factsOf({ pid: 4712, inspect: () => ({ started: "100" }) });
  expect(failureOfLock(path, same)).toMatchObject({
    code: "LOCKED",
    path,
    holder: expect.stringMatching(/^process 4711 on build-3, since \d\d:\d\d$/),
  });
  const reused = factsOf({ pid: 4712, inspect: (pid) => ({ started: pid === 4711 ? "200" : "100" }) });
  expect(failureOfLock(path, reused)).toBeUndefined();
});

test("a process id without a known start time holds a lock as long as its heartbeat continues", () => {
  const path = join(temporaryFolder(), "file");
  let now = Date.now();
  const unknown = { now: () => now, inspect: () => ({ started: null }) };
  locked(path, factsOf({ ...unknown, pid: 4711 }));
  const other = factsOf({ ...unknown, pid: 4712 });
  now += 59_000;
  expect(failureOfLock(path, other)).toBeInstanceOf(LockedError);
  now += 2_000;
  expect(failureOfLock(path, other)).toBeUndefined();
});

test.each([
  ["another host", { host: "build-4" }],
  ["another container", { space: "pid:[2]" }],
  ["an earlier boot", { boot: "boot 2" }],
])(
  "two processes 1, one of %s: the second gets a lock 60 s after the last heartbeat, and the first notices",
  (_name, more) => {
    const path = join(temporaryFolder(), "file");
    let now = Date.now();
    const lost: ChatError[] = [];
    const first = locked(path, factsOf({ now: () => now }), (error) => lost.push(error));
    const second = factsOf({ ...more, now: () => now });
    expect(failureOfLock(path, second)).toMatchObject({ code: "LOCKED" });
    now += 31_000;
    expect(first.isHeld).toBe(true); // which also touched its lock
    now += 59_000;
    expect(failureOfLock(path, second)).toMatchObject({ code: "LOCKED" });
    now += 2_000;
    const taken = locked(path, second);
    expect(first.isHeld).toBe(false);
    expect(lost).toMatchObject([{ code: "LOCKED", path }]);
    first.release();
    expect(existsSync(`${path}.lock`)).toBe(true);
    expect(taken.isHeld).toBe(true);
  },
);

test("a lock file that was removed is made again by its holder", () => {
  const path = join(temporaryFolder(), "file");
  let now = Date.now();
  const first = locked(path, factsOf({ now: () => now }));
  rmSync(`${path}.lock`);
  now += 31_000;
  expect(first.isHeld).toBe(true);
  expect(failureOfLock(path, factsOf({ pid: 2 }))).toMatchObject({ code: "LOCKED" });
});

test("leftovers of killed processes are removed, and files that others are about to use stay", () => {
  const folder = temporaryFolder();
  const path = join(folder, "state.jsonl");
  const holder = { host: "build-3", boot: "boot 1", space: "pid:[1]", started: "100", since: 0, nonce: randomUUID() };
  const dead = JSON.stringify({ ...holder, pid: 4711 });
  const alive = JSON.stringify({ ...holder, pid: 4712 });
  const temporary = `${path}.lock.${randomUUID()}`;
  writeFileSync(`${path}.lock.${randomUUID()}`, dead);
  writeFileSync(`${path}.lock.guard.${randomUUID()}`, dead);
  writeFileSync(`${path}.lock.guard`, dead);
  writeFileSync(temporary, alive);
  writeFileSync(`${path}.lock.notes`, dead);

  locked(path, factsOf({ inspect: (pid) => (pid === 4711 ? null : { started: "100" }) }));
  const left = [`${path}.lock`, temporary, `${path}.lock.notes`].map((file) => basename(file));
  expect(readdirSync(folder).sort()).toEqual(left.sort());
});

test("a lock in a missing folder fails with STORAGE", () => {
  expect(failureOfLock(join(temporaryFolder(), "no", "file"), factsOf())).toMatchObject({ code: "STORAGE" });
});

test("a malformed lock file counts as held while it is young, and as stale after 60 s", () => {
  const path = join(temporaryFolder(), "file");
  writeFileSync(`${path}.lock`, "");
  expect(failureOfLock(path, factsOf())).toMatchObject({ code: "LOCKED", holder: "another process" });
  utimesSync(`${path}.lock`, 0, 0);
  expect(failureOfLock(path, factsOf())).toBeUndefined();
});
