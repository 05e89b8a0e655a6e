/**
 * How objects print in `console.log` and the REPL: their name and their known facts. Printing makes no request. Strings
 * go
 * through `inspect`, so that user content never reaches a terminal unescaped.
 */
import type { InspectOptions, inspect } from "node:util";

/** The method that `console.log` calls; the same symbol as `inspect.custom` of `node:util`. */
export const inspectCustom: unique symbol = Symbol.for("nodejs.util.inspect.custom");

/** The arguments of an inspect method: the remaining depth, the options, and the inspect function. */
export type InspectArguments = readonly [depth: number, options: InspectOptions, show: typeof inspect];

/**
 * Formats an object in full at the top level, such as `Room 1 { name: 'Sandbox' }`. A nested one is shortened to its
 * name
 * and its non-empty parts.
 */
export function inspectFacts(
  name: string,
  facts: object,
  given: InspectArguments,
  ...parts: readonly string[]
): string {
  const [depth, options, show] = given;
  if (depth !== options.depth) return [name, ...parts].filter(Boolean).join(" ");
  // The plain text is enough; its HTML twin is left out.
  const shown = Object.fromEntries(Object.entries(facts).filter(([key]) => !key.endsWith("Html")));
  // A fixed depth, because objects refer to each other in cycles.
  return `${name} ${show(shown, { ...options, depth: 2 })}`;
}

/** Formats a text as a quoted, single-line, truncated literal; "" if it is undefined. */
export function inspectText(text: string | undefined, [, options, show]: InspectArguments, most: number = 50): string {
  if (text === undefined) return "";
  const line = text.replaceAll(/\s+/g, " ").trim();
  return show(line.length > most ? `${line.slice(0, most - 1)}…` : line, { ...options, depth: 0 });
}
