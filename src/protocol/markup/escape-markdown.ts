/**
 * Escapes plain text as chat markdown that shows exactly that text. Characters that could be read as markup get a
 * backslash. An invisible U+2060 (word joiner) breaks up markup that no backslash can escape.
 */
import { checkOptions } from "../../util/options.js";
import { isWord, WORD_JOINER } from "./escape.js";
import { unixLines } from "./lines.js";
import { cutAtUrls } from "./links.js";
import { escapeAddress, fence } from "./markdown-pieces.js";
import { loneUrl, mayBecomeOnebox } from "./onebox.js";
import { guardReplyPrefix } from "./reply-prefix.js";

/** Options of {@link escapeMarkdown}. */
export interface EscapeOptions {
  /** Whether to keep every `@name` from notifying anyone. @default false */
  readonly mentions?: boolean;
}

/** How to treat bare URLs: show them in full as links, keep them from becoming links, or leave them alone. */
type UrlRule = "show" | "defuse" | "ignore";

/** The longest URL written as `[url](url)`, in characters; it takes twice its length of the 500. */
const SHOWN_URL_LIMIT = 200;

/** The start of a message that would be a reply, a quote, fixed-width text or a ruler. */
const RISKY_START = /^(?:\s*:\d{1,15}\s|\s*> |\s* {4}|\s*(?:-{3,}|={3,})\s*$)/;

/**
 * Escapes a text so that it shows as itself on one line. Bare URLs stay links and show in full: `[url](url)`. A URL
 * longer
 * than 200 characters shows as plain text, because a link to it would not fit. U+2060 is inserted where a backslash
 * does
 * not help: into `---`, and before a text that would become a reply, a quote, fixed-width text, a ruler or a onebox.
 *
 * A text with line breaks has no markup, so only its start is escaped, and its URLs show shortened.
 * @throws {BAD_ARGUMENT} for an unknown option
 */
export function escapeMarkdown(text: string, options: EscapeOptions = {}): string {
  checkOptions("escapeMarkdown", options, ["mentions"]);
  const safe = options.mentions === true ? defuseMentions(text) : text;
  return guardStart(/[\r\n]/.test(text.trimEnd()) ? safe : escapeLine(safe, "show"));
}

/**
 * Keeps every `@name` in a text from notifying anyone: inserts an invisible U+2060 after the `@`, or writes `%40` in a
 * URL, except before its host.
 */
export function defuseMentions(text: string): string {
  let safe = "";
  for (const { words, url } of cutAtUrls(text)) {
    safe += words.replace(/@(?=[^\s@\u2060])/g, `@${WORD_JOINER}`) + url.replace(/(?<![\p{L}\p{N}])@/gu, "%40");
  }
  return safe;
}

/**
 * Indents every line by four spaces, which shows a message in fixed-width font. Line ends become newlines. U+2060 keeps
 * a
 * leading `:123 ` from making it a reply.
 */
export function fixedWidth(text: string): string {
  return guardReplyPrefix(unixLines(text).replace(/^(?=[^\n])/gm, "    "));
}

/** Puts code between as many backticks as needed, trimmed; "" if it is blank. */
export function codeSpan(code: string): string {
  const inner = code.trim();
  return inner === "" ? "" : fence(inner);
}

/**
 * Prepends an invisible character to a message that would become a reply, a quote, fixed-width text, a ruler or a
 * onebox.
 */
export function guardStart(message: string): string {
  const lone = loneUrl(message.trim());
  const isOnebox = lone !== null && (lone.forced || mayBecomeOnebox(lone.url));
  return RISKY_START.test(message) || isOnebox ? WORD_JOINER + message : message;
}

/** Escapes a part of one line. The result is safe beside markup at both ends and, with `ignore`, in a link text. */
export function escapeLine(text: string, urls: UrlRule): string {
  if (urls === "ignore") return escapeMarks(text, 0, text.length, true);
  let written = "";
  for (const { from, words, url } of cutAtUrls(text)) {
    written += escapeMarks(text, from, from + words.length, false);
    if (urls === "show" && url !== "" && url.length <= SHOWN_URL_LIMIT) {
      written += `[${escapeMarks(url, 0, url.length, true)}](${escapeAddress(url)})`;
    } else if (url !== "") {
      const defused = url.replace(/(?<=^|[,('"])(?=(?:https?|ftp):\/\/)/gi, WORD_JOINER);
      written += escapeMarks(defused, 0, defused.length, false);
    }
  }
  return written;
}

/** Escapes markup characters between two offsets of a text. The ends of the text count as next to markup. */
function escapeMarks(text: string, from: number, to: number, isInLink: boolean): string {
  return text.slice(from, to).replace(/\*+|_+|`+|-+|[[\]()]/g, (run, index: number) => {
    const before = text[from + index - 1];
    const after = text[from + index + run.length];
    if (run.startsWith("-")) return run.length !== 3 || isIdle(before, after) ? run : `--${WORD_JOINER}-`;
    const isNeeded =
      before === "\\" ||
      // Some servers accept emphasis with asterisks within words, too (protocol.md §7.1.4).
      /^[*`[]/.test(run) ||
      (isInLink && run === "]") ||
      (run.startsWith("_") && !isIdle(before, after));
    return isNeeded ? run.replace(/./g, "\\$&") : run;
  });
}

/** Whether a run of marks between these characters can neither open nor close anything. */
function isIdle(before: string | undefined, after: string | undefined): boolean {
  if (before === undefined || after === undefined) return false;
  return (/\s/.test(before) && /\s/.test(after)) || (isWord(before) && isWord(after));
}
