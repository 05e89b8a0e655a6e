/**
 * Parses HTML into a small tree: elements with attributes, children and source offsets, and text as strings.
 * htmlparser2
 * does the tokenizing; our own tree costs a third and keeps source offsets. Rejects deep nesting, so that no later walk
 * can be slow or overflow the stack. Knows nothing of chat.
 */
import { type Handler, Parser } from "htmlparser2";
import { ParseError } from "../../errors/index.js";
import type { DriftKind } from "../drift.js";

/**
 * Real pages nest about 20 deep. The tokenizer scans all open elements at every stray close tag, so this bounds its
 * time.
 */
const MAX_DEPTH = 256;

/** A text (entities decoded) or an element. */
export type PageNode = PageElement | string;

/** An element of a page. */
export interface PageElement {
  /** Lower-case tag name. */
  readonly name: string;
  /** Attribute values, entities decoded. Read them only through `attr`. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly PageNode[];
  readonly parent: PageElement | null;
  /** Offset of the `<` of the start tag. */
  readonly start: number;
  /** Offset just after the start tag. */
  readonly innerStart: number;
  /** Offset of the end tag, or of whatever closed the element. */
  readonly innerEnd: number;
  /** Offset just after the end tag. */
  readonly end: number;
}

/** A drift noted on a page; the detail is a selector or a word of the site. */
export interface PageNote {
  readonly what: DriftKind;
  readonly detail: string;
}

/** The nameless root element of a page. */
export interface PageRoot extends PageElement {
  /** The drift noted on the page, deduplicated. */
  readonly notes: Map<string, PageNote>;
}

/** A parsed page. */
export interface PageDocument {
  /** The name of the page in error messages, such as `"room page"`. */
  readonly page: string;
  readonly source: string;
  readonly root: PageRoot;
  /** The first element with each id. */
  readonly ids: ReadonlyMap<string, PageElement>;
}

interface OpenElement extends PageElement {
  readonly children: PageNode[];
  readonly parent: OpenElement | null;
  innerEnd: number;
  end: number;
}

/**
 * Parses a page, however broken, in linear time.
 * @throws {NOT_UNDERSTOOD} when elements nest deeper than in any real page
 */
export function parseTree(html: string, page: string): PageDocument {
  const builder = new TreeBuilder(page);
  const parser = new Parser(builder);
  parser.end(html);
  builder.root.innerEnd = html.length;
  builder.root.end = html.length;
  return { page, source: html, root: builder.root, ids: builder.ids };
}

class TreeBuilder implements Partial<Handler> {
  readonly root: OpenElement & PageRoot = { ...element("", {}, null, 0, 0), notes: new Map() };
  readonly ids: Map<string, PageElement> = new Map();
  readonly #page: string;
  #parser: Pick<Parser, "startIndex" | "endIndex"> = { startIndex: 0, endIndex: 0 };
  #open: OpenElement = this.root;
  #depth = 0;

  constructor(page: string) {
    this.#page = page;
  }

  onparserinit(parser: Parser): void {
    this.#parser = parser;
  }

  onopentag(name: string, attributes: Record<string, string>): void {
    if (++this.#depth > MAX_DEPTH) throw new ParseError(this.#page, `elements nest more than ${MAX_DEPTH} deep`);
    const parser = this.#parser;
    const opened = element(name, attributes, this.#open, parser.startIndex, parser.endIndex + 1);
    this.#open.children.push(opened);
    this.#open = opened;
    const id = attributes.id;
    if (typeof id === "string" && !this.ids.has(id)) this.ids.set(id, opened);
  }

  onclosetag(_name: string, isImplied: boolean): void {
    const closed = this.#open;
    if (closed.parent === null) return;
    const { startIndex, endIndex } = this.#parser;
    closed.innerEnd = Math.max(closed.innerStart, startIndex);
    closed.end = Math.max(closed.innerEnd, isImplied ? startIndex : endIndex + 1);
    this.#open = closed.parent;
    this.#depth--;
  }

  ontext(text: string): void {
    const siblings = this.#open.children;
    const last = siblings.at(-1);
    if (typeof last === "string") siblings[siblings.length - 1] = last + text;
    else siblings.push(text);
  }
}

function element(
  name: string,
  attributes: Record<string, string>,
  parent: OpenElement | null,
  start: number,
  innerStart: number,
): OpenElement {
  return { name, attributes, children: [], parent, start, innerStart, innerEnd: innerStart, end: innerStart };
}
