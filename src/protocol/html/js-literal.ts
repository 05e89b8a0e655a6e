/**
 * Reads data from the inline scripts of chat pages: JavaScript literals and the arguments of a known call. It evaluates
 * nothing: reading stops at anything but a literal. Linear; also reads JSON.
 */

/** The value of a literal; objects become maps. */
export type JsValue = string | number | boolean | null | JsValue[] | Map<string, JsValue>;

const MAX_DEPTH = 64;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", f: "\f", v: "\v", "0": "\0" };

/** Reads a source that is a single literal; undefined if it is not. */
export function readLiteral(source: string): JsValue | undefined {
  const reader = new LiteralReader(source, 0);
  const value = reader.value(0);
  return value !== undefined && reader.atEnd() ? value : undefined;
}

/**
 * Reads the arguments of the first call of `name` in a script, up to the first one that is not a literal. Null if there
 * is no such call.
 */
export function readCall(script: string, name: string): JsValue[] | null {
  const at = script.indexOf(`${name}(`);
  if (at === -1) return null;
  return new LiteralReader(script, at + name.length + 1).list(")", 0).values;
}

class LiteralReader {
  readonly #source: string;
  #at: number;

  constructor(source: string, at: number) {
    this.#source = source;
    this.#at = at;
  }

  value(depth: number): JsValue | undefined {
    this.#skipBlank();
    const char = this.#source[this.#at];
    if (char === undefined || depth > MAX_DEPTH) return undefined;
    if (char === '"' || char === "'") return this.#string(char);
    if (char === "{") return this.#object(depth);
    if (char === "[") return this.#array(depth);
    if (char === "(") return this.#parenthesized(depth);
    return this.#word();
  }

  /** Reads comma-separated values up to `close`; empty places are skipped. */
  list(close: string, depth: number): { values: JsValue[]; complete: boolean } {
    const values: JsValue[] = [];
    for (;;) {
      this.#skipBlank();
      if (this.#take(close)) return { values, complete: true };
      if (this.#take(",")) continue;
      const value = this.value(depth);
      if (value === undefined) return { values, complete: false };
      values.push(value);
    }
  }

  atEnd(): boolean {
    this.#skipBlank();
    return this.#at >= this.#source.length;
  }

  #array(depth: number): JsValue[] | undefined {
    this.#at++;
    const { values, complete } = this.list("]", depth + 1);
    return complete ? values : undefined;
  }

  #parenthesized(depth: number): JsValue | undefined {
    this.#at++;
    const value = this.value(depth + 1);
    this.#skipBlank();
    return this.#take(")") ? value : undefined;
  }

  #object(depth: number): Map<string, JsValue> | undefined {
    this.#at++;
    const object = new Map<string, JsValue>();
    for (;;) {
      this.#skipBlank();
      if (this.#take("}")) return object;
      if (this.#take(",")) continue;
      const key = this.#key();
      this.#skipBlank();
      if (key === undefined || !this.#take(":")) return undefined;
      const value = this.value(depth + 1);
      if (value === undefined) return undefined;
      object.set(key, value);
    }
  }

  #key(): string | undefined {
    const char = this.#source[this.#at];
    if (char === '"' || char === "'") return this.#string(char);
    return this.#match(/[\w$]+/y);
  }

  #word(): JsValue | undefined {
    const word = this.#match(/-?\d[\w.+]*|[A-Za-z_$][\w$.]*/y);
    if (word === undefined) return undefined;
    if (word === "true" || word === "false") return word === "true";
    if (word === "null" || word === "undefined") return null;
    const number = Number(word);
    return Number.isFinite(number) ? number : undefined;
  }

  #string(quote: string): string | undefined {
    const source = this.#source;
    let start = this.#at + 1;
    let whole = "";
    for (let i = start; i < source.length; i++) {
      const char = source[i];
      if (char === quote) {
        this.#at = i + 1;
        return whole + source.slice(start, i);
      }
      if (char === "\n") return undefined;
      if (char !== "\\") continue;
      const escaped = readEscape(source, i + 1);
      whole += source.slice(start, i) + escaped.value;
      start = escaped.end;
      i = escaped.end - 1;
    }
    return undefined;
  }

  #skipBlank(): void {
    while (this.#match(/\s+|\/\/[^\n]*/y) !== undefined || this.#skipComment());
  }

  #skipComment(): boolean {
    if (!this.#source.startsWith("/*", this.#at)) return false;
    const end = this.#source.indexOf("*/", this.#at + 2);
    this.#at = end === -1 ? this.#source.length : end + 2;
    return true;
  }

  #take(char: string): boolean {
    if (this.#source[this.#at] !== char) return false;
    this.#at++;
    return true;
  }

  #match(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.#at;
    const [found] = sticky.exec(this.#source) ?? [];
    if (found === undefined) return undefined;
    this.#at += found.length;
    return found;
  }
}

function readEscape(source: string, at: number): { value: string; end: number } {
  const char = source[at] ?? "";
  const digits = char === "u" ? 4 : char === "x" ? 2 : 0;
  if (digits > 0) {
    const hex = source.slice(at + 1, at + 1 + digits);
    if (hex.length === digits && /^[\da-f]+$/i.test(hex)) {
      return { value: String.fromCharCode(Number.parseInt(hex, 16)), end: at + 1 + digits };
    }
  }
  return { value: ESCAPES[char] ?? char, end: at + 1 };
}
