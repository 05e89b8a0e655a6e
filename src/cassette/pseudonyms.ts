/**
 * The pseudonyms of one cassette. Words, digits and secrets are replaced by a keyed hash whose key is discarded: a
 * value
 * always gets the same pseudonym, and no dictionary can reverse it. User ids map to unique ids with as many digits.
 */
import { createHmac } from "node:crypto";
import { substituteFor, WORDS_AND_SYMBOLS } from "./letters.js";
import { isSiteWord } from "./vocabulary.js";

/** The kinds of replaced values, as counted in the summary. */
export type ReplacedKind = "name" | "text" | "user id" | "number" | "fkey or token" | "cookie" | "password" | "address";

/** How many distinct values of each kind were replaced. */
export type ReplacedCounts = Readonly<Partial<Record<ReplacedKind, number>>>;

/** How many words are cached, so that a page is not hashed word by word each time. */
const MAX_WORDS = 20_000;
/** The most distinct values counted per kind. */
const MAX_COUNTED = 100_000;
/** How often an unsuitable pseudonym is drawn again. */
const MAX_ATTEMPTS = 16;

/** Replaces values for the scrubber. */
export interface Pseudonyms {
  /** Replaces every word, number and symbol of a text; the length stays the same. */
  text(value: string, kind: ReplacedKind): string;
  /** Replaces a user id with one of as many digits; 0 stays. */
  userId(digits: string): string;
  /** Replaces digits. */
  digits(value: string): string;
  /** Replaces a secret of hexadecimal digits. */
  hex(value: string): string;
  /** Counts of the values replaced so far. */
  readonly replaced: ReplacedCounts;
}

/** Replaces values by a secret key. */
export class KeyedPseudonyms implements Pseudonyms {
  readonly #key: Uint8Array;
  readonly #words = new Map<string, string>();
  readonly #ids = new Map<string, string>();
  readonly #usedIds = new Set<string>();
  readonly #seen = new Map<ReplacedKind, Set<string>>();

  /** @param key - random bytes that are stored nowhere */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  text(value: string, kind: ReplacedKind): string {
    const replaced = value.replace(WORDS_AND_SYMBOLS, (piece) => this.#word(piece));
    if (replaced !== value) this.#count(kind, value);
    return replaced;
  }

  userId(digits: string): string {
    if (/^0+$/.test(digits)) return digits;
    this.#count("user id", digits);
    const known = this.#ids.get(digits);
    if (known !== undefined) return known;
    const id = this.#freeId(digits);
    this.#ids.set(digits, id);
    this.#usedIds.add(id);
    return id;
  }

  digits(value: string): string {
    this.#count("number", value);
    return this.#different(value, (salt) => this.#number(value, "digits", salt));
  }

  hex(value: string): string {
    this.#count("fkey or token", value.toLowerCase());
    return this.#different(value, (salt) => {
      const random = this.#stream(`hex ${value.toLowerCase()}`, salt, value.length);
      return value.replace(/[0-9a-f]/gi, (digit, at: number) => {
        const chosen = ((random[at] ?? 0) % 16).toString(16);
        return /[A-F]/.test(digit) ? chosen.toUpperCase() : chosen;
      });
    });
  }

  get replaced(): ReplacedCounts {
    return Object.fromEntries([...this.#seen].map(([kind, values]) => [kind, values.size]));
  }

  /** A random free id, else the next free one; the id itself if every other is taken. */
  #freeId(digits: string): string {
    const isFree = (id: string): boolean => !this.#usedIds.has(id) && id !== digits;
    for (let salt = 0; salt < MAX_ATTEMPTS; salt++) {
      const id = this.#number(digits, "id", salt);
      if (isFree(id)) return id;
    }
    // No id starts with a zero or exceeds the safe integer range.
    if (digits.startsWith("0") || digits.length > 15) return this.#number(digits, "id", MAX_ATTEMPTS);
    const [least, most] = [10 ** (digits.length - 1), 10 ** digits.length - 1];
    const first = Number(this.#number(digits, "id", 0));
    for (let id = first < most ? first + 1 : least; id !== first; id = id < most ? id + 1 : least) {
      if (isFree(String(id))) return String(id);
    }
    return digits;
  }

  #word(word: string): string {
    const known = this.#words.get(word);
    if (known !== undefined) return known;
    if (this.#words.size >= MAX_WORDS) this.#words.clear();
    // Marks are removed, because the slug of a name has none.
    const folded = word.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    const replaced = this.#different(word, (salt) => {
      if (/^\d+$/.test(word)) return this.#number(word, "digits", salt);
      const random = this.#stream(`word ${folded}`, salt, word.length);
      let at = 0;
      return Array.from(word, (character) => substituteFor(character, random[at++] ?? 0)).join("");
    });
    this.#words.set(word, replaced);
    return replaced;
  }

  /** The first pseudonym that differs from the value and is not a word of the site. */
  #different(value: string, replace: (salt: number) => string): string {
    let replaced = replace(0);
    for (let salt = 1; salt < MAX_ATTEMPTS; salt++) {
      if (replaced.toLowerCase() !== value.toLowerCase() && !isSiteWord(replaced)) break;
      replaced = replace(salt);
    }
    return replaced;
  }

  #number(digits: string, purpose: string, salt: number): string {
    const random = this.#stream(`${purpose} ${digits}`, salt, digits.length);
    return digits.replace(/\d/g, (digit, at: number) => {
      const chance = random[at] ?? 0;
      return String(at === 0 && digit !== "0" ? 1 + (chance % 9) : chance % 10);
    });
  }

  #stream(text: string, salt: number, length: number): Uint16Array {
    const values = new Uint16Array(Math.ceil(Math.max(length, 1) / 16) * 16);
    for (let block = 0; block * 16 < values.length; block++) {
      const bytes = createHmac("sha256", this.#key).update(`${salt} ${block} ${text}`).digest();
      for (let at = 0; at < 16; at++) values[block * 16 + at] = bytes.readUInt16LE(at * 2);
    }
    return values;
  }

  #count(kind: ReplacedKind, value: string): void {
    const values = this.#seen.get(kind) ?? new Set<string>();
    this.#seen.set(kind, values);
    if (values.size < MAX_COUNTED) values.add(value);
  }
}

/** Replaces nothing, for data that is already scrubbed, such as when a replay is recorded. */
export const identityPseudonyms: Pseudonyms = {
  text: (value) => value,
  userId: (digits) => digits,
  digits: (value) => value,
  hex: (value) => value,
  replaced: {},
};
