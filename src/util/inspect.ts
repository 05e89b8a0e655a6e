/**
 * How objects show themselves to `console.log` and the REPL: what they are, and what is known of them. Showing makes no
 * request. Strings go through `inspect`, so that what people wrote reaches no terminal raw.
 */
import type { InspectOptions, inspect } from "node:util";

/** The method that `console.log` looks for; the same symbol as `inspect.custom` of `node:util`. */
export const inspectCustom: unique symbol = Symbol.for("nodejs.util.inspect.custom");

/** What the method gets: how deep it may go, the options of the call, and the function. */
export type InspectArguments = readonly [depth: number, options: InspectOptions, show: typeof inspect];

/**
 * An object in full at the top, such as `Room 1 { name: 'Sandbox' }`; inside of others in short: its name and the parts,
 * the empty ones left out.
 */
export function inspected(name: string, facts: object, given: InspectArguments, ...parts: readonly string[]): string {
  const [depth, options, show] = given;
  if (depth !== options.depth) return [name, ...parts].filter(Boolean).join(" ");
  // What is there as plain text need not be shown as HTML, too.
  const shown = Object.fromEntries(Object.entries(facts).filter(([key]) => !key.endsWith("Html")));
  // A depth of its own: objects know each other in circles.
  return `${name} ${show(shown, { ...options, depth: 2 })}`;
}

/** A text as code has it, in quotes and on one line, the end of a long one left out; nothing for what is not known. */
export function quoted(text: string | undefined, [, options, show]: InspectArguments, most: number = 50): string {
  if (text === undefined) return "";
  const line = text.replaceAll(/\s+/g, " ").trim();
  return show(line.length > most ? `${line.slice(0, most - 1)}…` : line, { ...options, depth: 0 });
}
