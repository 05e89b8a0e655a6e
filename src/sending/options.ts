/** Options that every action takes, and their checks. */
import { UsageError } from "../errors/index.js";
import { checkChoice, checkCount, checkOptions, type RequestOptions, shown } from "../util/options.js";

/** The urgency of an action. */
export type Priority = "high" | "normal" | "low";

/** Options of an action. */
export interface ActionOptions extends RequestOptions {
  /**
   * `"high"` runs before everything that waits, `"low"` after it. In between, edits, deletions and other acts on a
   * message run first, because their time is limited, then replies, then other messages. @default "normal"
   */
  readonly priority?: Priority | undefined;
  /** Milliseconds until the action fails with `TIMED_OUT`. @default none */
  readonly deadlineMs?: number | undefined;
}

const names = ["priority", "deadlineMs", "signal"] as const satisfies readonly (keyof ActionOptions)[];

/**
 * Checks the options of an action.
 * @param more - names of further options that this action takes
 * @throws {BAD_ARGUMENT}
 */
export function checkActionOptions(method: string, options: ActionOptions, more: readonly string[] = []): void {
  checkOptions(method, options, [...more, ...names]);
  if (options.priority !== undefined) checkChoice("priority", options.priority, ["high", "normal", "low"]);
  if (options.deadlineMs !== undefined) checkCount("deadlineMs", options.deadlineMs, 1);
}

/**
 * Checks an idempotency key.
 * @throws {BAD_ARGUMENT} when it is not a text of 1 to 200 characters
 */
export function checkKey(key: unknown): void {
  if (typeof key === "string" && key !== "" && key.length <= 200) return;
  throw new UsageError(`key is a text of 1 to 200 characters, not ${shown(key)}`);
}
