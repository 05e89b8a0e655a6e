/** An injectable source of time, so that tests can control it. */

/** A source of time and timers. */
export interface Clock {
  /** The current time, in milliseconds since the epoch. */
  now(): number;
  /** Calls back once after `delayMs`. The timer must not keep the process alive unless `ref` is true. */
  setTimeout(
    callback: () => void,
    delayMs: number,
    options?: { ref?: boolean },
  ): {
    /** Cancels the timer; does nothing if it has already fired. */
    cancel(): void;
  };
}

/** The system clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout(callback, delayMs, { ref = false } = {}) {
    const timer = setTimeout(callback, Math.min(delayMs, 2_147_483_647));
    if (!ref) timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

/** The longest that one timer waits: platforms overflow after 24 days. */
const LONGEST_TIMER_MS = 86_400_000;

/**
 * Calls back once at a time, however far away, in milliseconds since the epoch; as soon as possible if it is past.
 * Returns a handle that cancels it.
 */
export function callAt(clock: Clock, time: number, callback: () => void): { cancel(): void } {
  const wait = (): { cancel(): void } => {
    const left = Math.max(0, time - clock.now());
    if (left <= LONGEST_TIMER_MS) return clock.setTimeout(callback, left);
    return clock.setTimeout(() => {
      timer = wait();
    }, LONGEST_TIMER_MS);
  };
  let timer = wait();
  return { cancel: () => timer.cancel() };
}

/** Resolves after `delayMs` of the clock. Rejects with the signal's reason if it is aborted first. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timer = clock.setTimeout(
      () => {
        signal?.removeEventListener("abort", abort);
        resolve();
      },
      delayMs,
      { ref: true },
    );
    const abort = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", abort, { once: true });
  });
}
