/**
 * Plain text to chat markdown that shows exactly that text. Characters that a backslash makes literal get one where
 * they could be read as markup; what no backslash can stop is stopped by an invisible U+2060 (word joiner).
 */
import { checkOptions } from "../../util/options.js";
import { isWord, wordJoiner } from "./escape.js";
import { unixLines } from "./lines.js";
import { cutAtUrls } from "./links.js";
import { escapeAddress, fence } from "./markdown-pieces.js";
import { loneUrl, mayBecomeOnebox } from "./onebox.js";
import { guardReplyPrefix } from "./reply-prefix.js";

/** How {@link escapeMarkdown} treats what is not markup. */
export interface EscapeOptions {
  /** Whether to keep `@name` from notifying anyone. @default false */
  readonly mentions?: boolean;
}

/** What to do with bare URLs: link them with their full text, keep them from being links, or nothing at all. */
type UrlRule = "show" | "defuse" | "ignore";

/** The longest URL written as `[url](url)`, in characters; that takes twice its length of the 500. */
const SHOWN_URL_LIMIT = 200;

/** The start of what a whole message would be something else for: a reply, a quote, fixed font, a ruler. */
const riskyStart = /^(?:\s*:\d{1,15}\s|\s*> |\s* {4}|\s*(?:-{3,}|={3,})\s*$)/;

/**
 * Writes a text so that it shows as itself on one line. Bare URLs stay links and show whole: `[url](url)`; one over 200
 * characters shows as plain text, because a link to it would not fit. U+2060 goes where a backslash does not help:
 * into `---`, and before a text that would be a reply, a quote, fixed font, a ruler or a onebox.
 *
 * A text with line breaks has no markup, so only its start is made safe; its URLs are links, shown short.
 * @throws {BAD_ARGUMENT} for an unknown option
 */
export function escapeMarkdown(text: string, options: EscapeOptions = {}): string {
  checkOptions("escapeMarkdown", options, ["mentions"]);
  const safe = options.mentions === true ? defuseMentions(text) : text;
  return guardStart(/[\r\n]/.test(text.trimEnd()) ? safe : escapeLine(safe, "show"));
}

/**
 * Keeps every `@name` in a text from notifying anyone: an invisible U+2060 after the `@`, and `%40` in a URL, except
 * before its host.
 */
export function defuseMentions(text: string): string {
  let safe = "";
  for (const { words, url } of cutAtUrls(text)) {
    safe += words.replace(/@(?=[^\s@\u2060])/g, `@${wordJoiner}`) + url.replace(/(?<![\p{L}\p{N}])@/gu, "%40");
  }
  return safe;
}

/**
 * Indents every line by four spaces, which shows a message in fixed font. Line ends become newlines. U+2060 keeps a
 * `:123 ` at the start from being a reply.
 */
export function fixedWidth(text: string): string {
  return guardReplyPrefix(unixLines(text).replace(/^(?=[^\n])/gm, "    "));
}

/** Puts code between backticks, as many as it needs, without the white space around it; "" when there is nothing else. */
export function codeSpan(code: string): string {
  const inner = code.trim();
  return inner === "" ? "" : fence(inner);
}

/** Puts an invisible character before a message that would otherwise be a reply, a quote, fixed font, a ruler or a onebox. */
export function guardStart(message: string): string {
  const lone = loneUrl(message.trim());
  const isOnebox = lone !== null && (lone.forced || mayBecomeOnebox(lone.url));
  return riskyStart.test(message) || isOnebox ? wordJoiner + message : message;
}

/** Escapes a part of one line. Safe beside markup at both ends, and in the text of a link with `ignore`. */
export function escapeLine(text: string, urls: UrlRule): string {
  if (urls === "ignore") return escapeMarks(text, 0, text.length, true);
  let written = "";
  for (const { from, words, url } of cutAtUrls(text)) {
    written += escapeMarks(text, from, from + words.length, false);
    if (urls === "show" && url !== "" && url.length <= SHOWN_URL_LIMIT) {
      written += `[${escapeMarks(url, 0, url.length, true)}](${escapeAddress(url)})`;
    } else if (url !== "") {
      const defused = url.replace(/(?<=^|[,('"])(?=(?:https?|ftp):\/\/)/gi, wordJoiner);
      written += escapeMarks(defused, 0, defused.length, false);
    }
  }
  return written;
}

/** Escapes the characters of markup between two places of a text. The ends of the text count as beside markup. */
function escapeMarks(text: string, from: number, to: number, isInLink: boolean): string {
  return text.slice(from, to).replace(/\*+|_+|`+|-+|[[\]()]/g, (run, index: number) => {
    const before = text[from + index - 1];
    const after = text[from + index + run.length];
    if (run.startsWith("-")) return run.length !== 3 || isIdle(before, after) ? run : `--${wordJoiner}-`;
    const isNeeded =
      before === "\\" ||
      // A server may find emphasis in the middle of words, too, if it is written with asterisks (protocol.md §7.1.4).
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
