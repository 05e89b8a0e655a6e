/** Text for a terminal: removes control sequences that come from the network, and measures columns as terminals do. */

/** Characters that move the cursor, change colors or the writing direction, except line ends and tabs. */
const CONTROL_CHARACTERS =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** Makes a text safe to print on several lines: control characters become visible signs. */
export function sanitize(text: string): string {
  return text
    .replace(/\p{Surrogate}/gu, "\ufffd")
    .replace(/\r\n?|[\u2028\u2029\u0085]/g, "\n")
    .replaceAll("\t", "    ")
    .replace(CONTROL_CHARACTERS, (sign) => {
      const code = sign.codePointAt(0) ?? 0;
      return code < 0x20 ? String.fromCodePoint(0x2400 + code) : code === 0x7f ? "\u2421" : "\ufffd";
    });
}

/** Makes a text safe to print on one line, such as a name. */
export function oneLine(text: string): string {
  return sanitize(text).replace(/\s+/g, " ").trim();
}

/** JSON on one line, with control characters escaped. */
export function jsonLine(value: object): string {
  return escapeControls(JSON.stringify(value));
}

/** Escapes the control characters that JSON and `inspect` leave, as code does. */
export function escapeControls(text: string): string {
  return text.replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufff9-\ufffb]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

const WIDE =
  /^(?:\p{Emoji_Presentation}|.*\ufe0f|[\u1100-\u115f\u2e80-\u303e\u3041-\u33ff\u3400-\u4dbf\u4e00-\u9fff\ua000-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1f64f}\u{1f900}-\u{1f9ff}\u{20000}-\u{3fffd}])/u;
const ZERO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u;
const SEGMENTER = new Intl.Segmenter("en", { granularity: "grapheme" });

/** The width of a text in columns. */
export function columnsOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const { segment } of SEGMENTER.segment(text)) columns += columnsOfSign(segment);
  return columns;
}

function columnsOfSign(sign: string): number {
  if (ZERO_WIDTH.test(sign)) return 0;
  return WIDE.test(sign) ? 2 : 1;
}

/** Pads or cuts a text to exactly this many columns, with an ellipsis. */
export function fitColumns(text: string, columns: number): string {
  const taken = columnsOf(text);
  if (taken <= columns) return text + " ".repeat(columns - taken);
  const cut = `${start(text, columns - 1)}…`;
  return cut + " ".repeat(Math.max(0, columns - columnsOf(cut)));
}

/** Cuts a text to at most this many columns, with an ellipsis. */
export function shorten(text: string, columns: number): string {
  return columnsOf(text) <= columns ? text : `${start(text, columns - 1)}…`;
}

function start(text: string, columns: number): string {
  let taken = 0;
  let result = "";
  for (const { segment } of SEGMENTER.segment(text)) {
    taken += columnsOfSign(segment);
    if (taken > columns) break;
    result += segment;
  }
  return result;
}

/** Wraps a text to at most this many columns, between words where possible. Keeps indentation and blank lines. */
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
