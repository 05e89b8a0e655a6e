/**
 * Tells whom an `@name` means: at least three characters of a name without its spaces and punctuation, whatever case and
 * accents (protocol.md §7.1.8).
 */
import { joinLongWords } from "./long-words.js";

const SHORTEST_NAME = 3;
const LONG_NAME = 200;
const mention = /(?<![\p{L}\p{N}@])@([^\s@._!?();:/+&<,"'`*[\]-]{3,})/gu;

/** A name as it stands after an `@`: no spaces, no punctuation. */
export function mentionName(name: string): string {
  return name.replace(/[^\p{L}\p{N}]/gu, "");
}

/** A name as mentions compare it: without spaces, punctuation, case and accents. */
export function simpleName(name: string): string {
  return name
    .normalize("NFD")
    .replace(/[\p{M}\s._!?();:/+&<,"'`*[\]-]/gu, "")
    .toLowerCase();
}

/** The names mentioned in a text, simplified for comparison, each once. */
export function mentionedNames(text: string): ReadonlySet<string> {
  const words = new Set<string>();
  for (const [, word = ""] of text.matchAll(mention)) words.add(word);
  return new Set([...words].map(simpleName).filter((name) => name.length >= SHORTEST_NAME));
}

/**
 * Whether one of these names is the beginning of somebody's. It costs what somebody's name is long, however many names
 * there are: a text may be full of them, and a room full of people.
 */
export function isMeant(own: string, names: ReadonlySet<string>): boolean {
  // No name of the sites is that long: each of its beginnings would be looked up.
  if (own.length > LONG_NAME) return [...names].some((name) => own.startsWith(name));
  for (let length = SHORTEST_NAME; length <= own.length; length++) if (names.has(own.slice(0, length))) return true;
  return false;
}

/** Puts something in the place of each `@name` in a text that means somebody. */
export function replaceMentions(text: string, own: string, replace: (written: string) => string): string {
  return text.replace(mention, (whole, written: string) => {
    const name = simpleName(written);
    return name.length >= SHORTEST_NAME && own.startsWith(name) ? replace(whole) : whole;
  });
}

/**
 * Whether a text mentions somebody: it has `@` and at least the first three characters of the name, without its spaces,
 * whatever case and accents. Whether that notifies them depends on the room, too: they have to be pingable there.
 * @param text - plain text, such as `event.textContent`; null has no mention in it
 * @param name - the display name, such as `await user.name`
 * @example if (mentions(event.textContent, "Alice Liddell")) … // @alice, @AliceLid, but not @alicia
 */
export function mentions(text: string | null, name: string): boolean {
  return isMeant(simpleName(name), mentionedNames(joinLongWords(text ?? "")));
}
