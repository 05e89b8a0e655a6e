/**
 * Keeps what a client sends in confidence out of everything that is shown. A site, or a proxy before it, may echo a
 * password, a cookie or an fkey, as it came or encoded: no failure and no log line repeats it.
 */
import { ChatError } from "../errors/index.js";

/** Shorter values would hide half of every sentence. */
const SHORTEST = 4;
/** A part of a cookie counts from this length on, and so does the beginning of a value at the end of a text. */
const SHORTEST_PART = 8;
/** The values remembered: sites replace their cookies again and again. */
const MOST_VALUES = 64;
/** How often a value may be encoded over and over. */
const LEVELS = 3;
/** How deep failures are looked through: their context and their causes. */
const DEPTH = 8;

const HIDDEN = "…";

export class Secrets {
  /** Each value with the forms it may be shown in. */
  readonly #forms = new Map<string, readonly string[]>();

  /** Remembers a value that was sent. */
  add(value: string | undefined): void {
    if (value === undefined || value.length < SHORTEST || this.#forms.has(value)) return;
    this.#forms.set(value, formsOf(value));
    const [oldest] = this.#forms.keys();
    if (this.#forms.size > MOST_VALUES && oldest !== undefined) this.#forms.delete(oldest);
  }

  /** Remembers the values of a `Cookie` header. */
  addCookies(header: string): void {
    for (const pair of header.split("; ")) {
      const value = pair.slice(pair.indexOf("=") + 1);
      // Flags, such as "1" or "true", are no secrets.
      if (value.length >= SHORTEST_PART) this.add(value);
      for (const part of value.split(/[&=]/)) if (part.length >= SHORTEST_PART) this.add(part);
    }
  }

  /** A text without the values. */
  hide(text: string): string {
    const forms = [...this.#forms.values()].flat();
    let shown = text;
    for (const form of forms) {
      if (shown.includes(form)) shown = shown.replaceAll(form, HIDDEN);
      shown = withoutBeginning(shown, form);
    }
    return ESCAPE_SIGNS.test(shown) ? withoutEncoded(shown, forms) : shown;
  }

  /** Takes the values out of a failure: its message, stack, context and causes. Returns the same failure. */
  scrub<T>(error: T): T {
    try {
      if (this.#forms.size > 0) this.#scrub(error, DEPTH);
    } catch {
      // An object that cannot be read or changed, such as a proxy: none of ours.
    }
    return error;
  }

  #scrub(value: unknown, depth: number): void {
    if (depth === 0 || !(value instanceof Error || isPlain(value))) return;
    for (const key of Reflect.ownKeys(value)) {
      // Getters of others are none of our business; that of the stack is the platform's.
      if (key !== "stack" && !Object.hasOwn(Object.getOwnPropertyDescriptor(value, key) ?? {}, "value")) continue;
      const inner: unknown = Reflect.get(value, key);
      if (typeof inner !== "string") {
        this.#scrub(inner, depth - 1);
        continue;
      }
      const shown = this.hide(inner);
      if (shown !== inner) Reflect.set(value, key, shown);
    }
  }

  /** Log details: our own failures without the values; what is the user's stays as it is. */
  detail(value: unknown): unknown {
    if (typeof value === "string") return this.hide(value);
    return value instanceof ChatError ? this.scrub(value) : value;
  }
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}

/** The value, decoded and in the encodings that cannot be decoded without knowing where they begin. */
function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const forms = new Set([value, decoded(asIs(value)).text, bytes.toString("hex")]);
  for (let offset = 0; offset < 3; offset++) {
    // The characters at the ends depend on the neighbors.
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const stable = text.slice(Math.ceil((offset * 4) / 3), Math.floor(((offset + bytes.length) * 4) / 3));
    if (stable.length < SHORTEST_PART) continue;
    forms.add(stable);
    forms.add(stable.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return [...forms].filter((form) => form.length >= SHORTEST);
}

/** A text that was decoded, and for each of its characters where that began in the original. */
interface Decoded {
  readonly text: string;
  readonly starts: readonly number[];
}

function asIs(text: string): Decoded {
  return { text, starts: Array.from({ length: text.length + 1 }, (_, at) => at) };
}

/** The text without values that are encoded there, once or several times over. */
function withoutEncoded(text: string, forms: readonly string[]): string {
  const places: (readonly [start: number, end: number])[] = [];
  let level = asIs(text);
  for (let depth = 0; depth < LEVELS; depth++) {
    const next = decoded(level);
    if (next.text === level.text) break;
    level = next;
    for (const form of forms) {
      for (let at = level.text.indexOf(form); at >= 0; at = level.text.indexOf(form, at + form.length)) {
        places.push([level.starts[at] ?? 0, level.starts[at + form.length] ?? text.length]);
      }
    }
  }
  let shown = "";
  let last = 0;
  for (const [start, end] of places.sort(([a], [b]) => a - b)) {
    if (start >= last) shown += text.slice(last, start) + HIDDEN;
    last = Math.max(last, end);
  }
  return shown + text.slice(last);
}

const ESCAPE_SIGNS = /[%&\\+]/;

/** The text without the beginning of a value at its end: it may have been cut there. */
function withoutBeginning(text: string, form: string): string {
  if (form.length <= SHORTEST_PART) return text;
  const start = Math.max(0, text.length - form.length);
  const at = text.slice(start).lastIndexOf(form.slice(0, SHORTEST_PART));
  return at >= 0 && form.startsWith(text.slice(start + at)) ? text.slice(0, start + at) + HIDDEN : text;
}

/** Each stands for one character. */
const ESCAPES =
  /%[0-7][0-9a-f]|%[c-f][0-9a-f](?:%[89ab][0-9a-f]){1,3}|&#x?[0-9a-f]{1,6};|&(?:amp|lt|gt|quot|apos);|\\u[0-9a-f]{4}|\\["'\\/]|\+/gi;

const named: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Decodes what URLs, forms, HTML and JSON encode, once. */
function decoded({ text, starts }: Decoded): Decoded {
  let plain = "";
  const at: number[] = [];
  let last = 0;
  const copy = (end: number): void => {
    plain += text.slice(last, end);
    for (let index = last; index < end; index++) at.push(starts[index] ?? 0);
  };
  for (const match of text.matchAll(ESCAPES)) {
    copy(match.index);
    const [code] = match;
    const value = characterOf(code);
    plain += value;
    for (let unit = 0; unit < value.length; unit++) at.push(starts[match.index] ?? 0);
    last = match.index + code.length;
  }
  copy(text.length);
  at.push(starts[text.length] ?? 0);
  return { text: plain, starts: at };
}

function characterOf(code: string): string {
  if (code === "+") return " ";
  if (code.startsWith("%")) return Buffer.from(code.replaceAll("%", ""), "hex").toString("utf8");
  if (code.startsWith("\\u")) return String.fromCharCode(Number.parseInt(code.slice(2), 16));
  if (code.startsWith("\\")) return code.slice(1);
  const name = code.slice(1, -1).toLowerCase();
  if (!name.startsWith("#")) return named[name] ?? code;
  const point = name.startsWith("#x") ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return Number.isInteger(point) && point <= 0x10_ffff ? String.fromCodePoint(point) : code;
}
