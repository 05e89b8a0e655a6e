/**
 * Message HTML back to the markdown that would show the same. First it is written with no more escapes than the HTML
 * itself shows; when that does not render to the same HTML, everything doubtful is escaped, and what the dialect cannot
 * express is left out.
 */
import { decodeHTMLAttribute } from "entities";
import { Parser } from "htmlparser2";
import { classNames, commentAddress, isFixedFont, isMultiline, isOneboxClass, withoutOwnMentions } from "./describe.js";
import { decodeText } from "./escape.js";
import { absoluteUrl, isShownUrl } from "./links.js";
import { joinLongWordsIn } from "./long-words.js";
import { type Emphasis, escapeAddress, escapeText, joinPieces, type MarkdownPiece } from "./markdown-pieces.js";
import { isPictureUrl } from "./onebox.js";
import { OpenOnebox } from "./open-onebox.js";
import { type RenderContext, renderMarkdown } from "./render.js";
import { htmlToText, type ReadContext, readText } from "./to-text.js";

/** What reading a message may know about where it came from. */
export interface MarkdownContext extends ReadContext {
  /** How the server would render, to find out which escapes are needed. */
  readonly render?: RenderContext;
}

/** Writes message HTML as markdown. For the exact source prefer the server's own, which also has what `partial` hides. */
export function htmlToMarkdown(html: string, context: MarkdownContext = {}): string {
  const trimmed = joinLongWordsIn(html).trim();
  if (isFixedFont(trimmed)) return readText(trimmed, context, true).replace(/^(?=[^\n])/gm, "    ");
  if (isMultiline(trimmed)) return ensureLines(readText(trimmed, context, true));
  const comment = commentAddress(trimmed);
  if (comment !== null) return absoluteUrl(decodeHTMLAttribute(comment), context.origin);
  const wanted = withoutOwnMentions(trimmed);
  for (const way of ways) {
    const markdown = new MarkdownReader(context.origin, way).read(trimmed);
    if (markdown === null) return ensureLines(readText(trimmed, context, true));
    const shown = renderMarkdown(markdown, context.render);
    if (way.isFlat || shown === wanted || (way.escapesAll && htmlToText(shown) === htmlToText(trimmed)))
      return markdown;
  }
  return "";
}

/** One way to write markdown. */
interface Way {
  /** The character of the outermost emphasis; inside it the other one is used. */
  readonly mark: "*" | "_";
  /** Whether to escape everything doubtful and to leave out what cannot be expressed. */
  readonly escapesAll: boolean;
  /** Whether to keep only text and links. */
  readonly isFlat: boolean;
}

/** Tried in this order. */
const ways: readonly Way[] = [
  { mark: "*", escapesAll: false, isFlat: false },
  { mark: "_", escapesAll: false, isFlat: false },
  { mark: "*", escapesAll: true, isFlat: false },
  { mark: "*", escapesAll: true, isFlat: true },
];

/** A text of one line needs a leading newline to be taken as several. */
function ensureLines(text: string): string {
  return text.includes("\n") || text === "" ? text : `\n${text}`;
}

/** How often each element repeats its mark character. */
const emphasisLengths: Readonly<Record<string, number>> = { b: 2, strong: 2, i: 1, em: 1, strike: 3, s: 3, del: 3 };
const codeTags = new Set(["code", "tt", "kbd"]);
const webAddress = /^(?:(?:https?|ftp):)?\/\/./i;

/** The link whose text is being read. */
interface OpenLink {
  readonly href: string;
  readonly title: string | undefined;
  /** The index of its first piece. */
  readonly from: number;
  /** The text shown. */
  shown: string;
  isTag: boolean;
}

class MarkdownReader {
  readonly #origin: string | undefined;
  readonly #way: Way;
  readonly #pieces: MarkdownPiece[] = [];
  /** What to do when each open element ends, innermost last. */
  readonly #ends: (() => void)[] = [];
  readonly #emphases: string[] = [];
  /** Raw text not yet made a piece. */
  #raw = "";
  #link: OpenLink | null = null;
  #isInCode = false;
  #onebox: OpenOnebox | null = null;
  #hasBreak = false;

  constructor(origin: string | undefined, way: Way) {
    this.#origin = origin;
    this.#way = way;
  }

  /** Null when there are line breaks: then there can be no inline markup. */
  read(html: string): string | null {
    new Parser(this, { decodeEntities: false }).end(html);
    if (this.#hasBreak) return null;
    this.#flush();
    return joinPieces(this.#pieces, !this.#way.escapesAll).trim();
  }

  ontext(raw: string): void {
    if (this.#onebox === null) this.#raw += raw;
  }

  onopentag(name: string, attributes: Record<string, string>): void {
    const classes = classNames(attributes.class);
    if (this.#onebox) {
      this.#onebox.open(attributes);
    } else if (isOneboxClass(name, classes)) {
      this.#flush();
      this.#onebox = new OpenOnebox(classes);
    } else {
      this.#ends.push(this.#isInCode ? nothing : this.#begin(name, classes, attributes));
    }
  }

  onclosetag(): void {
    if (!this.#onebox) this.#ends.pop()?.();
    else if (this.#onebox.close()) this.#endOnebox(this.#onebox);
  }

  /** Starts an element and gives what to do at its end. */
  #begin(name: string, classes: readonly string[], attributes: Record<string, string>): () => void {
    if (this.#way.isFlat && (codeTags.has(name) || Object.hasOwn(emphasisLengths, name))) return nothing;
    if (Object.hasOwn(emphasisLengths, name)) return this.#beginEmphasis(emphasisLengths[name] ?? 0);
    if (name === "a" && this.#link === null && attributes.href !== undefined) {
      const isTag = classes.some((word) => word === "tag" || word === "post-tag");
      return this.#beginLink(attributes.href, attributes.title, isTag);
    }
    if (codeTags.has(name)) {
      this.#flush();
      this.#isInCode = true;
      return () => this.#endCode();
    }
    if (name === "br") this.#hasBreak = true;
    if (name === "span" && this.#link && classes.includes("ob-post-tag")) this.#link.isTag = true;
    if (name === "div" && classes.includes("quote") && this.#pieces.length === 0 && this.#raw.trim() === "") {
      this.#raw = "";
      this.#pieces.push({ kind: "text", text: "> " });
    }
    return nothing;
  }

  #beginEmphasis(length: number): () => void {
    this.#flush();
    const outer = this.#emphases.findLast((mark) => mark !== "---")?.[0];
    const character = outer === undefined ? this.#way.mark : outer === "*" ? "_" : "*";
    const mark = length === 3 ? "---" : character.repeat(length);
    const emphasis: Emphasis = { mark, isKept: !this.#emphases.includes(mark) && this.#emphases.length < 5 };
    this.#emphases.push(mark);
    this.#pieces.push({ kind: "open", emphasis });
    return () => {
      this.#flush();
      this.#emphases.pop();
      this.#pieces.push({ kind: "close", emphasis });
    };
  }

  #beginLink(href: string, title: string | undefined, isTag: boolean): () => void {
    this.#flush();
    const address = absoluteUrl(decodeHTMLAttribute(href), this.#origin);
    const hover = title === undefined ? undefined : decodeHTMLAttribute(title).replace(/["\n]/g, "'");
    const link: OpenLink = { href: address, title: hover, from: this.#pieces.length, shown: "", isTag };
    this.#link = link;
    return () => {
      this.#flush();
      const inner = this.#pieces.splice(link.from);
      this.#link = null;
      this.#pieces.push(...linkPieces(link, inner, !this.#way.escapesAll));
    };
  }

  #endCode(): void {
    const code = decodeText(this.#raw)
      .replace(/\s*\n\s*/g, " ")
      .trim();
    this.#raw = "";
    this.#isInCode = false;
    if (this.#link) this.#link.shown += code;
    if (code !== "") this.#pieces.push({ kind: "code", code });
  }

  #endOnebox({ address, isImage }: OpenOnebox): void {
    const url = absoluteUrl(decodeHTMLAttribute(address), this.#origin);
    this.#onebox = null;
    if (url !== "") this.#pieces.push({ kind: "text", text: isImage && !isPictureUrl(url) ? `!${url}` : url });
  }

  #flush(): void {
    if (this.#raw === "" || this.#isInCode) return;
    const raw = this.#raw.includes("\n") ? this.#raw.replace(/\s+/g, unbroken) : this.#raw;
    this.#raw = "";
    if (this.#link) this.#link.shown += decodeText(raw);
    this.#pieces.push({ kind: "text", text: this.#markdownText(raw) });
  }

  /** A numeric entity of a markup character is the trace of a backslash; the rest is escaped where needed. */
  #markdownText(raw: string): string {
    let text = "";
    raw.split(/(&#(?:4[012]|9[1356]);)/).forEach((part, index) => {
      if (index % 2 === 1) text += `\\${decodeText(part)}`;
      else if (this.#way.escapesAll) text += escapeText(decodeText(part), this.#link !== null);
      else text += decodeText(part);
    });
    return text;
  }
}

/** Writes a link that has been read whole. */
function linkPieces(link: OpenLink, inner: readonly MarkdownPiece[], keepsAll: boolean): readonly MarkdownPiece[] {
  const shown = link.shown.trim();
  if (link.isTag && shown !== "" && !/[\s[\]]/.test(shown)) {
    const isMeta = /\/\/(?:[^/]+\.)?meta\./.test(link.href);
    return [{ kind: "link", bare: null, written: `[${isMeta ? "meta-" : ""}tag:${shown}]` }];
  }
  if (!webAddress.test(link.href)) return inner;
  if (shown === "") return [{ kind: "link", bare: link.href, written: link.href }];
  const title = link.title === undefined || link.title === "" ? "" : ` "${link.title}"`;
  const text = joinPieces(inner, keepsAll).replace(/\\$/, "\\ ");
  const written = `[${text}](${escapeAddress(link.href)}${title})`;
  return [{ kind: "link", bare: isShownUrl(link.shown, link.href) ? link.href : null, written }];
}

function nothing(): void {}

function unbroken(space: string): string {
  return space.includes("\n") ? " " : space;
}
