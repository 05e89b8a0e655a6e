/** Finds people by the names that others type: whole names, or the first letters as in a mention. */
import { isChatError, type User } from "../../index.js";
import { normalizeName } from "../../protocol/markup/mentions.js";

/** Mentions have at least this many letters (protocol.md §7.1.8). */
const PREFIX_LEAST = 3;
/** No real name is longer. */
const NAME_LIMIT = 200;

/** People by name. A lookup takes no longer when there are more people. */
export class PeopleIndex {
  /** By the written name, by the normalized one, and by each start of the normalized one. */
  readonly #written = new Map<string, User[]>();
  readonly #whole = new Map<string, User[]>();
  readonly #starts = new Map<string, User[]>();

  /** Reads the names of these people, which makes a request only for names that are not known yet. */
  static async of(people: readonly User[]): Promise<PeopleIndex> {
    const index = new PeopleIndex();
    const distinct = [...new Map(people.map((user) => [user.id, user])).values()];
    const names = await Promise.all(distinct.map((user) => user.peek.name ?? nameOf(user)));
    for (const [at, user] of distinct.entries()) index.#add(user, names[at] ?? "");
    return index;
  }

  #add(user: User, name: string): void {
    const normalized = normalizeName(name).slice(0, NAME_LIMIT);
    put(this.#written, name, user);
    put(this.#whole, normalized, user);
    for (let length = PREFIX_LEAST; length <= normalized.length; length++)
      put(this.#starts, normalized.slice(0, length), user);
  }

  /**
   * The people that a name can mean: those with exactly this name, else with this name but for case, accents, spaces and
   * punctuation, else those whose names start with it.
   * @param isWhole - whether a start is not enough
   */
  find(name: string, isWhole: boolean): readonly User[] {
    const normalized = normalizeName(name.slice(0, 2 * NAME_LIMIT));
    if (normalized === "") return [];
    const whole = this.#whole.get(normalized) ?? [];
    const written = whole.length > 1 ? this.#written.get(name) : undefined;
    return written ?? (whole.length > 0 || isWhole ? whole : (this.#starts.get(normalized) ?? []));
  }
}

/** The name of a user; "", which nobody can type, if the account is gone. */
async function nameOf(user: User): Promise<string> {
  try {
    return await user.name;
  } catch (error) {
    if (isChatError(error, "NOT_FOUND")) return "";
    throw error;
  }
}

function put(index: Map<string, User[]>, key: string, user: User): void {
  const known = index.get(key);
  if (known) known.push(user);
  else index.set(key, [user]);
}
