/**
 * Converts message HTML to text for a terminal: bold, italics, strikethrough, code and links as styles, line breaks as
 * lines, oneboxes as their URLs. Styles are marks inside the text, so that it can be wrapped first and styled
 * afterward.
 */
import { Parser } from "htmlparser2";
import { isFixedFont, isPartial } from "../../protocol/markup/describe.js";
import { joinSourceLines } from "../../protocol/markup/lines.js";
import { isShownUrl, resolveUrl } from "../../protocol/markup/links.js";
import { joinLongWordsIn } from "../../protocol/markup/long-words.js";
import { MessageReader } from "../../protocol/markup/message-reader.js";
import type { OpenOnebox } from "../../protocol/markup/open-onebox.js";
import type { Output, Style } from "../context.js";
import { sanitize, wrap } from "./text.js";

/** Marks are control characters, which text from the network no longer contains. */
const MARKS = {
  bold: ["\u0001", "\u0002"],
  italic: ["\u0003", "\u0004"],
  strikethrough: ["\u0005", "\u0006"],
  code: ["\u000e", "\u000f"],
  underline: ["\u0010", "\u0011"],
  dim: ["\u0012", "\u0013"],
  yellow: ["\u0014", "\u0015"],
} as const;

type Mark = keyof typeof MARKS;

const MARK_BY_ELEMENT: Readonly<Record<string, Mark>> = {
  b: "bold",
  strong: "bold",
  i: "italic",
  em: "italic",
  strike: "strikethrough",
  s: "strikethrough",
  del: "strikethrough",
  code: "code",
};

/** The prefix of each line of fixed-width text. */
const CODE_BAR = "│ ";

const OPENING_MARKS = new Map(Object.entries(MARKS).map(([name, [open]]) => [open as string, name as Mark]));
const CLOSING_MARKS = new Map(Object.entries(MARKS).map(([name, [, close]]) => [close as string, name as Mark]));
const ANY_MARK = /[\u0001-\u0006\u000e-\u0015]/;
const ALL_MARKS = /[\u0001-\u0006\u000e-\u0015]/g;

/** Wraps a text in the marks of a style. */
export function marked(mark: Mark, text: string): string {
  const [open, close] = MARKS[mark];
  return `${open}${text}${close}`;
}

/** Removes marks from a text. */
export function unmarked(text: string): string {
  return text.replace(ALL_MARKS, "");
}

/** Converts message HTML to a text with marks. */
export function styledText(html: string, origin: string): string {
  const reader = new StyledReader(origin);
  new Parser(reader, { decodeEntities: true }).end(joinLongWordsIn(html));
  const text = reader.text.replace(/[ \t]+$/gm, "");
  const whole = isFixedFont(html) ? text.replace(/^\n+|\s+$/g, "") : text.trim();
  const lines = isFixedFont(html) ? whole.split("\n").map((line) => CODE_BAR + marked("code", line)) : [whole];
  return lines.join("\n") + (isPartial(html) ? marked("dim", " … (more)") : "");
}

/** Wraps a text with marks, and converts the marks to styles, or removes them. */
export function styledLines(context: Pick<Output, "colors" | "style">, text: string, columns: number): string[] {
  const open: Mark[] = [];
  return text.split("\n").flatMap((line) => {
    // Every line of code has its bar, including wrapped ones.
    const isCode = line.startsWith(CODE_BAR);
    const inside = isCode ? line.slice(CODE_BAR.length) : line;
    const lines = wrap(context.colors ? inside : plain(inside, isCode), columns - (isCode ? 2 : 0));
    return lines.map((piece) => (isCode ? context.style("dim", "│ ") : "") + applyStyles(context, piece, open));
  });
}

/** Removes marks; without colors only code is still marked, by backticks. */
function plain(text: string, isCode: boolean): string {
  return text.replace(ALL_MARKS, (mark) => (!isCode && (mark === MARKS.code[0] || mark === MARKS.code[1]) ? "`" : ""));
}

const STYLE_BY_MARK: Readonly<Record<Mark, Style>> = {
  bold: "bold",
  italic: "italic",
  strikethrough: "strikethrough",
  code: "cyan",
  underline: "underline",
  dim: "dim",
  yellow: "yellow",
};

function applyStyles(context: Pick<Output, "colors" | "style">, line: string, open: Mark[]): string {
  let result = "";
  for (const piece of line.split(/([\u0001-\u0006\u000e-\u0015])/)) {
    const opened = OPENING_MARKS.get(piece);
    const closed = CLOSING_MARKS.get(piece);
    if (opened) open.push(opened);
    else if (closed && open.includes(closed)) open.splice(open.lastIndexOf(closed), 1);
    else if (piece !== "" && !ANY_MARK.test(piece)) {
      result += open.reduce((shown, mark) => context.style(STYLE_BY_MARK[mark], shown), piece);
    }
  }
  return result;
}

class StyledReader extends MessageReader {
  text = "";
  readonly #origin: string;
  #preDepth = 0;
  #link: { readonly url: string; readonly from: number } | null = null;

  constructor(origin: string) {
    super();
    this.#origin = origin;
  }

  protected override openElement(
    name: string,
    classes: readonly string[],
    attributes: Readonly<Record<string, string>>,
  ): void {
    if (this.#preDepth > 0 || name === "pre") this.#preDepth += 1;
    if (name === "br") this.text = `${this.text.trimEnd()}\n`;
    if (name === "a" && attributes.href !== undefined)
      this.#link = { url: sanitize(resolveUrl(attributes.href, this.#origin)), from: this.text.length };
    const mark = MARK_BY_ELEMENT[name];
    if (mark) this.text += MARKS[mark][0];
    if (classes.includes("ob-post-tag")) this.text += "[";
  }

  protected override readOnebox({ address }: OpenOnebox): void {
    this.text += marked("underline", sanitize(resolveUrl(address, this.#origin)));
  }

  protected override closeElement(name: string): void {
    if (this.#preDepth > 0) this.#preDepth -= 1;
    const mark = MARK_BY_ELEMENT[name];
    if (mark) this.text += MARKS[mark][1];
    if (name === "a") this.#endLink();
    if (/^(?:div|pre|p)$/.test(name) && this.text !== "" && !this.text.endsWith("\n")) this.text += "\n";
  }

  protected override readText(data: string): void {
    const plain = sanitize(data.replaceAll("\u00a0", " "));
    if (this.#preDepth > 0) this.text += plain;
    else {
      const words = joinSourceLines(plain);
      this.text += this.text.endsWith("\n") ? words.replace(/^ /, "") : words;
    }
  }

  #endLink(): void {
    if (this.#link === null) return;
    const { url, from } = this.#link;
    this.#link = null;
    const inside = this.text.slice(from);
    const shown = inside.replace(ALL_MARKS, "").trim();
    // The link "(see full text)" adds nothing to the text.
    if (/^\(see full text\)$/i.test(shown)) this.text = this.text.slice(0, from);
    else if (shown === "" || shown === url || isShownUrl(shown, url))
      this.text = this.text.slice(0, from) + marked("underline", url);
    else if (shown.startsWith("[")) this.text = `${this.text.slice(0, from)}${inside}]`;
    else this.text = `${this.text.slice(0, from)}${marked("underline", inside)}${marked("dim", ` (${url})`)}`;
  }
}
