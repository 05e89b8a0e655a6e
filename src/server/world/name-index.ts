/**
 * An index of a site's user names by prefix, so that a text full of `@names` is compared only with the few users who can
 * match (protocol.md §7.1.8). Pure.
 */
import { isMentioned, normalizeName } from "../../protocol/markup/mentions.js";

/** The shortest prefix of a name that can mention its user. */
const PREFIX_LENGTH = 3;

export class NameIndex {
  readonly #names = new Map<number, string>();
  readonly #byPrefix = new Map<string, Set<number>>();

  /** Sets or replaces a user's name. */
  set(id: number, name: string): void {
    const before = this.#names.get(id);
    if (before !== undefined) this.#byPrefix.get(prefixOf(before))?.delete(id);
    const simple = normalizeName(name);
    this.#names.set(id, simple);
    const known = this.#byPrefix.get(prefixOf(simple));
    if (known) known.add(id);
    else this.#byPrefix.set(prefixOf(simple), new Set([id]));
  }

  /** The users whose name begins with one of these simplified names; `isWhole` if it equals one. */
  matching(names: ReadonlySet<string>): { readonly id: number; readonly isWhole: boolean }[] {
    const found: { readonly id: number; readonly isWhole: boolean }[] = [];
    for (const start of new Set([...names].map(prefixOf))) {
      for (const id of this.#byPrefix.get(start) ?? []) {
        const own = this.#names.get(id) ?? "";
        if (isMentioned(own, names)) found.push({ id, isWhole: names.has(own) });
      }
    }
    return found;
  }
}

function prefixOf(simple: string): string {
  return simple.slice(0, PREFIX_LENGTH);
}
