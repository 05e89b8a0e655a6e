/**
 * Resolves `@name` mentions: at least three characters of a name without spaces and punctuation, ignoring case and
 * accents
 * (protocol.md §7.1.8).
 */
import { joinLongWords } from "./long-words.js";

/** The least characters of a name that mention somebody. */
export const MIN_NAME_LENGTH = 3;
const LONG_NAME = 200;
const MENTION = /(?<![\p{L}\p{N}@])@([^\s@._!?();:/+&<,"'`*[\]-]{3,})/gu;

/** A name as written after `@`: no spaces, no punctuation. */
export function mentionName(name: string): string {
  return name.replace(/[^\p{L}\p{N}]/gu, "");
}

/** Normalizes a name for comparison: no spaces, punctuation, case or accents. */
export function normalizeName(name: string): string {
  return name
    .normalize("NFD")
    .replace(/[\p{M}\s._!?();:/+&<,"'`*[\]-]/gu, "")
    .toLowerCase();
}

/** The normalized names mentioned in a text, deduplicated. */
export function mentionedNames(text: string): ReadonlySet<string> {
  const words = new Set<string>();
  for (const [, word = ""] of text.matchAll(MENTION)) words.add(word);
  return new Set([...words].map(normalizeName).filter((name) => name.length >= MIN_NAME_LENGTH));
}

/**
 * Whether one of these names is a prefix of a user's name. The cost depends on the length of the user's name alone,
 * because
 * a text may be full of names, and a room full of users.
 */
export function isMentioned(own: string, names: ReadonlySet<string>): boolean {
  // No real name is that long, so its prefixes are not looked up one by one.
  if (own.length > LONG_NAME) return [...names].some((name) => own.startsWith(name));
  for (let length = MIN_NAME_LENGTH; length <= own.length; length++) if (names.has(own.slice(0, length))) return true;
  return false;
}

/** Replaces each `@name` in a text that mentions the user. */
export function replaceMentions(text: string, own: string, replace: (written: string) => string): string {
  return text.replace(MENTION, (whole, written: string) => {
    const name = normalizeName(written);
    return name.length >= MIN_NAME_LENGTH && own.startsWith(name) ? replace(whole) : whole;
  });
}

/**
 * Whether a text mentions a user: it has `@` and at least the first three characters of the name, without its spaces,
 * ignoring case and accents. The mention notifies the user only if they are pingable in the room.
 * @param text - plain text, such as `event.textContent`; null mentions nobody
 * @param name - the display name, such as `await user.name`
 * @example
 * ```ts
 * if (mentions(event.textContent, "Alice Liddell")) … // @alice, @AliceLid, but not @alicia
 * ```
 */
export function mentions(text: string | null, name: string): boolean {
  return isMentioned(normalizeName(name), mentionedNames(joinLongWords(text ?? "")));
}
