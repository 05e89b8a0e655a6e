/**
 * Renders the inline markup of one line: code, emphasis, links, tags, bare URLs and backslash escapes (protocol.md
 * §7.1).
 * A single pass with bounded or memoized lookahead, so it is linear.
 */
import { isMark, type Piece, pairMarks } from "./emphasis.js";
import { escapeHtml, isBoundaryAfter, isBoundaryBefore, isEscapable, isVisible, numericEntity } from "./escape.js";
import { bareLink, matchBareUrl, readLinkTarget, textLink } from "./links.js";

/** The sites that `[tag:x]` and `[meta-tag:x]` link to. */
interface TagSites {
  /** The root URL of the site, such as `https://stackoverflow.com` or `//stackoverflow.com`. */
  readonly siteUrl: string;
  /** The root URL of its meta. */
  readonly metaUrl: string;
}

/** The longest link text considered, in characters; a whole single-line message has at most 500. */
const LINK_TEXT_LIMIT = 500;
/** The style attribute of every tag, as recorded. */
export const TAG_STYLE: string = "background-color:#E0EAF1;color:#3E6D8E;border-color:#3E6D8E;border-style:solid;";
const LONE_SURROGATE = /\p{Surrogate}/u;
const TAG = /\[(meta-)?tag:([^\s[\]<>"'`\\]{1,40})\]/y;

/** Renders one line of markdown to the HTML that the chat servers send. */
export function renderInline(source: string, sites: TagSites): string {
  return new InlineScanner(source, sites).render();
}

class InlineScanner {
  readonly #source: string;
  /** Null inside a link text, which cannot contain links. */
  readonly #sites: TagSites | null;
  readonly #pieces: Piece[] = [];
  readonly #fences: ReadonlyMap<number, number[]>;
  #at = 0;
  /** The start of the plain text not flushed yet. */
  #textFrom = 0;

  constructor(source: string, sites: TagSites | null) {
    this.#source = source;
    this.#sites = sites;
    this.#fences = closingFences(source);
  }

  render(): string {
    while (this.#at < this.#source.length) {
      if (!this.#step(this.#source[this.#at] ?? "")) this.#at += 1;
    }
    this.#flush(this.#at);
    return pairMarks(this.#pieces);
  }

  /** Parses the markup that starts here; false if it is plain text. */
  #step(character: string): boolean {
    switch (character) {
      case "\\":
        return this.#escape();
      case "`":
        return this.#code();
      case "*":
      case "_":
      case "-":
        return this.#mark(character);
      case "[":
        return this.#sites !== null && (this.#tag(this.#sites) || this.#link());
      case "h":
      case "H":
      case "f":
      case "F":
        return this.#sites !== null && this.#bareUrl();
      default:
        return false;
    }
  }

  #flush(end: number): void {
    if (end > this.#textFrom) this.#pieces.push(escapeHtml(this.#source.slice(this.#textFrom, end)));
  }

  #push(piece: Piece, end: number): true {
    this.#flush(this.#at);
    this.#pieces.push(piece);
    this.#at = end;
    this.#textFrom = end;
    return true;
  }

  /** Whether markup may start here: after a boundary, or right after an opening mark. */
  #mayBegin(): boolean {
    if (isBoundaryBefore(this.#source[this.#at - 1])) return true;
    const before = this.#textFrom === this.#at ? this.#pieces.at(-1) : undefined;
    return typeof before === "object" && before.canOpen;
  }

  #escape(): boolean {
    const next = this.#source[this.#at + 1];
    return next !== undefined && isEscapable(next) && this.#push(numericEntity(next), this.#at + 2);
  }

  #code(): boolean {
    const fence = runLength(this.#source, this.#at);
    const start = this.#at + fence;
    const closers = this.#fences.get(fence) ?? [];
    while ((closers.at(-1) ?? start) < start) closers.pop();
    const close = closers.at(-1);
    const inner = close === undefined || !this.#mayBegin() ? "" : this.#source.slice(start, close).trim();
    if (close === undefined || inner === "") {
      this.#at = start;
      return true;
    }
    return this.#push(`<code>${escapeHtml(inner).replaceAll("/", "&#47;")}</code>`, close + fence);
  }

  #mark(character: string): boolean {
    const end = this.#at + runLength(this.#source, this.#at);
    const run = character.repeat(end - this.#at);
    if (!isMark(run)) {
      this.#at = end;
      return true;
    }
    const before = this.#source[this.#at - 1];
    const after = this.#source[end];
    const piece: Piece = {
      mark: run,
      canOpen: isVisible(after) && this.#mayBegin(),
      freeBefore: isBoundaryBefore(before),
      freeAfter: isBoundaryAfter(after),
      inkBefore: isVisible(before),
    };
    return this.#push(piece, end);
  }

  #tag(sites: TagSites): boolean {
    TAG.lastIndex = this.#at;
    const match = TAG.exec(this.#source);
    const name = match?.[2];
    if (name === undefined || LONE_SURROGATE.test(name)) return false;
    const root = match?.[1] ? sites.metaUrl : sites.siteUrl;
    const href = `${escapeHtml(root)}/questions/tagged/${escapeHtml(encodeURIComponent(name))}`;
    const span = `<span class="ob-post-tag" style="${TAG_STYLE}">${escapeHtml(name)}</span>`;
    return this.#push(`<a href="${href}">${span}</a>`, TAG.lastIndex);
  }

  #link(): boolean {
    const textEnd = linkTextEnd(this.#source, this.#at + 1);
    if (textEnd === null || this.#source[textEnd + 1] !== "(") return false;
    const text = this.#source.slice(this.#at + 1, textEnd);
    const target = text.trim() === "" ? null : readLinkTarget(this.#source, textEnd + 2);
    if (target === null) return false;
    const inner = new InlineScanner(text, null).render();
    return this.#push(textLink(inner, target.url, target.title), target.end);
  }

  #bareUrl(): boolean {
    if (!this.#mayBegin()) return false;
    const url = matchBareUrl(this.#source, this.#at);
    return url !== null && this.#push(bareLink(url), this.#at + url.length);
  }
}

function runLength(source: string, start: number): number {
  let end = start + 1;
  while (source[end] === source[start]) end += 1;
  return end - start;
}

/** By length, the backtick runs that may close a code span (a boundary or an emphasis mark follows), last one first. */
function closingFences(source: string): Map<number, number[]> {
  const fences = new Map<number, number[]>();
  for (const match of source.matchAll(/`+/g)) {
    const length = match[0].length;
    const next = source[match.index + length];
    const isBeforeMark = next === "*" || next === "_" || source.startsWith("---", match.index + length);
    if (!isBoundaryAfter(next) && !isBeforeMark) continue;
    const starts = fences.get(length);
    if (starts) starts.push(match.index);
    else fences.set(length, [match.index]);
  }
  for (const starts of fences.values()) starts.reverse();
  return fences;
}

/** The end of the link text that starts here: the next `]` outside code and escapes, with no `[` before it. */
function linkTextEnd(source: string, start: number): number | null {
  const limit = Math.min(source.length, start + LINK_TEXT_LIMIT);
  for (let at = start; at < limit; at += 1) {
    const character = source[at];
    if (character === "\\" && isEscapable(source[at + 1])) at += 1;
    else if (character === "`") at = skipCode(source, at, start, limit) - 1;
    else if (character === "]") return at;
    else if (character === "[") return null;
  }
  return null;
}

function skipCode(source: string, at: number, start: number, limit: number): number {
  const length = runLength(source, at);
  const after = at + length;
  if (at !== start && !isBoundaryBefore(source[at - 1])) return after;
  for (let close = source.indexOf("`", after); close >= 0 && close < limit; ) {
    const run = runLength(source, close);
    const next = source[close + run];
    if (run === length && (isBoundaryAfter(next) || next === "]")) return close + run;
    close = source.indexOf("`", close + run);
  }
  return after;
}
