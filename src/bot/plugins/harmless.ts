/** Makes texts of people safe to be said again by a bot: they ping nobody, are no replies, and are not endless. */
import { defuseMentions, escapeMarkdown } from "../../index.js";

const WORD_JOINER = "\u2060";

/** A plain text such as a name, on one line, escaped. */
export function harmlessText(text: string, most: number = 100): string {
  return escapeMarkdown(shortened(oneLine(text), most), { mentions: true });
}

/** The same for a message of several lines or in fixed-width font, which has no markup to escape. */
export function harmlessLine(text: string, most: number = 100): string {
  return defuseMentions(shortened(oneLine(text), most));
}

/** Markdown that somebody wrote, with its formatting. */
export function harmlessMarkdown(markdown: string, most: number = 500): string {
  return defuseMentions(shortened(markdown, most)).replace(/^(?=\s*:\d)/, WORD_JOINER);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
