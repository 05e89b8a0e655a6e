/**
 * What differs between operating systems and between runtimes, and nothing else does: every other file calls this one.
 * docs/runtimes.md says which of it was run and which is only reasoned.
 */
import fs from "node:fs";
import { dirname } from "node:path";

/** Whether the REPL of this runtime evaluates `await`; that of Deno does not. */
export const knowsTopLevelAwait: boolean = !("Deno" in globalThis);

/** Whether the mode of a file says who may read it; on Windows an access list does, and the mode is made up. */
export const hasFileModes: boolean = process.platform !== "win32";

/** The operating system, and the runtime unless it is Node, such as `linux` or `linux under Bun 1.4.5`. */
export function platformName(): string {
  const { bun, deno } = process.versions;
  if (bun !== undefined) return `${process.platform} under Bun ${bun}`;
  return deno === undefined ? process.platform : `${process.platform} under Deno ${deno}`;
}

/** Makes renames in the folder of a path survive a power cut. Windows cannot open a folder, and keeps renames by itself. */
export function syncFolderOf(path: string): void {
  let fd: number | undefined;
  try {
    fd = fs.openSync(dirname(path), "r");
    fs.fsyncSync(fd);
  } catch {
    // A file system that cannot do it makes the rename as durable as it makes renames.
  } finally {
    if (fd !== undefined) fs.closeSync(fd);
  }
}

/** Gives a new file the owner of the one it replaces. On Windows every file has owner 0, and nothing happens. */
export function keepOwner(fd: number, path: string): void {
  try {
    const { uid, gid } = fs.statSync(path);
    const own = fs.fstatSync(fd);
    if (uid !== own.uid || gid !== own.gid) fs.fchownSync(fd, uid, gid);
  } catch {
    // There is no such file yet, or only root gives files away: then the new one is this process's own.
  }
}

/** The current boot of this machine and the space of process ids; each is empty on all but Linux. */
export function bootAndSpace(): { readonly boot: string; readonly space: string } {
  return {
    boot: textOf(() => fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    space: textOf(() => fs.readlinkSync("/proc/self/ns/pid")),
  };
}

/** Looks at a process: its start time in the machine's own words (null: not known). Null when it is gone. */
export function lookAtProcess(pid: number): { readonly started: string | null } | null {
  if (!processExists(pid)) return null;
  const stat = textOf(() => fs.readFileSync(`/proc/${pid}/stat`, "utf8"));
  // Fields 3 and 22 of proc_pid_stat(5); the name before them may have spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state] = fields;
  if (state === "Z" || state === "X") return null;
  return { started: fields[19] ?? null };
}

function processExists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function textOf(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
