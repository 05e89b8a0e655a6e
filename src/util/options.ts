/** Validates arguments and options. A misspelled option is an error, never ignored. */
import { UsageError } from "../errors/index.js";
import type { Clock } from "./clock.js";

/**
 * Checks that an options object has only known keys.
 * @throws {BAD_ARGUMENT} naming the unknown key and the known ones
 */
export function checkOptions(where: string, options: unknown, known: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new UsageError(`${where} takes an object of options, not ${describeValue(options)}`);
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key))
      throw new UsageError(`${where} has no option "${key}"; its options are ${known.join(", ")}`);
  }
  if ("signal" in options && options.signal !== undefined) checkSignal("signal", options.signal);
}

/**
 * Checks an id.
 * @throws {BAD_ARGUMENT} when it is not an integer in the range of such ids
 */
export function checkId(what: string, id: unknown, options: { negative?: boolean } = {}): asserts id is number {
  if (typeof id !== "number" || !Number.isSafeInteger(id) || id === 0 || (id < 0 && !options.negative)) {
    const range = options.negative ? "a whole number other than 0" : "a whole number above 0";
    throw new UsageError(`a ${what} id must be ${range}, not ${describeValue(id)}`);
  }
}

/**
 * Checks a count or a duration in milliseconds.
 * @throws {BAD_ARGUMENT} when it is not a whole number from `least` to `most`
 */
export function checkCount(
  what: string,
  value: unknown,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): asserts value is number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least || value > most) {
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new UsageError(`${what} must be a whole number ${range}, not ${describeValue(value)}`);
  }
}

/** Options that may be Infinity, for no limit. */
const UNBOUNDED_WAITS: ReadonlySet<string> = new Set(["patienceMs", "giveUpMs"]);

/**
 * Checks the options of a group that are counts.
 * @param least - the minimum of each
 * @throws {BAD_ARGUMENT} naming the group and the option
 */
export function checkCounts<O extends object>(
  group: string,
  options: O | undefined,
  least: { readonly [K in keyof O]?: number },
): void {
  for (const [name, from] of Object.entries(least)) {
    const value: unknown = options && Reflect.get(options, name);
    const isForEver = value === Number.POSITIVE_INFINITY && UNBOUNDED_WAITS.has(name);
    if (value !== undefined && typeof from === "number" && !isForEver) checkCount(`${group}.${name}`, value, from);
  }
}

/**
 * Checks a boolean.
 * @throws {BAD_ARGUMENT} when it is neither true nor false
 */
export function checkFlag(what: string, value: unknown): asserts value is boolean {
  if (typeof value !== "boolean") throw new UsageError(`${what} must be true or false, not ${describeValue(value)}`);
}

/**
 * Checks that a value is one of the choices.
 * @throws {BAD_ARGUMENT} naming the choices
 */
export function checkChoice(what: string, value: unknown, choices: readonly string[]): void {
  if (typeof value !== "string" || !choices.includes(value)) {
    throw new UsageError(
      `${what} must be ${choices.map((choice) => `"${choice}"`).join(" or ")}, not ${previewValue(value)}`,
    );
  }
}

/**
 * Checks a function.
 * @throws {BAD_ARGUMENT} when it is not a function
 */
export function checkFunction(what: string, value: unknown): asserts value is (...args: never[]) => unknown {
  if (typeof value !== "function") throw new UsageError(`${what} must be a function, not ${describeValue(value)}`);
}

/**
 * Checks a string that must not be empty.
 * @throws {BAD_ARGUMENT} for anything else, without quoting the text
 */
export function checkNonEmptyText(what: string, value: unknown): asserts value is string {
  if (typeof value === "string" && value.trim() !== "") return;
  throw new UsageError(
    `${what} must be a non-empty string, not ${typeof value === "string" ? '""' : previewValue(value)}`,
  );
}

/**
 * Checks a clock.
 * @throws {BAD_ARGUMENT} when it lacks a method
 */
export function checkClock(what: string, value: unknown): asserts value is Clock {
  if (hasMethods(value, ["now", "setTimeout"])) return;
  throw new UsageError(
    `${what} must have now() and setTimeout(), as a ManualClock does; this is ${previewValue(value)}`,
  );
}

/**
 * Checks an AbortSignal of this realm or another.
 * @throws {BAD_ARGUMENT} when it is not an AbortSignal
 */
export function checkSignal(what: string, value: unknown): asserts value is AbortSignal {
  const isSignal = hasMethods(value, ["addEventListener", "removeEventListener"]) && "aborted" in value;
  if (isSignal && typeof value.aborted === "boolean") return;
  throw new UsageError(`${what} must be an AbortSignal, such as AbortSignal.timeout(5000), not ${previewValue(value)}`);
}

/** Whether a value is an object with all of these methods. */
export function hasMethods(value: unknown, names: readonly string[]): value is object {
  if ((typeof value !== "object" || value === null) && typeof value !== "function") return false;
  try {
    return names.every((name) => typeof Reflect.get(value, name) === "function");
  } catch {
    return false;
  }
}

/** Like `Array.isArray`, which throws for a revoked proxy. */
function isArray(value: object): boolean {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** Describes an invalid value with its type when it is a string: `the string "1"`. */
export function describeValue(value: unknown): string {
  return typeof value === "string" ? `the string ${previewValue(value)}` : previewValue(value);
}

/** Describes an invalid value briefly, without the contents of an object. */
export function previewValue(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null) return isArray(value) ? "a list" : "an object";
  return String(value);
}

/** Options of every method that talks to the server. */
export interface RequestOptions {
  /** Aborts the request, which then fails with `ABORTED`. */
  readonly signal?: AbortSignal | undefined;
}
