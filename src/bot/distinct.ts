/**
 * Sends what the site would refuse as a duplicate: a text that equals the account's last one. A bot may have to say the
 * same thing twice, so the text gets invisible characters then.
 */
import { isChatError } from "../index.js";
import { WORD_JOINER } from "../protocol/markup/escape.js";

/** The most invisible characters, for a bot that says the same again and again. */
const MAX_JOINERS = 20;

/** Options of {@link sendDistinct}. */
export interface DistinctOptions {
  /** The number of invisible characters to begin with, as a run before a kill did. @default 0 */
  readonly joiners?: number;
  /** Notes the number of invisible characters before the next try. */
  readonly onRefused?: (joiners: number) => Promise<void>;
}

/**
 * Sends a text, with invisible characters if the site refuses it as a duplicate.
 * @param send - sends a text; the suffix makes the key of each text another one
 */
export async function sendDistinct<T>(
  text: string,
  send: (text: string, keySuffix: string) => Promise<T>,
  { joiners = 0, onRefused }: DistinctOptions = {},
): Promise<T> {
  for (let count = joiners; ; count++) {
    try {
      return await send(text + WORD_JOINER.repeat(count), "d".repeat(count));
    } catch (error) {
      if (!isChatError(error, "DUPLICATE") || count === MAX_JOINERS) throw error;
    }
    await onRefused?.(count + 1);
  }
}
