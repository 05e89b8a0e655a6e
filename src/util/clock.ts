/** Time as a thing that can be handed in, so that tests can turn it by hand. */

/** A source of time and timers. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after `delayMs`; the handle must not keep the process alive unless `ref` is true. */
  setTimeout(
    callback: () => void,
    delayMs: number,
    options?: { ref?: boolean },
  ): {
    /** Stops the timer; does nothing when it has fired. */
    cancel(): void;
  };
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout(callback, delayMs, { ref = false } = {}) {
    const timer = setTimeout(callback, Math.min(delayMs, 2_147_483_647));
    if (!ref) timer.unref();
    return { cancel: () => clearTimeout(timer) };
  },
};

/** Resolves after `delayMs` of the clock; rejects with the signal's reason when that is aborted first. */
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
