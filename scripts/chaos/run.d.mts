/** The declarations that `test/chaos.test.ts` needs of run.mjs. */

export interface ChaosOptions {
  readonly seed: number;
  readonly events: number;
  readonly faults: number;
  /** Whether the bots post messages. @default true */
  readonly sends?: boolean;
  /** Whether bots are restarted and resume. @default true */
  readonly restarts?: boolean;
  /** Whether the server rate-limits writes. @default with every second seed */
  readonly throttle?: boolean;
  /** Whether the network has latency. @default with half of the seeds */
  readonly latency?: boolean;
  /** Whether a bot has one socket per room, or one for all rooms of its site. @default "shared" with half of the seeds */
  readonly sockets?: "room" | "shared";
  /** Whether the bots have a state file, on a disk that can be full. @default with every third seed */
  readonly keepsState?: boolean;
  /** Excludes faults by name. @default none */
  readonly without?: RegExp;
}

export interface ChaosProblem {
  readonly kind: string;
  readonly text: string;
  readonly fault: { readonly kind: string; readonly number: number };
  readonly context?: string;
}

export interface ChaosResult {
  readonly seed: number;
  readonly happened: number;
  readonly problems: readonly ChaosProblem[];
  /** The sums over all faults, by column of the table. */
  readonly totals: Readonly<Record<string, number>>;
  readonly sends: { readonly asked: number; readonly sent: number };
}

/** Runs the suite once, with the classes of the sources or of the built package. */
export function runChaos(
  lib: { readonly Client: unknown; readonly ChatServer: unknown; readonly ManualClock: unknown },
  options: ChaosOptions,
): Promise<ChaosResult>;
