/**
 * Converts message HTML back to markdown that renders the same. The first attempt uses no more escapes than the HTML
 * shows.
 * If it does not render to the same HTML, everything doubtful is escaped, and what the dialect cannot express is
 * dropped.
 */
import { decodeHTMLAttribute } from "entities";
import { Parser } from "htmlparser2";
import { commentAddress, isFixedFont, isMultiline, withoutOwnMentions } from "./describe.js";
import { decodeText } from "./escape.js";
import { joinSourceLines } from "./lines.js";
import { isShownUrl, resolveUrl } from "./links.js";
import { joinLongWordsIn } from "./long-words.js";
import { type Emphasis, escapeAddress, escapeText, joinPieces, type MarkdownPiece } from "./markdown-pieces.js";
import { MessageReader } from "./message-reader.js";
import { isPictureUrl } from "./onebox.js";
import type { OpenOnebox } from "./open-onebox.js";
import { type RenderContext, renderMarkdown } from "./render.js";
import { htmlToText, type ReadContext, readText } from "./to-text.js";

/** Options of {@link htmlToMarkdown}. */
export interface MarkdownContext extends ReadContext {
  /** How the server renders, to find out which escapes are needed. */
  readonly render?: RenderContext;
}

/** Converts message HTML to markdown. Prefer the server's source, which also has the rest of a `partial` message. */
export function htmlToMarkdown(html: string, context: MarkdownContext = {}): string {
  const trimmed = joinLongWordsIn(html).trim();
  if (isFixedFont(trimmed)) return readText(trimmed, context, true).replace(/^(?=[^\n])/gm, "    ");
  if (isMultiline(trimmed)) return ensureLines(readText(trimmed, context, true));
  const comment = commentAddress(trimmed);
  if (comment !== null) return resolveUrl(decodeHTMLAttribute(comment), context.origin);
  const wanted = withoutOwnMentions(trimmed);
  for (const way of STYLES) {
    const markdown = new MarkdownReader(context.origin, way).read(trimmed);
    if (markdown === null) return ensureLines(readText(trimmed, context, true));
    const shown = renderMarkdown(markdown, context.render);
    if (way.isFlat || shown === wanted || (way.escapesAll && htmlToText(shown) === htmlToText(trimmed)))
      return markdown;
  }
  return "";
}

/** One way to write markdown. */
interface MarkdownStyle {
  /** The character of the outermost emphasis; nested emphasis uses the other one. */
  readonly mark: "*" | "_";
  /** Whether to escape everything doubtful and to drop what cannot be expressed. */
  readonly escapesAll: boolean;
  /** Whether to keep only text and links. */
  readonly isFlat: boolean;
}

/** Tried in this order. */
const STYLES: readonly MarkdownStyle[] = [
  { mark: "*", escapesAll: false, isFlat: false },
  { mark: "_", escapesAll: false, isFlat: false },
  { mark: "*", escapesAll: true, isFlat: false },
  { mark: "*", escapesAll: true, isFlat: true },
];

/** Makes a single line count as several by a leading newline. */
function ensureLines(text: string): string {
  return text.includes("\n") || text === "" ? text : `\n${text}`;
}

/** How often each element repeats its mark character. */
const EMPHASIS_LENGTHS: Readonly<Record<string, number>> = { b: 2, strong: 2, i: 1, em: 1, strike: 3, s: 3, del: 3 };
const CODE_TAGS = new Set(["code", "tt", "kbd"]);
const WEB_ADDRESS = /^(?:(?:https?|ftp):)?\/\/./i;

/** The link whose text is being read. */
interface OpenLink {
  readonly href: string;
  readonly title: string | undefined;
  /** The index of its first piece. */
  readonly from: number;
  /** The visible text. */
  shown: string;
  isTag: boolean;
}

class MarkdownReader extends MessageReader {
  readonly #origin: string | undefined;
  readonly #way: MarkdownStyle;
  readonly #pieces: MarkdownPiece[] = [];
  /** The callbacks for the ends of open elements, innermost last. */
  readonly #ends: (() => void)[] = [];
  readonly #emphases: string[] = [];
  /** Raw text not flushed into a piece yet. */
  #raw = "";
  #link: OpenLink | null = null;
  #isInCode = false;
  #hasBreak = false;

  constructor(origin: string | undefined, way: MarkdownStyle) {
    super();
    this.#origin = origin;
    this.#way = way;
  }

  /** Returns null if there are line breaks, which rule out inline markup. */
  read(html: string): string | null {
    new Parser(this, { decodeEntities: false }).end(html);
    if (this.#hasBreak) return null;
    this.#flush();
    return joinPieces(this.#pieces, !this.#way.escapesAll).trim();
  }

  protected override readText(raw: string): void {
    this.#raw += raw;
  }

  protected override openElement(
    name: string,
    classes: readonly string[],
    attributes: Readonly<Record<string, string>>,
  ): void {
    this.#ends.push(this.#isInCode ? nothing : this.#begin(name, classes, attributes));
  }

  protected override closeElement(): void {
    this.#ends.pop()?.();
  }

  /** Starts an element and returns the callback for its end. */
  #begin(name: string, classes: readonly string[], attributes: Readonly<Record<string, string>>): () => void {
    if (this.#way.isFlat && (CODE_TAGS.has(name) || Object.hasOwn(EMPHASIS_LENGTHS, name))) return nothing;
    if (Object.hasOwn(EMPHASIS_LENGTHS, name)) return this.#beginEmphasis(EMPHASIS_LENGTHS[name] ?? 0);
    if (name === "a" && this.#link === null && attributes.href !== undefined) {
      const isTag = classes.some((word) => word === "tag" || word === "post-tag");
      return this.#beginLink(attributes.href, attributes.title, isTag);
    }
    if (CODE_TAGS.has(name)) {
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
    const address = resolveUrl(decodeHTMLAttribute(href), this.#origin);
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

  protected override readOnebox({ address, isImage }: OpenOnebox): void {
    const url = resolveUrl(decodeHTMLAttribute(address), this.#origin);
    this.#flush();
    if (url !== "") this.#pieces.push({ kind: "text", text: isImage && !isPictureUrl(url) ? `!${url}` : url });
  }

  #flush(): void {
    if (this.#raw === "" || this.#isInCode) return;
    const raw = joinSourceLines(this.#raw);
    this.#raw = "";
    if (this.#link) this.#link.shown += decodeText(raw);
    this.#pieces.push({ kind: "text", text: this.#markdownText(raw) });
  }

  /** Numeric entities of markup characters come from backslashes; other text is escaped as needed. */
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

/** Writes a complete link. */
function linkPieces(link: OpenLink, inner: readonly MarkdownPiece[], keepsAll: boolean): readonly MarkdownPiece[] {
  const shown = link.shown.trim();
  if (link.isTag && shown !== "" && !/[\s[\]]/.test(shown)) {
    const isMeta = /\/\/(?:[^/]+\.)?meta\./.test(link.href);
    return [{ kind: "link", bare: null, written: `[${isMeta ? "meta-" : ""}tag:${shown}]` }];
  }
  if (!WEB_ADDRESS.test(link.href)) return inner;
  if (shown === "") return [{ kind: "link", bare: link.href, written: link.href }];
  const title = link.title === undefined || link.title === "" ? "" : ` "${link.title}"`;
  const text = joinPieces(inner, keepsAll).replace(/\\$/, "\\ ");
  const written = `[${text}](${escapeAddress(link.href)}${title})`;
  return [{ kind: "link", bare: isShownUrl(link.shown, link.href) ? link.href : null, written }];
}

function nothing(): void {}
