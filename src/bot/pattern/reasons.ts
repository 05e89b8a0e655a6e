/**
 * Parts of the sentences that a bot says about wrong arguments. They quote typed text briefly, and so that it pings nobody,
 * formats nothing and links nowhere.
 */
import { escapeMarkdown } from "../../index.js";
import { WORD_JOINER } from "../../protocol/markup/escape.js";

/** The most characters of somebody's text that a sentence repeats. */
const ECHO_LIMIT = 40;

/** A text for a sentence of the bot: at most 40 characters on one line, without markup, links and mentions. */
export function harmless(text: string): string {
  const line = text
    .slice(0, 5 * ECHO_LIMIT)
    .replace(/\s+/g, " ")
    .replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, "");
  const short = line.length > ECHO_LIMIT ? `${line.slice(0, ECHO_LIMIT - 1).replace(/[\ud800-\udbff]$/, "")}…` : line;
  return escapeMarkdown(short.replaceAll("://", `:${WORD_JOINER}//`), { mentions: true });
}

/** Such a text in quotes. */
export function quoted(text: string): string {
  return `"${harmless(text)}"`;
}

/** `a`, `a or b`, `a, b or c`; of more than `most`, the first ones and how many others there are. */
export function eitherOf(items: readonly string[], most: number): string {
  const shown = items.slice(0, most);
  if (items.length > most) return `${shown.join(", ")} or ${items.length - most} more`;
  return shown.length < 2 ? shown.join("") : `${shown.slice(0, -1).join(", ")} or ${shown.at(-1)}`;
}
