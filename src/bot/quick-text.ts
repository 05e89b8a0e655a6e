/** The text of most messages, without a parser: nearly every message is for somebody else, and is dropped by its text. */

/** Links and plain emphasis. */
const TAG = /<(?:\/?(?:b|i|code|strike|a)|a href="[^"<>]*"(?: rel="[^"<>]*")?)>/g;

/** The text of a message as `htmlToText` reads it; undefined if that takes a parser. */
export function quickTextOf(html: string): string | undefined {
  if (!hasMarkup(html)) return html.trim();
  let text = html;
  if (text.includes("<")) text = text.replace(TAG, "");
  if (text.includes("&")) text = text.replaceAll("&#39;", "'").replaceAll("&quot;", '"').replaceAll("&gt;", ">");
  return hasMarkup(text) ? undefined : text.trim();
}

/** Whether a text has what only a parser reads. Searches for one character beat a regular expression for several. */
function hasMarkup(text: string): boolean {
  const hasTagOrEntity = text.includes("<") || text.includes("&");
  return hasTagOrEntity || text.includes("\n") || text.includes("\u00a0") || text.includes("\u200b");
}
