/** Options are checked by name: a misspelt one is an error, not a silence. */
import { UsageError } from "../errors/index.js";

/**
 * Checks that an options object has only known keys.
 * @throws {BAD_ARGUMENT} naming the unknown key and the known ones.
 */
export function checkOptions(where: string, options: unknown, known: readonly string[]): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new UsageError(`${where} takes an object of options`);
  }
  for (const key of Object.keys(options)) {
    if (!known.includes(key))
      throw new UsageError(`${where} has no option "${key}"; its options are ${known.join(", ")}`);
  }
}

/**
 * Checks an id.
 * @throws {BAD_ARGUMENT} when it is not an integer, or not one that such things have.
 */
export function checkId(what: string, id: unknown, options: { negative?: boolean } = {}): asserts id is number {
  if (typeof id !== "number" || !Number.isSafeInteger(id) || id === 0 || (id < 0 && !options.negative)) {
    const range = options.negative ? "a whole number other than 0" : "a whole number above 0";
    throw new UsageError(`a ${what} id is ${range}, not ${String(id)}`);
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
    throw new UsageError(`${what} is a whole number from ${least} ${end}, not ${shown(value)}`);
  }
}

/**
 * Checks something that is or is not.
 * @throws {BAD_ARGUMENT} when it is neither true nor false.
 */
export function checkFlag(what: string, value: unknown): asserts value is boolean {
  if (typeof value !== "boolean") throw new UsageError(`${what} is true or false, not ${shown(value)}`);
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

/** What was given instead, short enough for a message; never what is inside an object. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "function") return "a function";
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "a list" : "an object";
  return String(value);
}

/** Options of any method that talks to the server. */
export interface RequestOptions {
  /** Ends the request with `ABORTED`. */
  readonly signal?: AbortSignal | undefined;
}
