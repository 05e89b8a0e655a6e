/**
 * Keeps credentials out of errors and log lines. A site, or a proxy in front of it, may echo a password, a cookie or an
 * fkey, plain or encoded.
 */
import { ChatError } from "../errors/index.js";

/** Hiding shorter values would mangle ordinary sentences. */
const MIN_LENGTH = 4;
/** The minimum length of a secret part of a cookie, and of a value cut off at the end of a text. */
const MIN_PART_LENGTH = 8;
/** How many values are remembered. Sites rotate their cookies all the time. */
const MAX_VALUES = 64;
/** How many layers of encoding are undone. */
const MAX_DECODINGS = 3;
/** How deep errors are searched: their contexts and causes. */
const MAX_DEPTH = 8;

const HIDDEN = "…";

export class Secrets {
  /** Each secret with the encodings it may appear in. */
  readonly #forms = new Map<string, readonly string[]>();

  /** Remembers a secret that was sent. */
  add(value: string | undefined): void {
    if (value === undefined || value.length < MIN_LENGTH || this.#forms.has(value)) return;
    this.#forms.set(value, encodingsOf(value));
    const [oldest] = this.#forms.keys();
    if (this.#forms.size > MAX_VALUES && oldest !== undefined) this.#forms.delete(oldest);
  }

  /** Remembers the values of a `Cookie` header. */
  addCookies(header: string): void {
    for (const pair of header.split("; ")) {
      const value = pair.slice(pair.indexOf("=") + 1);
      // Flags such as "1" or "true" are not secrets.
      if (value.length >= MIN_PART_LENGTH) this.add(value);
      for (const part of value.split(/[&=]/)) if (part.length >= MIN_PART_LENGTH) this.add(part);
    }
  }

  /** Replaces every secret in a text. */
  hide(text: string): string {
    const forms = [...this.#forms.values()].flat();
    let shown = text;
    for (const form of forms) {
      if (shown.includes(form)) shown = shown.replaceAll(form, HIDDEN);
      shown = hideCutOffValue(shown, form);
    }
    return ESCAPE_SIGNS.test(shown) ? hideEncoded(shown, forms) : shown;
  }

  /** Replaces the secrets in an error: its message, stack, context and causes. Returns the same error. */
  scrub<T>(error: T): T {
    try {
      if (this.#forms.size > 0) this.#scrub(error, MAX_DEPTH);
    } catch {
      // An object that cannot be read or changed, such as a proxy, is not one of ours.
    }
    return error;
  }

  #scrub(value: unknown, depth: number): void {
    if (depth === 0 || !(value instanceof Error || isPlain(value))) return;
    for (const key of Reflect.ownKeys(value)) {
      // Foreign getters are not called, except that of the stack, which the platform defines.
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

  /** Prepares a log detail: our own errors are scrubbed, a user's objects stay unchanged. */
  hideDetail(value: unknown): unknown {
    if (typeof value === "string") return this.hide(value);
    return value instanceof ChatError ? this.scrub(value) : value;
  }
}

function isPlain(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null || Array.isArray(value);
}

/** The value, decoded and in the encodings that depend on where they begin. */
function encodingsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const forms = new Set([value, decodeOnce(undecoded(value)).text, bytes.toString("hex")]);
  for (let offset = 0; offset < 3; offset++) {
    // The characters at both ends depend on the neighboring bytes.
    const text = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const stable = text.slice(Math.ceil((offset * 4) / 3), Math.floor(((offset + bytes.length) * 4) / 3));
    if (stable.length < MIN_PART_LENGTH) continue;
    forms.add(stable);
    forms.add(stable.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return [...forms].filter((form) => form.length >= MIN_LENGTH);
}

/** A decoded text, with the original offset of each of its characters. */
interface Decoded {
  readonly text: string;
  readonly starts: readonly number[];
}

function undecoded(text: string): Decoded {
  return { text, starts: Array.from({ length: text.length + 1 }, (_, at) => at) };
}

/** Replaces secrets that are encoded once or several times. */
function hideEncoded(text: string, forms: readonly string[]): string {
  const places: (readonly [start: number, end: number])[] = [];
  let level = undecoded(text);
  for (let depth = 0; depth < MAX_DECODINGS; depth++) {
    const next = decodeOnce(level);
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

/** Replaces the beginning of a secret at the end of a text that may have been truncated. */
function hideCutOffValue(text: string, form: string): string {
  if (form.length <= MIN_PART_LENGTH) return text;
  const start = Math.max(0, text.length - form.length);
  const at = text.slice(start).lastIndexOf(form.slice(0, MIN_PART_LENGTH));
  return at >= 0 && form.startsWith(text.slice(start + at)) ? text.slice(0, start + at) + HIDDEN : text;
}

/** Each match stands for one character. */
const ESCAPES =
  /%[0-7][0-9a-f]|%[c-f][0-9a-f](?:%[89ab][0-9a-f]){1,3}|&#x?[0-9a-f]{1,6};|&(?:amp|lt|gt|quot|apos);|\\u[0-9a-f]{4}|\\["'\\/]|\+/gi;

const NAMED_ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** Undoes one layer of URL, form, HTML or JSON encoding. */
function decodeOnce({ text, starts }: Decoded): Decoded {
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
  if (!name.startsWith("#")) return NAMED_ENTITIES[name] ?? code;
  const point = name.startsWith("#x") ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return Number.isInteger(point) && point <= 0x10_ffff ? String.fromCodePoint(point) : code;
}

/** A URL without query values and fragment, which may hold tokens, keys and email addresses. */
export function redactUrl(url: string): string {
  const parsed = URL.parse(url);
  if (!parsed) return "(not a URL)";
  const names = [...new Set(parsed.searchParams.keys())];
  const path = parsed.pathname.replace(/\/[0-9a-f]{32,}(?=\/|$)/gi, "/…");
  return `${parsed.origin}${path}${names.length > 0 ? `?${names.join("&")}` : ""}`;
}
