/** What `test/chaos.test.ts` needs to know of the chaos suite. */

export interface ChaosOptions {
  readonly seed: number;
  readonly events: number;
  readonly faults: number;
  /** Whether the bots talk, too. @default true */
  readonly sends?: boolean;
  /** Whether bots stop and start again where they stopped. @default true */
  readonly restarts?: boolean;
  /** Whether the server refuses who writes fast. @default with every second seed */
  readonly throttle?: boolean;
  /** Whether the network takes its time. @default with half of the seeds */
  readonly latency?: boolean;
  /** Whether the bots have a socket for each room, or one for all rooms of their site. @default "shared" with half of the seeds */
  readonly sockets?: "room" | "shared";
  /** Whether the bots keep their state in a file, on a disk that may be full. @default with every third seed */
  readonly keepsState?: boolean;
  /** Leaves kinds of faults out by name. @default none */
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
  /** Sums over all kinds of faults, by column of the table. */
  readonly totals: Readonly<Record<string, number>>;
  readonly sends: { readonly asked: number; readonly sent: number };
}

/** Runs the suite once, with the classes of the sources or of the built package. */
export function runChaos(
  lib: { readonly Client: unknown; readonly ChatServer: unknown; readonly ManualClock: unknown },
  options: ChaosOptions,
): Promise<ChaosResult>;
