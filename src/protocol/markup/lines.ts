/** Line ends, blank lines and indentation of text of several lines. Pure. */

/** Converts line ends to newlines. */
export function unixLines(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}

/** Replaces white space with a line end in it by a space, as a browser shows the source of a page. */
export function joinSourceLines(source: string): string {
  if (!source.includes("\n")) return source;
  return source.replace(/\s+/g, (space) => (space.includes("\n") ? " " : space));
}

/** Removes leading blank lines, but not the indentation of the first line with text. */
export function withoutBlankStart(text: string): string {
  return text.replace(/^(?:[^\S\n]*\n)+/, "");
}

/** Whether every line that is not blank is indented by four spaces, which shows them in fixed-width font. */
export function isIndented(lines: readonly string[]): boolean {
  return lines.every((line) => line.trim() === "" || line.startsWith("    "));
}
