/**
 * Text for a terminal: nothing that came from the network may command it, and columns are counted as a terminal counts
 * them. No colours here.
 */

/** Everything that moves the cursor, changes colours or turns the direction of writing, line ends and tabs apart. */
const commanding =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** A text of several lines that can be shown: what would command the terminal is replaced by a visible sign. */
export function harmless(text: string): string {
  return text
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, "\n")
    .replaceAll("\t", "    ")
    .replace(commanding, (sign) => {
      const code = sign.codePointAt(0) ?? 0;
      return code < 0x20 ? String.fromCodePoint(0x2400 + code) : code === 0x7f ? "\u2421" : "\ufffd";
    });
}

/** A text that can be shown on one line, such as a name. */
export function oneLine(text: string): string {
  return harmless(text).replace(/\s+/g, " ").trim();
}
