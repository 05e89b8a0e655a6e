/** The keys of a store: which are valid, how scopes share a store, and bytes that sort as the keys do. */
import { UsageError } from "../../errors/index.js";
import { describeValue, previewValue } from "../../util/options.js";

const MAX_KEY_CHARS = 1_000;
/** Begins the keys of a scope, and separates the names of scopes within scopes. */
const SCOPE = "\u001f";
const END_OF_SCOPE = "\u001e";

/** @throws {BAD_ARGUMENT} for anything but a string of 1 to 1,000 characters */
export function checkKey(key: unknown): asserts key is string {
  if (key === "") throw new UsageError("a key must not be empty");
  checkPrefix(key, "a key");
}

/** @throws {BAD_ARGUMENT} for anything but a string of at most 1,000 characters */
export function checkPrefix(prefix: unknown, what = "a prefix"): asserts prefix is string {
  if (typeof prefix !== "string") throw new UsageError(`${what} must be a string, not ${describeValue(prefix)}`);
  const length = prefix.length - scopeLength(prefix);
  if (length > MAX_KEY_CHARS) throw new UsageError(`${what} has at most ${MAX_KEY_CHARS} characters, not ${length}`);
}

/**
 * The prefix of all keys of a scope. No name and no key leads out of its scope, or into a scope below it: the names end
 * at a character that they cannot contain.
 * @throws {BAD_ARGUMENT} without names, and for names that are empty or too long together
 */
export function scopePrefix(names: readonly string[]): string {
  if (names.length === 0) throw new UsageError("a scope needs a name");
  for (const name of names) {
    if (typeof name === "string" && name !== "") continue;
    throw new UsageError(`the name of a scope must be a non-empty string, not ${describeValue(name)}`);
  }
  const prefix = names.map((name) => SCOPE + escapeName(name)).join("") + END_OF_SCOPE;
  if (prefix.length > MAX_KEY_CHARS)
    throw new UsageError(`the names of a scope have at most ${MAX_KEY_CHARS} characters together`);
  return prefix;
}

/** Control characters 1B to 1F become 1B and a printable one. */
function escapeName(name: string): string {
  return name.replace(/[\u001b-\u001f]/g, (char) => `\u001b${String.fromCharCode(char.charCodeAt(0) + 0x40)}`);
}

/** A key for an error message, as its caller knows it: without the scopes. */
export function describeKey(key: string): string {
  return previewValue(typeof key === "string" ? key.slice(scopeLength(key)) : key);
}

/** The length of the scopes that a key begins with; 0 for a key outside of scopes. */
function scopeLength(key: string): number {
  let length = 0;
  while (key.startsWith(SCOPE, length)) {
    const end = key.indexOf(END_OF_SCOPE, length) + 1;
    if (end === 0 || end - length > MAX_KEY_CHARS) break;
    length = end;
  }
  return length;
}

/**
 * A key as bytes that sort as its UTF-16 code units do, each written as UTF-8 writes a character. UTF-8 itself
 * sorts differently beyond U+FFFF and cannot express half a surrogate pair.
 */
export function keyToBytes(key: string): Uint8Array {
  const bytes: number[] = [];
  for (let at = 0; at < key.length; at++) {
    const unit = key.charCodeAt(at);
    if (unit < 0x80) bytes.push(unit);
    else if (unit < 0x800) bytes.push(0xc0 | (unit >> 6), 0x80 | (unit & 0x3f));
    else bytes.push(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
  }
  return Uint8Array.from(bytes);
}

/** The key of bytes from {@link keyToBytes}. */
export function bytesToKey(bytes: Uint8Array): string {
  const at = (index: number): number => (bytes[index] ?? 0) & 0x3f;
  let key = "";
  for (let index = 0; index < bytes.length; ) {
    const first = bytes[index] ?? 0;
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : 3;
    if (length === 1) key += String.fromCharCode(first);
    else if (length === 2) key += String.fromCharCode(((first & 0x1f) << 6) | at(index + 1));
    else key += String.fromCharCode(((first & 0x0f) << 12) | (at(index + 1) << 6) | at(index + 2));
    index += length;
  }
  return key;
}

/** The first bytes after all keys that begin with a prefix. */
export function endOfPrefix(prefix: Uint8Array): Uint8Array {
  const last = prefix.at(-1);
  // No byte of a key is above EF.
  if (last === undefined) return Uint8Array.of(0xff);
  const end = Uint8Array.from(prefix);
  end[end.length - 1] = last + 1;
  return end;
}

/** The first bytes after a key. */
export function afterKey(key: Uint8Array): Uint8Array {
  return Uint8Array.of(...key, 0);
}
