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
    .replace(/\p{Surrogate}/gu, "\ufffd")
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

/** JSON on one line, with everything escaped that would command a terminal. */
export function jsonLine(value: object): string {
  return escapeSigns(JSON.stringify(value));
}

/** Escapes, as code does, what is left to command a terminal in JSON and in what `inspect` shows. */
export function escapeSigns(text: string): string {
  return text.replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const wide =
  /^(?:\p{Emoji_Presentation}|.*\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}])/u;
const zero = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u;
const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/** How many columns a text takes. */
export function columnsOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of segmenter.segment(text)) columns += columnsOfSign(segment);
  return columns;
}

function columnsOfSign(sign: string): number {
  if (zero.test(sign)) return 0;
  return wide.test(sign) ? 2 : 1;
}

/** Exactly so many columns: filled up with spaces, or cut with an ellipsis. */
export function inColumns(text: string, columns: number): string {
  const taken = columnsOf(text);
  if (taken <= columns) return text + " ".repeat(columns - taken);
  const cut = `${start(text, columns - 1)}…`;
  return cut + " ".repeat(Math.max(0, columns - columnsOf(cut)));
}

/** At most so many columns, cut with an ellipsis. */
export function shorten(text: string, columns: number): string {
  return columnsOf(text) <= columns ? text : `${start(text, columns - 1)}…`;
}

function start(text: string, columns: number): string {
  let taken = 0;
  let result = "";
  for (const { segment } of segmenter.segment(text)) {
    taken += columnsOfSign(segment);
    if (taken > columns) break;
    result += segment;
  }
  return result;
}

/** Lines of at most so many columns, broken between words where that is possible. Keeps indentation and blank lines. */
export function wrap(text: string, columns: number): string[] {
  return text.split("\n").flatMap((line) => wrapLine(line, Math.max(10, columns)));
}

function wrapLine(text: string, columns: number): string[] {
  if (columnsOf(text) <= columns) return [text];
  const lines: string[] = [];
  let line = "";
  let taken = 0;
  for (const word of text.match(/\s+|\S+/g) ?? []) {
    const more = columnsOf(word);
    if (taken + more <= columns) {
      line += word;
      taken += more;
      continue;
    }
    if (word.trim() === "") continue;
    if (line.trim() !== "") lines.push(line.trimEnd());
    let rest = word;
    while (columnsOf(rest) > columns) {
      const piece = start(rest, columns);
      lines.push(piece);
      rest = rest.slice(piece.length);
    }
    line = rest;
    taken = columnsOf(rest);
  }
  return [...lines, line.trimEnd()];
}
