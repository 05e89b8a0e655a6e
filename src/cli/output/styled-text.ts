/**
 * Message HTML as text for a terminal: bold, italics, struck, code and links as styles, several lines as lines, oneboxes
 * as their addresses. Styles travel as marks inside the text, so that it can be wrapped first and coloured after.
 */
import { Parser } from "htmlparser2";
import { classNames, isFixedFont, isOneboxClass, isPartial } from "../../protocol/markup/describe.js";
import { absoluteUrl, isShownUrl } from "../../protocol/markup/links.js";
import { joinLongWordsIn } from "../../protocol/markup/long-words.js";
import { OpenOnebox } from "../../protocol/markup/open-onebox.js";
import type { Output, Style } from "../context.js";
import { harmless, wrap } from "./text.js";

/** Marks are control characters: what comes from the network has none any more. */
const marks = {
  bold: ["\u0001", "\u0002"],
  italic: ["\u0003", "\u0004"],
  strikethrough: ["\u0005", "\u0006"],
  code: ["\u000e", "\u000f"],
  underline: ["\u0010", "\u0011"],
  dim: ["\u0012", "\u0013"],
  yellow: ["\u0014", "\u0015"],
} as const;

type Mark = keyof typeof marks;

const byElement: Readonly<Record<string, Mark>> = {
  b: "bold",
  strong: "bold",
  i: "italic",
  em: "italic",
  strike: "strikethrough",
  s: "strikethrough",
  del: "strikethrough",
  code: "code",
};

/** What stands before each line of fixed-width text. */
const bar = "│ ";

const opening = new Map(Object.entries(marks).map(([name, [open]]) => [open as string, name as Mark]));
const closing = new Map(Object.entries(marks).map(([name, [, close]]) => [close as string, name as Mark]));
const anyMark = /[\u0001-\u0006\u000e-\u0015]/;
const anyMarks = /[\u0001-\u0006\u000e-\u0015]/g;

/** A text in a style, as marks. */
export function marked(mark: Mark, text: string): string {
  const [open, close] = marks[mark];
  return `${open}${text}${close}`;
}

/** A text without its marks. */
export function unmarked(text: string): string {
  return text.replace(anyMarks, "");
}

/** Reads message HTML, with marks. */
export function styledText(html: string, origin: string): string {
  const reader = new StyledReader(origin);
  new Parser(reader, { decodeEntities: true }).end(joinLongWordsIn(html));
  const text = reader.text.replace(/[ \t]+$/gm, "");
  const whole = isFixedFont(html) ? text.replace(/^\n+|\s+$/g, "") : text.trim();
  const lines = isFixedFont(html) ? whole.split("\n").map((line) => bar + marked("code", line)) : [whole];
  return lines.join("\n") + (isPartial(html) ? marked("dim", " … (more)") : "");
}

/** Wraps a text with marks, and turns the marks into colours, or leaves them out. */
export function styledLines(context: Pick<Output, "colours" | "style">, text: string, columns: number): string[] {
  const open: Mark[] = [];
  return text.split("\n").flatMap((line) => {
    // Every line of code has its bar, also one that is wrapped.
    const isCode = line.startsWith(bar);
    const inside = isCode ? line.slice(bar.length) : line;
    const lines = wrap(context.colours ? inside : plain(inside, isCode), columns - (isCode ? 2 : 0));
    return lines.map((piece) => (isCode ? context.style("dim", "│ ") : "") + colour(context, piece, open));
  });
}

/** Without colours only code shows what it is, by backticks. */
function plain(text: string, isCode: boolean): string {
  return text.replace(anyMarks, (mark) => (!isCode && (mark === marks.code[0] || mark === marks.code[1]) ? "`" : ""));
}

const styleOf: Readonly<Record<Mark, Style>> = {
  bold: "bold",
  italic: "italic",
  strikethrough: "strikethrough",
  code: "cyan",
  underline: "underline",
  dim: "dim",
  yellow: "yellow",
};

function colour(context: Pick<Output, "colours" | "style">, line: string, open: Mark[]): string {
  let result = "";
  for (const piece of line.split(/([\u0001-\u0006\u000e-\u0015])/)) {
    const opened = opening.get(piece);
    const closed = closing.get(piece);
    if (opened) open.push(opened);
    else if (closed && open.includes(closed)) open.splice(open.lastIndexOf(closed), 1);
    else if (piece !== "" && !anyMark.test(piece)) {
      result += open.reduce((shown, mark) => context.style(styleOf[mark], shown), piece);
    }
  }
  return result;
}

class StyledReader {
  text = "";
  readonly #origin: string;
  #preDepth = 0;
  #onebox: OpenOnebox | null = null;
  #link: { readonly url: string; readonly from: number } | null = null;

  constructor(origin: string) {
    this.#origin = origin;
  }

  onopentag(name: string, attributes: Record<string, string>): void {
    if (this.#onebox) {
      this.#onebox.open(attributes);
      return;
    }
    const classes = classNames(attributes.class);
    if (isOneboxClass(name, classes)) {
      this.#onebox = new OpenOnebox(classes);
      return;
    }
    if (this.#preDepth > 0 || name === "pre") this.#preDepth += 1;
    if (name === "br") this.text = `${this.text.trimEnd()}\n`;
    if (name === "a" && attributes.href !== undefined)
      this.#link = { url: harmless(absoluteUrl(attributes.href, this.#origin)), from: this.text.length };
    const mark = byElement[name];
    if (mark) this.text += marks[mark][0];
    if (classes.includes("ob-post-tag")) this.text += "[";
  }

  onclosetag(name: string): void {
    if (this.#onebox) {
      if (!this.#onebox.close()) return;
      this.text += marked("underline", harmless(absoluteUrl(this.#onebox.address, this.#origin)));
      this.#onebox = null;
      return;
    }
    if (this.#preDepth > 0) this.#preDepth -= 1;
    const mark = byElement[name];
    if (mark) this.text += marks[mark][1];
    if (name === "a") this.#endLink();
    if (/^(?:div|pre|p)$/.test(name) && this.text !== "" && !this.text.endsWith("\n")) this.text += "\n";
  }

  ontext(data: string): void {
    if (this.#onebox) return;
    const plain = harmless(data.replaceAll("\u00a0", " "));
    if (this.#preDepth > 0) this.text += plain;
    else {
      const words = plain.replace(/\s+/g, (space) => (space.includes("\n") ? " " : space));
      this.text += this.text.endsWith("\n") ? words.replace(/^ /, "") : words;
    }
  }

  #endLink(): void {
    if (this.#link === null) return;
    const { url, from } = this.#link;
    this.#link = null;
    const inside = this.text.slice(from);
    const shown = inside.replace(anyMarks, "").trim();
    // A "(see full text)" only leads to what the line says anyway.
    if (/^\(see full text\)$/i.test(shown)) this.text = this.text.slice(0, from);
    else if (shown === "" || shown === url || isShownUrl(shown, url))
      this.text = this.text.slice(0, from) + marked("underline", url);
    else if (shown.startsWith("[")) this.text = `${this.text.slice(0, from)}${inside}]`;
    else this.text = `${this.text.slice(0, from)}${marked("underline", inside)}${marked("dim", ` (${url})`)}`;
  }
}
