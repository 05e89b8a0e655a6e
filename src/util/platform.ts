/**
 * Everything that differs between operating systems and runtimes. Other files must call this one. docs/runtimes.md says
 * which branches have been run and which are only reasoned.
 */

import fs from "node:fs";
import { dirname } from "node:path";
import { codeOf } from "./error-code.js";

/** Whether the REPL of this runtime evaluates top-level `await`; Deno's does not. */
export const knowsTopLevelAwait: boolean = !("Deno" in globalThis);

/** Whether file modes control access. Windows uses access lists and reports a made-up mode. */
export const hasFileModes: boolean = process.platform !== "win32";

/** The operating system, and the runtime unless it is Node, such as `linux` or `linux under Bun 1.4.5`. */
export function platformName(): string {
  const { bun, deno } = process.versions;
  if (bun !== undefined) return `${process.platform} under Bun ${bun}`;
  return deno === undefined ? process.platform : `${process.platform} under Deno ${deno}`;
}

/** Makes renames in the directory of a path survive a power cut. Windows cannot open directories and needs no sync. */
export function syncFolderOf(path: string): void {
  let fd: number | undefined;
  try {
    fd = fs.openSync(dirname(path), "r");
    fs.fsyncSync(fd);
  } catch {
    // On a file system without directory sync, renames are as durable as it makes them.
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

/** Gives a new file the owner of the file it replaces. Does nothing on Windows, where every owner is 0. */
export function keepOwner(fd: number, path: string): void {
  try {
    const { uid, gid } = fs.statSync(path);
    const own = fs.fstatSync(fd);
    if (uid !== own.uid || gid !== own.gid) fs.fchownSync(fd, uid, gid);
  } catch {
    // The file does not exist yet, or this process is not root: the new file keeps this process's owner.
  }
}

/** The boot id of this machine and its PID namespace; both empty on every system but Linux. */
export function bootIdAndPidNamespace(): { readonly boot: string; readonly space: string } {
  return {
    boot: readOrEmpty(() => fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    space: readOrEmpty(() => fs.readlinkSync("/proc/self/ns/pid")),
  };
}

/** Looks up a process: null if it is gone, else its start time in the system's own format (null if unknown). */
export function inspectProcess(pid: number): { readonly started: string | null } | null {
  if (!processExists(pid)) return null;
  const stat = readOrEmpty(() => fs.readFileSync(`/proc/${pid}/stat`, "utf8"));
  // Fields 3 and 22 of proc_pid_stat(5). The name before them may contain spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state] = fields;
  if (state === "Z" || state === "X") return null;
  return { started: fields[19] ?? null };
}

function processExists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

function readOrEmpty(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
