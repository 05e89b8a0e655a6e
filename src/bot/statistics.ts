/** Counts of what a bot did since it was started. */

/** The runs of one handler. */
export interface HandlerStatistics {
  readonly count: number;
  readonly failed: number;
  /** The sum of all times, in milliseconds. */
  readonly totalMs: number;
}

/** Upper bounds of the histogram of handler times, in milliseconds. */
export const HANDLER_BUCKETS_MS: readonly number[] = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000];

export class Statistics {
  /** By name of the handler; their number is bounded by that of the registered ones. */
  readonly handlers: Map<string, { count: number; failed: number; totalMs: number }> = new Map();
  readonly buckets: number[] = [...HANDLER_BUCKETS_MS, 0].fill(0);
  handled = 0;
  failed = 0;
  refused = 0;
  skipped = 0;
  lastEventAt: number | null = null;

  ran(name: string, ms: number, succeeded: boolean): void {
    const known = this.handlers.get(name) ?? { count: 0, failed: 0, totalMs: 0 };
    known.count += 1;
    known.totalMs += ms;
    known.failed += succeeded ? 0 : 1;
    this.handlers.set(name, known);
    this.handled += 1;
    this.failed += succeeded ? 0 : 1;
    const bucket = HANDLER_BUCKETS_MS.findIndex((bound) => ms <= bound);
    const at = bucket === -1 ? HANDLER_BUCKETS_MS.length : bucket;
    this.buckets[at] = (this.buckets[at] ?? 0) + 1;
  }
}
