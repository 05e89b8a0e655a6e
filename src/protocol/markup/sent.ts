/** The facts of a message that its text tells once the server has taken it: the source, and the content where that is certain. */
import { unixLines } from "./lines.js";
import { renderMarkdown } from "./render.js";

/** The facts of a text that was sent. */
export interface SentText {
  /** Markdown, as the server keeps it. */
  readonly contentSource: string;
  /** HTML; only of a text whose rendering has nothing of markup, links, previews or cuts in it. */
  readonly content?: string;
}

/** The server puts invisible characters into longer words (protocol.md §7.1.11). */
const longWord = /\S{80}/;
/** Signs that may be markup in one line: the servers' rule for the characters beside them is not certain (protocol.md §7.1.4). */
const doubtful = /[*`]|---(?=\S)|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/u;
const escaped = /\\[`*_[\]()]/g;
const frame = /^<(div|pre) class='full'>(.*)<\/\1>$/s;

/** @param replyPrefix - what stands before the text of a reply; null for a message that is no reply */
export function sentText(text: string, replyPrefix: string | null): SentText {
  const contentSource = unixLines(`${replyPrefix ?? ""}${text}`).trimEnd();
  if (replyPrefix !== null || longWord.test(text) || /^\s*:\d/.test(text)) return { contentSource };
  if (!/[\r\n]/.test(contentSource) && doubtful.test(text.replace(escaped, ""))) return { contentSource };
  const content = renderMarkdown(text);
  const shown = (frame.exec(content)?.[2] ?? content).replaceAll(" <br> ", "");
  return shown.includes("<") ? { contentSource } : { contentSource, content };
}
