/**
 * Queries parsed pages: CSS selectors, text, attributes, source HTML. A missing required part becomes a ParseError that
 * names the page and the selector. Trees are never deep, so walks may recurse. Knows nothing of chat.
 */
import { compile } from "css-select";
import { ParseError } from "../../errors/index.js";
import type { DriftKind } from "../drift.js";
import { type PageDocument, type PageElement, type PageNode, type PageNote, type PageRoot, parseTree } from "./tree.js";

export type { PageDocument, PageElement, PageNode, PageNote } from "./tree.js";

/** The root of a search: a whole page, or one element. */
export type Scope = PageDocument | PageElement;

/**
 * Parses a page. Any input gives a document, however broken.
 * @throws {NOT_UNDERSTOOD} when elements nest deeper than in any real page
 */
export function parse(html: string, page: string): PageDocument {
  return parseTree(html, page);
}

/** Every element below `scope` that matches the selector, in document order. */
export function select(scope: Scope, selector: string): PageElement[] {
  const matches = matcherFor(selector);
  const found: PageElement[] = [];
  walk(rootOf(scope), (element) => {
    if (matches(element)) found.push(element);
    return true;
  });
  return found;
}

/** Like `select`, but does not search inside a match: nested cards count once, and the work stays linear. */
export function selectOutermost(scope: Scope, selector: string): PageElement[] {
  const matches = matcherFor(selector);
  const found: PageElement[] = [];
  walk(rootOf(scope), (element) => !matches(element) || found.push(element) === 0);
  return found;
}

/** The first element below `scope` that matches the selector, or null. */
export function selectFirst(scope: Scope, selector: string): PageElement | null {
  return find(rootOf(scope), matcherFor(selector));
}

/** Like `selectFirst`, for parts that every such page has: notes a drift if the part is missing. */
export function selectExpected(scope: Scope, selector: string): PageElement | null {
  return orNoteMissing(scope, selectFirst(scope, selector), selector);
}

/** Returns the value, or null after noting that `detail` is missing from the page. */
export function orNoteMissing<T>(scope: Scope, value: T | null | undefined, detail: string): T | null {
  if (value !== null && value !== undefined) return value;
  noteDrift(scope, "missing", detail);
  return null;
}

/** Notes that items are missing if there are none although `sign` matches a part of one. */
export function noteEmpty(scope: Scope, items: readonly unknown[], sign: string, detail: string): void {
  if (items.length === 0 && selectFirst(scope, sign) !== null) noteDrift(scope, "missing", detail);
}

/** Notes a drift on the page; `detail` is a selector or a word of the site. */
export function noteDrift(scope: Scope, what: DriftKind, detail: string): void {
  let top: PageElement = rootOf(scope);
  while (top.parent !== null) top = top.parent;
  if (isPageRoot(top)) top.notes.set(`${what} ${detail}`, { what, detail });
}

/** The drift that parsers noted on a page. */
export function notesOn(document: PageDocument): readonly PageNote[] {
  return [...document.root.notes.values()];
}

/**
 * The first element that matches the selector, which is required.
 * @throws {NOT_UNDERSTOOD} naming the page and the selector
 */
export function selectRequired(document: PageDocument, selector: string, scope: Scope = document): PageElement {
  const found = selectFirst(scope, selector);
  if (found === null) throw new ParseError(document.page, selector);
  return found;
}

/** The plain text of a node: entities decoded, white space (including no-break spaces) collapsed, trimmed. */
export function textOf(node: PageNode): string {
  if (typeof node === "string") return collapseSpace(node);
  const [only] = node.children;
  if (node.children.length === 1 && typeof only === "string") return collapseSpace(only);
  return collapseSpace(textInside(node, " "));
}

/** The exact text of an element, for scripts and preformatted text. */
export function rawText(element: PageElement): string {
  return textInside(element, "");
}

/** The value of an attribute, entities decoded, or null. */
export function attr(element: PageElement, name: string): string | null {
  const value = Object.hasOwn(element.attributes, name) ? element.attributes[name] : undefined;
  return value === undefined ? null : detach(value);
}

/** The source between start and end tag, byte for byte, trimmed. */
export function innerHtml(document: PageDocument, element: PageElement): string {
  return sourceBetween(document, element.innerStart, element.innerEnd);
}

/** A slice of the page's source, trimmed. */
export function sourceBetween(document: PageDocument, start: number, end: number): string {
  return detach(document.source.slice(start, end).trim());
}

/** Whether the element has the class. */
export function hasClass(element: PageElement, name: string): boolean {
  const classes = element.attributes.class;
  if (typeof classes !== "string") return false;
  let at = classes.indexOf(name);
  while (at !== -1) {
    const end = at + name.length;
    if ((at === 0 || isSpace(classes, at - 1)) && (end === classes.length || isSpace(classes, end))) return true;
    at = classes.indexOf(name, end);
  }
  return false;
}

/** The child elements of `element`. */
export function childElements(element: PageElement): PageElement[] {
  return element.children.filter((child) => typeof child !== "string");
}

/** Visits every element below `top` in document order. Skips the contents of an element if `visit` returns false. */
export function walk(top: PageElement, visit: (element: PageElement) => boolean): void {
  for (const child of top.children) if (typeof child !== "string" && visit(child)) walk(child, visit);
}

/** The first element below `top` that passes the test, in document order, or null. */
export function find(top: PageElement, test: (element: PageElement) => boolean): PageElement | null {
  for (const child of top.children) {
    if (typeof child === "string") continue;
    const found = test(child) ? child : find(child, test);
    if (found !== null) return found;
  }
  return null;
}

function textInside(top: PageElement, gap: string): string {
  let whole = "";
  for (const child of top.children) {
    if (typeof child === "string") whole += child;
    else whole += child.name === "br" ? gap : textInside(child, gap);
  }
  return whole;
}

function isPageRoot(element: PageElement): element is PageRoot {
  return "notes" in element;
}

function rootOf(scope: Scope): PageElement {
  return "root" in scope ? scope.root : scope;
}

/** Collapses layout white space, and trims. Other white space is user text: an ideographic space in a name stays. */
export function collapseSpace(raw: string): string {
  const words = raw.replace(/[\t-\r \u00a0]+/g, " ");
  const end = words.length - (words.endsWith(" ") ? 1 : 0);
  return detach(words.slice(words.startsWith(" ") ? 1 : 0, Math.max(end, 0)));
}

/** Copies a string, because engines keep a whole page alive for a slice of it. */
function detach(value: string): string {
  return value.length < 13 ? value : ` ${value}`.slice(1);
}

function isSpace(value: string, index: number): boolean {
  const code = value.charCodeAt(index);
  return code === 32 || (code >= 9 && code <= 13);
}

type Predicate = (node: PageNode) => boolean;

/** Compiled selectors. They are literals in our source, so the cache stays small and holds nothing of a page. */
const compiled = new Map<string, Predicate>();

function matcherFor(selector: string): Predicate {
  let found = compiled.get(selector);
  if (found === undefined) {
    found = compile<PageNode, PageElement>(selector, { adapter, cacheResults: false });
    compiled.set(selector, found);
  }
  return found;
}

const adapter = {
  isTag: (node: PageNode): node is PageElement => typeof node !== "string",
  getAttributeValue: (element: PageElement, name: string): string | undefined =>
    Object.hasOwn(element.attributes, name) ? element.attributes[name] : undefined,
  hasAttrib: (element: PageElement, name: string): boolean => Object.hasOwn(element.attributes, name),
  getName: (element: PageElement): string => element.name,
  getParent: (element: PageElement): PageNode | null => (element.parent?.parent === null ? null : element.parent),
  getChildren: (node: PageNode): PageNode[] => (typeof node === "string" ? [] : [...node.children]),
  getSiblings: (node: PageNode): PageNode[] => (typeof node === "string" ? [node] : [...(node.parent?.children ?? [])]),
  getText: (node: PageNode): string => (typeof node === "string" ? node : rawText(node)),
  removeSubsets: (list: PageNode[]): PageNode[] => list,
};
