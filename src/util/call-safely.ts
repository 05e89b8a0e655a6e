/**
 * Calls of functions that a user gives us. Whatever they do (throw, reject, answer with nonsense), the failure is
 * reported and goes no further.
 */
import { UsageError } from "../errors/index.js";
import { type Clock, systemClock } from "./clock.js";
import { shown } from "./options.js";

/** Takes a failure of a user's function. Never throws. */
export type Report = (error: unknown) => void;

/**
 * Calls a user's function. A throw or a rejection goes to `onFailure`, once, and never further.
 * @returns a promise for the end of the call when the function is async; it never rejects
 */
export function callSafely<A extends readonly unknown[]>(
  call: (...args: A) => unknown,
  onFailure: Report,
  ...args: A
): Promise<void> | undefined {
  try {
    const result = call(...args);
    // Most callbacks return nothing: that is seen at once.
    if (result !== undefined && isThenable(result)) return settled(result).then(() => {}, onFailure);
  } catch (error) {
    onFailure(error);
  }
  return undefined;
}

/** Whether a value is a promise: ours, another realm's, or another library's. Throws what a getter of the value throws. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if ((typeof value !== "object" || value === null) && typeof value !== "function") return false;
  return "then" in value && typeof value.then === "function";
}

/** A promise of our own for a thenable, whatever that does when it is asked. */
export function settled<T>(value: T | PromiseLike<T>): Promise<T> {
  return new Promise((resolve) => resolve(value));
}

/** Takes care of a promise that should not be there: its rejection ends nothing. */
export function swallow(value: unknown): void {
  if (isThenable(value)) settled(value).catch(() => {});
}

/** Reports the first failure only: a function that is called all the time would fail all the time. */
export function firstOnly(report: Report): Report {
  let isTold = false;
  return (error) => {
    if (isTold) return;
    isTold = true;
    report(error);
  };
}

/** A user's function that gives a number; where it fails, another stands in. */
export function safeNumber<A extends readonly unknown[]>(
  name: string,
  call: (...args: A) => number,
  { least, most }: { readonly least: number; readonly most: number },
  standIn: (...args: A) => number,
  onFailure: Report,
): (...args: A) => number {
  const report = firstOnly(onFailure);
  return (...args) => {
    try {
      const value: unknown = call(...args);
      if (typeof value === "number" && value >= least && value <= most) return value;
      swallow(value);
      report(new UsageError(`${name} gives numbers from ${least} up to ${most}, not ${shown(value)}`));
    } catch (error) {
      report(error);
    }
    return standIn(...args);
  };
}

/** A user's source of chance; where it fails, `Math.random` stands in. */
export function safeRandom(random: () => number, onFailure: Report): () => number {
  return random === Math.random
    ? random
    : safeNumber("random()", random, { least: 0, most: 1 }, Math.random, onFailure);
}

/** A user's clock; where it fails, the machine's stands in. */
export function safeClock(clock: Clock, onFailure: Report): Clock {
  if (clock === systemClock) return clock;
  const report = firstOnly(onFailure);
  const range = { least: Number.MIN_SAFE_INTEGER, most: Number.MAX_SAFE_INTEGER };
  return {
    now: safeNumber("clock.now()", () => clock.now(), range, systemClock.now, report),
    setTimeout(callback, delayMs, options) {
      try {
        const timer = clock.setTimeout(callback, delayMs, options);
        if (typeof timer?.cancel === "function") return { cancel: () => void callSafely(() => timer.cancel(), report) };
        swallow(timer);
        report(new UsageError(`clock.setTimeout() gives { cancel() }, not ${shown(timer)}`));
        return { cancel() {} };
      } catch (error) {
        report(error);
        return systemClock.setTimeout(callback, delayMs, options);
      }
    },
  };
}

/** Prints a line and the stack to stderr. Showing a value calls its getters, which may throw. */
export function printFailure(what: string, error: unknown): void {
  callSafely(
    () => console.error(`${what}:`, error),
    () => console.error(`${what}: a value that cannot be shown`),
  );
}
