/**
 * A file that names the process using something. A stale one is replaced under a guard file, so that only one of many
 * contenders gets it. The file's time is the holder's heartbeat: it alone tells whether a process of another host or
 * container still lives.
 */
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import { codeOf, storageError } from "./failures.js";
import { checkKind } from "./plain-file.js";
import type { ProcessFacts } from "./process-facts.js";

/** A holder that cannot be looked at counts as gone after so long without a heartbeat. */
export const STALE_MS = 60_000;
/** The most times that a lock may come and go while it is being taken. */
const TRIES = 50;

/** The content of a lock file. */
export interface Holder {
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

/** A lock file as it was read. */
export interface Found {
  readonly text: string;
  /** Undefined when the content makes no sense. */
  readonly holder: Holder | undefined;
  /** A process id alone: the format of versions up to 0.1.0. */
  readonly oldPid: number | undefined;
  /** Milliseconds since the epoch. */
  readonly heartbeat: number;
}

/**
 * Makes the lock file or takes a stale one over. A lock file is made only where there is none and replaced only by the
 * holder of its guard, which is a lock of the same kind. Returns the lock of another holder, if there is one.
 */
export function take(file: string, holder: Holder, facts: ProcessFacts): Found | undefined {
  const text = JSON.stringify(holder);
  let found: Found | undefined;
  for (let tries = 0; tries < TRIES; tries++) {
    if (create(file, text)) return undefined;
    found = readLock(file);
    if (!found) continue;
    if (!isStale(found, facts)) return found;
    const guard = `${file}.guard`;
    const other = take(guard, { ...holder, nonce: randomUUID() }, facts);
    // Another process is taking it over right now.
    if (other) return other;
    try {
      if (readLock(file)?.text !== found.text) continue;
      replace(file, text, holder.nonce);
      return undefined;
    } finally {
      fs.rmSync(guard, { force: true });
    }
  }
  return found ?? { text: "", holder: undefined, oldPid: undefined, heartbeat: 0 };
}

/** Makes a file with its whole content, unless it exists. */
export function create(file: string, text: string): boolean {
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

/** For file systems without hard links. There the file is empty for a moment, and counts as held. */
function createWithoutLinks(file: string, text: string): boolean {
  try {
    fs.writeFileSync(file, text, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

function replace(file: string, text: string, nonce: string): void {
  const temporary = `${file}.${nonce}`;
  fs.writeFileSync(temporary, text, { flag: "wx", mode: 0o600 });
  fs.renameSync(temporary, file);
}

export function touch(file: string, now: number): void {
  fs.utimesSync(file, now / 1000, now / 1000);
}

/** Removes a lock file, if it is the holder's. Never throws. */
export function remove(file: string, holder: Holder): void {
  try {
    if (readLock(file)?.holder?.nonce === holder.nonce) fs.rmSync(file, { force: true });
  } catch {
    // A lock that cannot be removed is stale as soon as this process is gone.
  }
}

export function readLock(file: string): Found | undefined {
  try {
    checkKind(file, "delete it");
  } catch (error) {
    throw storageError("read", file, error, `the lock file ${file}`);
  }
  try {
    const fd = fs.openSync(file, "r");
    try {
      return foundIn(fs.readFileSync(fd, "utf8"), fs.fstatSync(fd).mtimeMs);
    } finally {
      fs.closeSync(fd);
    }
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function foundIn(text: string, heartbeat: number): Found {
  if (/^\d+\s*$/.test(text)) return { text, holder: undefined, oldPid: Number(text), heartbeat };
  try {
    const value: unknown = JSON.parse(text);
    return { text, holder: isHolder(value) ? value : undefined, oldPid: undefined, heartbeat };
  } catch {
    return { text, holder: undefined, oldPid: undefined, heartbeat };
  }
}

function isHolder(value: unknown): value is Holder {
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

/** Whether the holder is gone: by its process where its id means something here, else by its heartbeat. */
function isStale({ holder, oldPid, heartbeat }: Found, facts: ProcessFacts): boolean {
  const isSilent = facts.now() - heartbeat > STALE_MS;
  if (oldPid !== undefined) {
    // An older lock with our own process id is from an earlier run, as in a container whose first process is always 1.
    if (oldPid === facts.pid) return heartbeat < facts.startedAt - 1_000;
    return facts.look(oldPid) === null;
  }
  if (!holder) return isSilent;
  const isNear = holder.host === facts.host && holder.boot === facts.boot && holder.space === facts.space;
  if (!isNear) return isSilent;
  const process = facts.look(holder.pid);
  if (process === null) return true;
  if (process.started === null || holder.started === null) return isSilent;
  return process.started !== holder.started;
}

/** The holder in words, such as `process 4711 on build-3, since 14:02`. */
export function named({ holder, oldPid }: Found, facts: ProcessFacts): string {
  if (oldPid !== undefined) return `process ${oldPid}`;
  if (!holder) return "another process";
  const { host, pid, since, space } = holder;
  const isThis = host === facts.host && space === facts.space && pid === facts.pid;
  return `${isThis ? "this process, " : "process "}${pid} on ${host}, since ${timeOf(since, facts.now())}`;
}

/** The time of day, with the date when it is another day. */
function timeOf(at: number, now: number): string {
  const [then, today] = [new Date(at), new Date(now)];
  const two = (value: number): string => String(value).padStart(2, "0");
  const time = `${two(then.getHours())}:${two(then.getMinutes())}`;
  if (then.toDateString() === today.toDateString()) return time;
  return `${then.getFullYear()}-${two(then.getMonth() + 1)}-${two(then.getDate())} ${time}`;
}
