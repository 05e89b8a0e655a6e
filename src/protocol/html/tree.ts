/**
 * HTML string to a small tree: elements with attributes, children and their places in the source; text as strings.
 * htmlparser2 tokenises; the tree is our own because it is a third of the cost and can keep source offsets.
 * Refuses deep nesting, so that no later walk can be made slow or overflow. Knows nothing of chat.
 */
import { type Handler, Parser } from "htmlparser2";
import { ParseError } from "../../errors/index.js";
import type { DriftKind } from "../drift.js";

/** Real pages nest about 20 deep. The tokenizer scans the open elements at every stray close tag, so this bounds time. */
const MAX_DEPTH = 256;

/** A piece of text (entities decoded) or an element. */
export type PageNode = PageElement | string;

/** An element of a page. */
export interface PageElement {
  /** Lower-case tag name. */
  readonly name: string;
  /** Attribute values, entities decoded. Look up only through `attr`. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly PageNode[];
  readonly parent: PageElement | null;
  /** Offset of `<` of the start tag. */
  readonly start: number;
  /** Offset just after the start tag. */
  readonly innerStart: number;
  /** Offset of the end tag, or of whatever closed the element. */
  readonly innerEnd: number;
  /** Offset just after the end tag. */
  readonly end: number;
}

/** A thing that a reader missed in a page or did not know; the detail is a selector or a word of the site. */
export interface PageNote {
  readonly what: DriftKind;
  readonly detail: string;
}

/** The nameless element around a whole page. */
export interface PageRoot extends PageElement {
  /** The drift that the readers of the page noted, each once. */
  readonly notes: Map<string, PageNote>;
}

/** A parsed page, with what is needed to name it in errors and to cut pieces out of it. */
export interface PageDocument {
  /** What to call it in an error, such as `"room page"`. */
  readonly page: string;
  readonly source: string;
  readonly root: PageRoot;
  /** The first element of each id. */
  readonly ids: ReadonlyMap<string, PageElement>;
}

interface OpenElement extends PageElement {
  readonly children: PageNode[];
  readonly parent: OpenElement | null;
  innerEnd: number;
  end: number;
}

/**
 * Parses a page of any quality in linear time.
 * @throws {NOT_UNDERSTOOD} when elements nest deeper than any real page.
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
