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
