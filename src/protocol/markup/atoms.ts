/**
 * Splits the source of a message into its smallest parts by aligning it with the rendered HTML, so that the renderer
 * alone
 * decides what is markup. Every character of the source is in exactly one atom.
 */
import { decodeText } from "./escape.js";
import { readLinkTarget } from "./links.js";

/** A part of the source with one meaning. A `text` has no white space; `open` and `close` are emphasis marks. */
export interface Atom {
  readonly kind: "text" | "space" | "escape" | "url" | "link" | "tag" | "code" | "open" | "close";
  readonly source: string;
  /** The content of a code span; "" for other kinds. */
  readonly code: string;
}

/** Splits a source into atoms; `html` is its rendering, without the block around several lines. */
export function readAtoms(source: string, html: string): readonly Atom[] {
  const reader = new AtomReader(source, 0);
  reader.read(html);
  return reader.atoms;
}

/**
 * Every visible character of some HTML, each with its enclosing elements. White space and U+2060 are left out. Two
 * sources
 * that give the same list look the same.
 */
export function visibleCharacters(html: string): readonly string[] {
  const shown: string[] = [];
  let open: readonly string[] = [];
  let style = "";
  for (const [token, isEnd, name, attributes] of html.matchAll(/<(\/?)([a-z]+)([^>]*)>|&#?\w+;|[^<&]+|[<&]/g)) {
    if (name === undefined) {
      for (const character of decodeText(token).replace(/[\s\u2060]/g, "")) shown.push(character + style);
      continue;
    }
    if (name === "br" || name === "img") continue;
    const address = /href="([^"]*)"/.exec(attributes ?? "")?.[1];
    open = isEnd ? open.slice(0, -1) : [...open, address === undefined ? name : `a ${address}`];
    style = [...new Set(open.filter((each) => each !== "span" && each !== "div"))].sort().join(" ");
  }
  return shown;
}

/** White space where a cut may go, or a word. A no-break space holds its words together. */
const SPACE_OR_WORD = /([^\S\u00a0\u2007\u202f\ufeff]+)|(?:\S|[\u00a0\u2007\u202f\ufeff])+/g;
/** The entities that a backslash escape renders to. */
const ESCAPED_ENTITY = /^#(?:4[012]|9[1356])$/;

class AtomReader {
  readonly atoms: Atom[] = [];
  readonly #source: string;
  /** The offset up to which the source has been read. */
  at: number;

  constructor(source: string, start: number) {
    this.#source = source;
    this.at = start;
  }

  /** Reads the part of the source that this HTML renders. */
  read(html: string): void {
    const token = /<(\/?)([a-z]+)([^>]*)>|&(#?\w+);|[^<&]+/g;
    for (let match = token.exec(html); match; match = token.exec(html)) {
      const [all, isEnd, name, attributes, entity] = match;
      if (name === "code" || name === "a") {
        const inner = html.slice(token.lastIndex, html.indexOf(`</${name}>`, token.lastIndex));
        token.lastIndex += inner.length + name.length + 3;
        if (name === "code") this.#code(decodeText(inner));
        else this.#link(inner, attributes ?? "");
      } else if (name !== undefined) {
        if (this.#mark(isEnd === "/")) token.lastIndex += isEnd ? 4 : 3;
      } else if (entity !== undefined && ESCAPED_ENTITY.test(entity)) this.#push("escape", this.at + 2);
      else this.#text(entity === undefined ? all.length : 1);
    }
  }

  #push(kind: Atom["kind"], end: number, code = ""): void {
    this.atoms.push({ kind, source: this.#source.slice(this.at, end), code });
    this.at = end;
  }

  #text(length: number): void {
    for (const [word, space] of this.#source.slice(this.at, this.at + length).matchAll(SPACE_OR_WORD)) {
      const kind = space === undefined && /\S/.test(word) ? "text" : "space";
      const end = this.at + word.length;
      const previous = this.atoms.at(-1);
      if (previous?.kind === kind) {
        this.atoms.pop();
        this.at -= previous.source.length;
      }
      this.#push(kind, end);
    }
  }

  /** Reads a mark; true for `***`, which renders as two elements. */
  #mark(isEnd: boolean): boolean {
    const run = /(.)\1*/y;
    run.lastIndex = this.at;
    const mark = run.exec(this.#source)?.[0] ?? "";
    this.#push(isEnd ? "close" : "open", this.at + mark.length);
    return mark.length === 3 && !mark.startsWith("-");
  }

  #code(shown: string): void {
    const start = /(`*)\s*/y;
    start.lastIndex = this.at;
    const fence = start.exec(this.#source)?.[1] ?? "";
    const end = /\s*/y;
    end.lastIndex = start.lastIndex + shown.length;
    end.exec(this.#source);
    this.#push("code", end.lastIndex + fence.length, shown);
  }

  #link(inner: string, attributes: string): void {
    if (this.#source[this.at] !== "[") {
      const address = decodeText(/href="([^"]*)"/.exec(attributes)?.[1] ?? "");
      this.#push("url", this.at + address.length);
    } else if (inner.includes("<span ")) {
      this.#push("tag", this.#source.indexOf("]", this.at) + 1);
    } else {
      const text = new AtomReader(this.#source, this.at + 1);
      text.read(inner);
      this.#push("link", readLinkTarget(this.#source, text.at + 2)?.end ?? this.#source.length);
    }
  }
}
