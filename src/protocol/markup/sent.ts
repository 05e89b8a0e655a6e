/** Predicts a message from its sent text: the source, and the content if that is certain. */
import { unixLines } from "./lines.js";
import { renderMarkdown } from "./render.js";

/** The predicted content of a message. */
export interface SentText {
  /** The markdown as the server stores it. */
  readonly contentSource: string;
  /** The HTML; only for text whose rendering involves no markup, links, previews or cuts. */
  readonly content?: string;
}

/** The server puts invisible characters into longer words (protocol.md §7.1.11). */
const LONG_WORD = /\S{80}/;
/** Possible markup on one line: the servers' rule for neighboring characters is not certain (protocol.md §7.1.4). */
const DOUBTFUL = /[*`]|---(?=\S)|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/u;
const ESCAPED = /\\[`*_[\]()]/g;
const FRAME = /^<(div|pre) class='full'>(.*)<\/\1>$/s;

/**
 * Predicts what the server stores for a text.
 * @param replyPrefix - the prefix of a reply's text; null if it is not a reply
 */
export function sentText(text: string, replyPrefix: string | null): SentText {
  const contentSource = unixLines(`${replyPrefix ?? ""}${text}`).trimEnd();
  if (replyPrefix !== null || LONG_WORD.test(text) || /^\s*:\d/.test(text)) return { contentSource };
  if (!/[\r\n]/.test(contentSource) && DOUBTFUL.test(text.replace(ESCAPED, ""))) return { contentSource };
  const content = renderMarkdown(text);
  const shown = (FRAME.exec(content)?.[2] ?? content).replaceAll(" <br> ", "");
  return shown.includes("<") ? { contentSource } : { contentSource, content };
}
