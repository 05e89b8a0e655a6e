/**
 * Calls functions passed in by users. If one throws, rejects or returns an unusable value, the failure is reported and
 * goes no further.
 */
import { UsageError } from "../errors/index.js";
import { type Clock, systemClock } from "./clock.js";
import { previewValue } from "./options.js";

/** Handles a failure of a user's function. Never throws. */
export type ReportFailure = (error: unknown) => void;

/**
 * Calls a user's function. A throw or a rejection goes to `onFailure`, once.
 * @returns a promise that resolves when an async function settles; it never rejects
 */
export function callSafely<A extends readonly unknown[]>(
  call: (...args: A) => unknown,
  onFailure: ReportFailure,
  ...args: A
): Promise<void> | undefined {
  try {
    const result = call(...args);
    // Most callbacks return undefined, which is cheap to detect.
    if (result !== undefined && isThenable(result)) return toNativePromise(result).then(() => {}, onFailure);
  } catch (error) {
    onFailure(error);
  }
  return undefined;
}

/** Whether a value is a promise of any realm or library. Throws if a getter of the value throws. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== "object" || value === null) && typeof value !== "function") return false;
  return "then" in value && typeof value.then === "function";
}

/** Wraps a thenable, however it behaves, in a native promise. */
export function toNativePromise<T>(value: T | PromiseLike<T>): Promise<T> {
  return new Promise((resolve) => resolve(value));
}

/** Ignores the rejection of a promise that should not be here. */
export function ignoreRejection(value: unknown): void {
  if (isThenable(value)) toNativePromise(value).catch(() => {});
}

/** Reports only the first failure, so that a function called in a loop does not flood the handler. */
export function reportFirst(report: ReportFailure): ReportFailure {
  let isReported = false;
  return (error) => {
    if (isReported) return;
    isReported = true;
    report(error);
  };
}

/** Wraps a user's function that returns a number. If it fails, the fallback is called instead. */
export function safeNumber<A extends readonly unknown[]>(
  name: string,
  call: (...args: A) => number,
  { least, most }: { readonly least: number; readonly most: number },
  standIn: (...args: A) => number,
  onFailure: ReportFailure,
): (...args: A) => number {
  const report = reportFirst(onFailure);
  return (...args) => {
    try {
      const value: unknown = call(...args);
      if (typeof value === "number" && value >= least && value <= most) return value;
      ignoreRejection(value);
      report(new UsageError(`${name} must return a number from ${least} to ${most}, not ${previewValue(value)}`));
    } catch (error) {
      report(error);
    }
    return standIn(...args);
  };
}

/** Wraps a user's random number source; falls back to `Math.random`. */
export function safeRandom(random: () => number, onFailure: ReportFailure): () => number {
  return random === Math.random
    ? random
    : safeNumber("random()", random, { least: 0, most: 1 }, Math.random, onFailure);
}

/** Wraps a user's clock; falls back to the system clock. */
export function safeClock(clock: Clock, onFailure: ReportFailure): Clock {
  if (clock === systemClock) return clock;
  const report = reportFirst(onFailure);
  const range = { least: Number.MIN_SAFE_INTEGER, most: Number.MAX_SAFE_INTEGER };
  return {
    now: safeNumber("clock.now()", () => clock.now(), range, systemClock.now, report),
    setTimeout(callback, delayMs, options) {
      try {
        const timer = clock.setTimeout(callback, delayMs, options);
        if (typeof timer?.cancel === "function") return { cancel: () => void callSafely(() => timer.cancel(), report) };
        ignoreRejection(timer);
        report(new UsageError(`clock.setTimeout() must return { cancel() }, not ${previewValue(timer)}`));
        return { cancel() {} };
      } catch (error) {
        report(error);
        return systemClock.setTimeout(callback, delayMs, options);
      }
    },
  };
}

/** Prints a line and the error to stderr. Formatting the error calls its getters, which may throw. */
export function printFailure(what: string, error: unknown): void {
  callSafely(
    () => console.error(`${what}:`, error),
    () => console.error(`${what}: a value that cannot be shown`),
  );
}
