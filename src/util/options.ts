/** Options are checked by name: a misspelt one is an error, not a silence. */
import { UsageError } from "../errors/index.js";
import type { Clock } from "./clock.js";

/**
 * Checks that an options object has only known keys.
 * @throws {BAD_ARGUMENT} naming the unknown key and the known ones.
 */
export function checkOptions(where: string, options: unknown, known: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new UsageError(`${where} takes an object of options, not ${described(options)}`);
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key))
      throw new UsageError(`${where} has no option "${key}"; its options are ${known.join(", ")}`);
  }
  if ("signal" in options && options.signal !== undefined) checkSignal("signal", options.signal);
}

/**
 * Checks an id.
 * @throws {BAD_ARGUMENT} when it is not an integer, or not one that such things have.
 */
export function checkId(what: string, id: unknown, options: { negative?: boolean } = {}): asserts id is number {
  if (typeof id !== "number" || !Number.isSafeInteger(id) || id === 0 || (id < 0 && !options.negative)) {
    const range = options.negative ? "a whole number other than 0" : "a whole number above 0";
    throw new UsageError(`a ${what} id is ${range}, not ${described(id)}`);
  }
}

/**
 * Checks a number of things or milliseconds.
 * @throws {BAD_ARGUMENT} when it is not a whole number from `least` up to `most`.
 */
export function checkCount(
  what: string,
  value: unknown,
  least: number,
  most: number = Number.MAX_SAFE_INTEGER,
): asserts value is number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least || value > most) {
    const end = most === Number.MAX_SAFE_INTEGER ? "up" : `to ${most}`;
    throw new UsageError(`${what} is a whole number from ${least} ${end}, not ${described(value)}`);
  }
}

/** The waits that may last for ever. */
const ENDLESS: ReadonlySet<string> = new Set(["patienceMs", "giveUpMs"]);

/**
 * Checks those options of a group that are counts.
 * @param least - the least value of each
 * @throws {BAD_ARGUMENT} naming the group and the option
 */
export function checkCounts<O extends object>(
  group: string,
  options: O | undefined,
  least: { readonly [K in keyof O]?: number },
): void {
  for (const [name, from] of Object.entries(least)) {
    const value: unknown = options && Reflect.get(options, name);
    const isForEver = value === Number.POSITIVE_INFINITY && ENDLESS.has(name);
    if (value !== undefined && typeof from === "number" && !isForEver) checkCount(`${group}.${name}`, value, from);
  }
}

/**
 * Checks something that is or is not.
 * @throws {BAD_ARGUMENT} when it is neither true nor false.
 */
export function checkFlag(what: string, value: unknown): asserts value is boolean {
  if (typeof value !== "boolean") throw new UsageError(`${what} is true or false, not ${described(value)}`);
}

/**
 * Checks a choice.
 * @throws {BAD_ARGUMENT} naming what there is to choose from.
 */
export function checkChoice(what: string, value: unknown, choices: readonly string[]): void {
  if (typeof value !== "string" || !choices.includes(value)) {
    throw new UsageError(`${what} is ${choices.map((choice) => `"${choice}"`).join(" or ")}, not ${shown(value)}`);
  }
}

/**
 * Checks something to be called.
 * @throws {BAD_ARGUMENT} when it is no function
 */
export function checkFunction(what: string, value: unknown): asserts value is (...args: never[]) => unknown {
  if (typeof value !== "function") throw new UsageError(`${what} is a function, not ${described(value)}`);
}

/**
 * Checks a text that is not empty.
 * @throws {BAD_ARGUMENT} when it is anything else; never shows the text
 */
export function checkText(what: string, value: unknown): asserts value is string {
  if (typeof value === "string" && value.trim() !== "") return;
  throw new UsageError(`${what} is a text that is not empty, not ${typeof value === "string" ? '""' : shown(value)}`);
}

/**
 * Checks a source of time.
 * @throws {BAD_ARGUMENT} when it lacks a method
 */
export function checkClock(what: string, value: unknown): asserts value is Clock {
  if (hasMethods(value, ["now", "setTimeout"])) return;
  throw new UsageError(`${what} has now() and setTimeout(), as a ManualClock has; this is ${shown(value)}`);
}

/**
 * Checks an AbortSignal, of this realm or another.
 * @throws {BAD_ARGUMENT} when it is none
 */
export function checkSignal(what: string, value: unknown): asserts value is AbortSignal {
  const isSignal = hasMethods(value, ["addEventListener", "removeEventListener"]) && "aborted" in value;
  if (isSignal && typeof value.aborted === "boolean") return;
  throw new UsageError(`${what} is an AbortSignal, such as AbortSignal.timeout(5000), not ${shown(value)}`);
}

/** Whether a value is an object with these methods. */
export function hasMethods(value: unknown, names: readonly string[]): value is object {
  if ((typeof value !== "object" || value === null) && typeof value !== "function") return false;
  try {
    return names.every((name) => typeof Reflect.get(value, name) === "function");
  } catch {
    return false;
  }
}

/** Whether a value is a list; a revoked proxy throws when it is asked. */
function isList(value: object): boolean {
  try {
    return Array.isArray(value);
  } catch {
    return false;
  }
}

/** What was given instead, with the word "string" for one: `the string "1"`. */
export function described(value: unknown): string {
  return typeof value === "string" ? `the string ${shown(value)}` : shown(value);
}

/** What was given instead, short enough for a message; never what is inside an object. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null) return isList(value) ? "a list" : "an object";
  return String(value);
}

/** Options of any method that talks to the server. */
export interface RequestOptions {
  /** Ends the request with `ABORTED`. */
  readonly signal?: AbortSignal | undefined;
}
