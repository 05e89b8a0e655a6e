/** A long list in pages. */
import { UsageError } from "../index.js";
import { checkCount, checkOptions, previewValue } from "../util/options.js";
import type { AskOptions } from "./conversation.js";
import type { Duration } from "./pattern/index.js";

/** Options of `c.page`. */
export interface PageOptions {
  /** Items on a page. @default 10 */
  readonly size?: number;
  /** How long to wait for "more". @default "5m" */
  readonly timeout?: Duration;
  /** The text between items. @default a line break */
  readonly separator?: string;
}

/** Says a list in pages. */
export async function page(
  ask: (question: string, options: AskOptions) => Promise<string | null>,
  reply: (text: string) => Promise<unknown>,
  items: readonly string[],
  options: PageOptions,
): Promise<void> {
  checkOptions("page", options, ["size", "timeout", "separator"]);
  const { size = 10, timeout = "5m", separator = "\n" } = options;
  checkCount("size", size, 1);
  if (!Array.isArray(items)) throw new UsageError(`page takes a list of texts, not ${previewValue(items)}`);
  for (let from = 0; from < items.length; from += size) {
    const text = items.slice(from, from + size).join(separator);
    if (from + size >= items.length) return void (await reply(text));
    const shown = `${from + 1} to ${from + size} of ${items.length}; say "more" for the next ones`;
    if ((await ask(`${text}${separator}(${shown})`, { timeout, choices: ["more"] })) === null) return;
  }
}
