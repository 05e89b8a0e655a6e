/** The facts that identify a process: its machine, the current boot, its PID namespace and its start time. */
import { hostname } from "node:os";
import { bootIdAndPidNamespace, inspectProcess } from "../util/platform.js";

/** Facts about this process and others on the machine; tests inject their own. */
export interface ProcessFacts {
  readonly host: string;
  /** The boot id, which changes on reboot; empty if unknown. */
  readonly boot: string;
  /** The PID namespace, of which each container has its own; empty if unknown. */
  readonly space: string;
  readonly pid: number;
  /** When this process started, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** The current time, in milliseconds since the epoch. */
  now(): number;
  /** Looks up a process of the same namespace: null if it is gone, else its start time (null if unknown). */
  inspect(pid: number): { readonly started: string | null } | null;
}

/** The facts of the current process. */
export function processFacts(): ProcessFacts {
  return {
    host: hostname(),
    ...bootIdAndPidNamespace(),
    pid: process.pid,
    startedAt: Date.now() - process.uptime() * 1000,
    now: () => Date.now(),
    inspect: inspectProcess,
  };
}
