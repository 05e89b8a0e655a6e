/** Prints facts for `room` and `user`: labels in one column, wrapped values in the other. */
import type { CliContext } from "../context.js";
import { sanitize, wrap } from "./text.js";

/** A label and a value; without a value nothing is printed. */
export type Fact = readonly [label: string, value: string | number | null | undefined];

/** Prints facts. */
export async function printFacts(context: CliContext, facts: readonly Fact[]): Promise<void> {
  const said = facts.filter(([, value]) => value !== null && value !== undefined && value !== "");
  const column = Math.max(...said.map(([label]) => label.length)) + 2;
  for (const [label, value] of said) {
    const lines = wrap(sanitize(String(value)), context.columns - column - 1);
    const [first = "", ...more] = lines;
    await context.print(`${context.style("dim", label.padEnd(column))}${first}`);
    for (const line of more) await context.print(`${" ".repeat(column)}${line}`);
  }
}

/** A number with thousands separators, such as `12,480`. */
export function grouped(count: number | null): string | null {
  return count === null ? null : count.toLocaleString("en");
}
