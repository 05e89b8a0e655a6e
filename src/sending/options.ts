/** The options that every action takes. */
import { UsageError } from "../errors/index.js";
import { checkChoice, checkCount, checkOptions, previewValue, type RequestOptions } from "../util/options.js";

/** The priority of an action. */
export type Priority = "high" | "normal" | "low";

/** Options of an action. */
export interface ActionOptions extends RequestOptions {
  /**
   * `"high"` runs first, `"low"` last. In between, edits, deletions and other actions on messages run first, because
   * they have a time limit, then replies, then other messages. @default "normal"
   */
  readonly priority?: Priority | undefined;
  /**
   * The timeout in milliseconds, including the time in the queue, after which the action fails with `TIMED_OUT`.
   * @default none
   */
  readonly deadlineMs?: number | undefined;
}

const OPTION_NAMES = ["priority", "deadlineMs", "signal"] as const satisfies readonly (keyof ActionOptions)[];

/**
 * Checks the options of an action.
 * @param more - names of additional options that this action takes
 * @throws {BAD_ARGUMENT}
 */
export function checkActionOptions(method: string, options: ActionOptions, more: readonly string[] = []): void {
  checkOptions(method, options, [...more, ...OPTION_NAMES]);
  if (options.priority !== undefined) checkChoice("priority", options.priority, ["high", "normal", "low"]);
  if (options.deadlineMs !== undefined) checkCount("deadlineMs", options.deadlineMs, 1);
}

/**
 * Checks an idempotency key.
 * @throws {BAD_ARGUMENT} when it is not a string of 1 to 200 characters
 */
export function checkKey(key: unknown): void {
  if (typeof key === "string" && key !== "" && key.length <= 200) return;
  throw new UsageError(`key must be a string of 1 to 200 characters, not ${previewValue(key)}`);
}
