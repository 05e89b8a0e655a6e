/**
 * A lock file that names the process using a resource. A stale one is replaced under a guard file, so that only one of
 * many contenders wins. Its modification time is the holder's heartbeat, the only sign of life of a process on another
 * host or in another container.
 */
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import { codeOf } from "../util/error-code.js";
import { storageError } from "./failures.js";
import { removeLeftovers } from "./leftovers.js";
import { assertPlainFile } from "./plain-file.js";
import type { ProcessFacts } from "./process-facts.js";

/** A holder that cannot be inspected counts as gone after this long without a heartbeat. */
export const STALE_MS = 60_000;
/** How often to try again when the lock keeps changing hands. */
const MAX_ATTEMPTS = 50;
/** The names of guards and temporary files, after the name of the lock file. */
const LEFTOVER = /^(?:\.guard)*(?:\.[\da-f-]{36}|\.guard)$/;

/** The content of a lock file. */
export interface LockHolder {
  readonly host: string;
  readonly boot: string;
  readonly space: string;
  readonly pid: number;
  readonly started: string | null;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** Unique to this lock. */
  readonly nonce: string;
}

/** A lock file as read from disk. */
export interface FoundLock {
  readonly text: string;
  /** Undefined if the content is malformed. */
  readonly holder: LockHolder | undefined;
  /** The process id of a lock in the format of versions up to 0.1.0, which had nothing else. */
  readonly oldPid: number | undefined;
  /** Milliseconds since the epoch. */
  readonly heartbeat: number;
}

/**
 * Creates the lock file, or takes over a stale one. A lock file is replaced only by the holder of its guard, which is a
 * lock of the same kind. Removes what killed processes left of their tries. Returns the lock of another holder, if there
 * is one.
 */
export function acquireLock(file: string, holder: LockHolder, facts: ProcessFacts): FoundLock | undefined {
  const other = takeLock(file, holder, facts);
  if (other) return other;
  // A guard is only used to replace a stale lock, and this one is not.
  removeLeftovers(file, LEFTOVER, (path) => {
    const found = readLock(path);
    return found !== undefined && isStale(found, facts);
  });
  return undefined;
}

function takeLock(file: string, holder: LockHolder, facts: ProcessFacts): FoundLock | undefined {
  const text = JSON.stringify(holder);
  let found: FoundLock | undefined;
  for (let tries = 0; tries < MAX_ATTEMPTS; tries++) {
    if (createLockFile(file, text)) return undefined;
    found = readLock(file);
    if (!found) continue;
    if (!isStale(found, facts)) return found;
    const guard = `${file}.guard`;
    const other = takeLock(guard, { ...holder, nonce: randomUUID() }, facts);
    // Another process is taking it over right now.
    if (other) return other;
    try {
      if (readLock(file)?.text !== found.text) continue;
      replaceLockFile(file, text, holder.nonce);
      return undefined;
    } finally {
      fs.rmSync(guard, { force: true });
    }
  }
  return found ?? { text: "", holder: undefined, oldPid: undefined, heartbeat: 0 };
}

/** Creates a file with its full content unless it exists. */
export function createLockFile(file: string, text: string): boolean {
  const temporary = `${file}.${randomUUID()}`;
  fs.writeFileSync(temporary, text, { flag: "wx", mode: 0o600 });
  try {
    fs.linkSync(temporary, file);
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    return createWithoutLinks(file, text);
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}

/** For file systems without hard links. The file is empty for a moment, which counts as held. */
function createWithoutLinks(file: string, text: string): boolean {
  try {
    fs.writeFileSync(file, text, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

function replaceLockFile(file: string, text: string, nonce: string): void {
  const temporary = `${file}.${nonce}`;
  fs.writeFileSync(temporary, text, { flag: "wx", mode: 0o600 });
  fs.renameSync(temporary, file);
}

export function touchLock(file: string, now: number): void {
  fs.utimesSync(file, now / 1000, now / 1000);
}

/** Removes a lock file if the holder owns it. Never throws. */
export function removeLock(file: string, holder: LockHolder): void {
  try {
    if (readLock(file)?.holder?.nonce === holder.nonce) fs.rmSync(file, { force: true });
  } catch {
    // A lock that cannot be removed is stale once this process is gone.
  }
}

export function readLock(file: string): FoundLock | undefined {
  try {
    assertPlainFile(file, "delete it");
  } catch (error) {
    throw storageError("read", file, error, `the lock file ${file}`);
  }
  try {
    const fd = fs.openSync(file, "r");
    try {
      return parseLock(fs.readFileSync(fd, "utf8"), fs.fstatSync(fd).mtimeMs);
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function parseLock(text: string, heartbeat: number): FoundLock {
  if (/^\d+\s*$/.test(text)) return { text, holder: undefined, oldPid: Number(text), heartbeat };
  try {
    const value: unknown = JSON.parse(text);
    return { text, holder: isHolder(value) ? value : undefined, oldPid: undefined, heartbeat };
  } catch {
    return { text, holder: undefined, oldPid: undefined, heartbeat };
  }
}

function isHolder(value: unknown): value is LockHolder {
  if (typeof value !== "object" || value === null) return false;
  const fields: Record<string, unknown> = { ...value };
  const texts = [fields.host, fields.boot, fields.space, fields.nonce];
  return (
    texts.every((text) => typeof text === "string") &&
    typeof fields.pid === "number" &&
    typeof fields.since === "number" &&
    (fields.started === null || typeof fields.started === "string")
  );
}

/** Whether the holder is gone: by its process if that can be inspected here, else by its heartbeat. */
function isStale({ holder, oldPid, heartbeat }: FoundLock, facts: ProcessFacts): boolean {
  const isSilent = facts.now() - heartbeat > STALE_MS;
  if (oldPid !== undefined) {
    // An old-format lock with our own process id is from an earlier run, as in a container whose first process is
    // always 1.
    if (oldPid === facts.pid) return heartbeat < facts.startedAt - 1_000;
    return facts.inspect(oldPid) === null;
  }
  if (!holder) return isSilent;
  const isNear = holder.host === facts.host && holder.boot === facts.boot && holder.space === facts.space;
  if (!isNear) return isSilent;
  const process = facts.inspect(holder.pid);
  if (process === null) return true;
  if (process.started === null || holder.started === null) return isSilent;
  return process.started !== holder.started;
}

/** Describes the holder, such as `process 4711 on build-3, since 14:02`. */
export function describeHolder({ holder, oldPid }: FoundLock, facts: ProcessFacts): string {
  if (oldPid !== undefined) return `process ${oldPid}`;
  if (!holder) return "another process";
  const { host, pid, since, space } = holder;
  const isThis = host === facts.host && space === facts.space && pid === facts.pid;
  return `${isThis ? "this process, " : "process "}${pid} on ${host}, since ${formatTime(since, facts.now())}`;
}

/** The time of day, with the date unless it is today. */
function formatTime(at: number, now: number): string {
  const [then, today] = [new Date(at), new Date(now)];
  const two = (value: number): string => String(value).padStart(2, "0");
  const time = `${two(then.getHours())}:${two(then.getMinutes())}`;
  if (then.toDateString() === today.toDateString()) return time;
  return `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())} ${time}`;
}
