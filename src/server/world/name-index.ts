/**
 * The names of a site's people by their first characters, so that a text full of `@names` is compared with the few people
 * whom they can mean (protocol.md §7.1.8). Pure.
 */
import { isMeant, simpleName } from "../../protocol/markup/mentions.js";

/** The shortest beginning of a name that means somebody. */
const START = 3;

export class NameIndex {
  readonly #names = new Map<number, string>();
  readonly #byStart = new Map<string, Set<number>>();

  /** Takes in somebody's name, in the place of the one they had. */
  set(id: number, name: string): void {
    const before = this.#names.get(id);
    if (before !== undefined) this.#byStart.get(startOf(before))?.delete(id);
    const simple = simpleName(name);
    this.#names.set(id, simple);
    const known = this.#byStart.get(startOf(simple));
    if (known) known.add(id);
    else this.#byStart.set(startOf(simple), new Set([id]));
  }

  /** The ids of the people whose name begins with one of these simplified names; `isWhole` when it is one of them. */
  meant(names: ReadonlySet<string>): { readonly id: number; readonly isWhole: boolean }[] {
    const found: { readonly id: number; readonly isWhole: boolean }[] = [];
    for (const start of new Set([...names].map(startOf))) {
      for (const id of this.#byStart.get(start) ?? []) {
        const own = this.#names.get(id) ?? "";
        if (isMeant(own, names)) found.push({ id, isWhole: names.has(own) });
      }
    }
    return found;
  }
}

function startOf(simple: string): string {
  return simple.slice(0, START);
}
