/**
 * The smallest parts of a message's source, found by laying the rendered HTML beside it: so the renderer alone decides
 * what is markup. Every character of the source is in exactly one atom.
 */
import { decodeText } from "./escape.js";
import { readLinkTarget } from "./links.js";

/** A part of the source that means one thing. A `text` has no white space in it; `open` and `close` are marks of emphasis. */
export interface Atom {
  readonly kind: "text" | "space" | "escape" | "url" | "link" | "tag" | "code" | "open" | "close";
  readonly source: string;
  /** What a code span shows; "" for all else. */
  readonly code: string;
}

/** Cuts a source into atoms; `html` is what the renderer makes of it, without the block around several lines. */
export function readAtoms(source: string, html: string): readonly Atom[] {
  const reader = new AtomReader(source, 0);
  reader.read(html);
  return reader.atoms;
}

/**
 * Every visible character of some HTML, each with the elements it is in. White space and U+2060 are left out. Two
 * sources that give the same list look the same.
 */
export function readShown(html: string): readonly string[] {
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

/** White space that a cut may fall on, or else a word: a no-break space holds its words together. */
const spaceOrWord = /([^\S\u00a0\u2007\u202f\ufeff]+)|(?:\S|[\u00a0\u2007\u202f\ufeff])+/g;
/** The entities that are the trace of a backslash. */
const escapeTrace = /^#(?:4[012]|9[1356])$/;

class AtomReader {
  readonly atoms: Atom[] = [];
  readonly #source: string;
  /** Where the source not yet read begins. */
  at: number;

  constructor(source: string, start: number) {
    this.#source = source;
    this.at = start;
  }

  /** Reads as much of the source as this HTML shows. */
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
      } else if (entity !== undefined && escapeTrace.test(entity)) this.#push("escape", this.at + 2);
      else this.#text(entity === undefined ? all.length : 1);
    }
  }

  #push(kind: Atom["kind"], end: number, code = ""): void {
    this.atoms.push({ kind, source: this.#source.slice(this.at, end), code });
    this.at = end;
  }

  #text(length: number): void {
    for (const [word, space] of this.#source.slice(this.at, this.at + length).matchAll(spaceOrWord)) {
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

  /** Reads a mark; true for `***`, which is two elements. */
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
