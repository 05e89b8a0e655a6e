/** The facts that tell processes apart: the machine, its current boot, the space of process ids, and start times. */
import { hostname } from "node:os";
import { bootAndSpace, lookAtProcess } from "../util/platform.js";

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
    ...bootAndSpace(),
    pid: process.pid,
    startedAt: Date.now() - process.uptime() * 1000,
    now: () => Date.now(),
    look: lookAtProcess,
  };
}
