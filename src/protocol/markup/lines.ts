/** Text of several lines: its line ends, the blank lines before it, and when all of it is in fixed font. Pure strings. */

/** The text with newlines for line ends. */
export function unixLines(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}

/** The text without the blank lines it begins with; the indentation of the first other line stays. */
export function withoutBlankStart(text: string): string {
  return text.replace(/^(?:[^\S\n]*\n)+/, "");
}

/** True when every line that is not blank is indented by four spaces, which shows them all in fixed font. */
export function isIndented(lines: readonly string[]): boolean {
  return lines.every((line) => line.trim() === "" || line.startsWith("    "));
}
