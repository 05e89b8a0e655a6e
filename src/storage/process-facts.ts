/** The facts that tell processes apart: the machine, its current boot, the space of process ids, and start times. */
import fs from "node:fs";
import { hostname } from "node:os";

/** Facts about this process and its neighbors; tests pass their own. */
export interface ProcessFacts {
  readonly host: string;
  /** Changes when the machine reboots; empty when not known. */
  readonly boot: string;
  /** The space of process ids, of which each container has its own; empty when not known. */
  readonly space: string;
  readonly pid: number;
  /** When this process started, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds since the epoch. */
  now(): number;
  /** A process of the same space: its start time in the machine's own words (null: not known). Null when it is gone. */
  look(pid: number): { readonly started: string | null } | null;
}

/** The facts of this process. */
export function processFacts(): ProcessFacts {
  return {
    host: hostname(),
    boot: textOf(() => fs.readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    space: textOf(() => fs.readlinkSync("/proc/self/ns/pid")),
    pid: process.pid,
    startedAt: Date.now() - process.uptime() * 1000,
    now: () => Date.now(),
    look,
  };
}

function look(pid: number): { readonly started: string | null } | null {
  if (!exists(pid)) return null;
  const stat = textOf(() => fs.readFileSync(`/proc/${pid}/stat`, "utf8"));
  // Fields 3 and 22 of proc_pid_stat(5); the name before them may have spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const [state] = fields;
  if (state === "Z" || state === "X") return null;
  return { started: fields[19] ?? null };
}

function exists(pid: number): boolean {
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
