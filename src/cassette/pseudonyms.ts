/**
 * The replacements of one cassette. Words, digits and secrets are replaced by a keyed hash whose key is thrown
 * away: the same value always gets the same replacement, and no dictionary leads back from it. User ids get other ids
 * of the same number of digits, one each.
 */
import { createHmac } from "node:crypto";
import { PIECES, standIn } from "./letters.js";
import { isOwnWord } from "./vocabulary.js";

/** The kinds of values that are replaced, as a summary counts them. */
export type Kind = "name" | "text" | "user id" | "number" | "fkey or token" | "cookie" | "password" | "address";

/** How often each kind was replaced: different values, not places. */
export type Replaced = Readonly<Partial<Record<Kind, number>>>;

/** The words remembered, so that a page is not hashed word by word again and again. */
const MOST_WORDS = 20_000;
/** The values counted for one kind; beyond that the count stays. */
const MOST_COUNTED = 100_000;
/** How often another replacement is looked for when one is no good. */
const TRIES = 16;

/** The questions that a scrubber asks about values. */
export interface Pseudonyms {
  /** Replaces every word, number and picture of a text; the length stays. */
  text(value: string, kind: Kind): string;
  /** Another id of the same number of digits; 0 and the system's own negative ids stay. */
  userId(digits: string): string;
  /** Other digits. */
  digits(value: string): string;
  /** A secret of hexadecimal digits. */
  hex(value: string): string;
  /** The replacements so far, by kind. */
  readonly replaced: Replaced;
}

/** Replaces by a secret key. */
export class KeyedPseudonyms implements Pseudonyms {
  readonly #key: Uint8Array;
  readonly #words = new Map<string, string>();
  readonly #ids = new Map<string, string>();
  readonly #usedIds = new Set<string>();
  readonly #seen = new Map<Kind, Set<string>>();

  /** @param key - random bytes that are stored nowhere */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  text(value: string, kind: Kind): string {
    const replaced = value.replace(PIECES, (piece) => this.#word(piece));
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

  get replaced(): Replaced {
    return Object.fromEntries([...this.#seen].map(([kind, values]) => [kind, values.size]));
  }

  /** By chance, and from there the next that is free: where all others are taken, the id itself. */
  #freeId(digits: string): string {
    const isFree = (id: string): boolean => !this.#usedIds.has(id) && id !== digits;
    for (let salt = 0; salt < TRIES; salt++) {
      const id = this.#number(digits, "id", salt);
      if (isFree(id)) return id;
    }
    // No id begins with a zero, and none is longer than a number can be.
    if (digits.startsWith("0") || digits.length > 15) return this.#number(digits, "id", TRIES);
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
    if (this.#words.size >= MOST_WORDS) this.#words.clear();
    // Letters without their marks: the slug of a name has none.
    const folded = word.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
    const replaced = this.#different(word, (salt) => {
      if (/^\d+$/.test(word)) return this.#number(word, "digits", salt);
      const random = this.#stream(`word ${folded}`, salt, word.length);
      let at = 0;
      return Array.from(word, (character) => standIn(character, random[at++] ?? 0)).join("");
    });
    this.#words.set(word, replaced);
    return replaced;
  }

  /** The first replacement that is another one, and no word of the site. */
  #different(value: string, replace: (salt: number) => string): string {
    let replaced = replace(0);
    for (let salt = 1; salt < TRIES; salt++) {
      if (replaced.toLowerCase() !== value.toLowerCase() && !isOwnWord(replaced)) break;
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

  #count(kind: Kind, value: string): void {
    const values = this.#seen.get(kind) ?? new Set<string>();
    this.#seen.set(kind, values);
    if (values.size < MOST_COUNTED) values.add(value);
  }
}

/** Replaces nothing: for what was replaced before, as when a replay is recorded. */
export const unchanged: Pseudonyms = {
  text: (value) => value,
  userId: (digits) => digits,
  digits: (value) => value,
  hex: (value) => value,
  replaced: {},
};
