/**
 * An index over the handlers of a bot: which commands have a name, which texts are heard, which handlers take an event.
 * A message that concerns nobody costs one look-up and one regular expression, however many handlers there are.
 */
import type { ChatEvent } from "../index.js";
import type { Entry } from "./composer.js";
import { nameKey } from "./pattern/index.js";

/** A handler that a message matches; `match` is set for `hears`. */
export interface Match {
  readonly entry: Entry;
  readonly match?: RegExpExecArray;
}

interface Heard {
  readonly entry: Entry;
  readonly regex: RegExp;
}

export class Matcher {
  readonly #order = new Map<Entry, number>();
  readonly #commands = new Map<string, Entry[]>();
  readonly #texts = new Map<string, Entry[]>();
  readonly #heard: Heard[] = [];
  readonly #anyHeard: readonly RegExp[];
  /** The length of the longest text that is heard as a whole. */
  readonly #longestText: number;
  readonly #observers: Entry[] = [];
  readonly #forUnknown: Entry[] = [];
  /** The handlers of each event class that has occurred. */
  readonly #byClass = new Map<unknown, readonly Entry[]>();

  constructor(entries: Iterable<Entry>) {
    const names = new Map<string, number>();
    for (const given of entries) {
      // Names are in the keys of answers and in cooldowns, so no two handlers may have the same.
      const count = (names.get(given.name) ?? 0) + 1;
      names.set(given.name, count);
      const entry = count === 1 ? given : { ...given, name: `${given.name} #${count}` };
      this.#order.set(entry, this.#order.size);
      for (const name of entry.pattern?.names ?? []) push(this.#commands, nameKey(name), entry);
      if (typeof entry.heard === "string") push(this.#texts, normalized(entry.heard), entry);
      else if (entry.heard) this.#heard.push({ entry, regex: stateless(entry.heard) });
      if (entry.Event) this.#observers.push(entry);
      if (entry.isForUnknown) this.#forUnknown.push(entry);
    }
    this.#anyHeard = combined(this.#heard.map(({ regex }) => regex));
    this.#longestText = Math.max(0, ...[...this.#texts.keys()].map(({ length }) => length));
  }

  /** Whether any handler looks at the text of messages. */
  get hearsText(): boolean {
    return this.#texts.size > 0 || this.#heard.length > 0;
  }

  /** The names of all commands, aliases included. */
  get names(): readonly string[] {
    return [...this.#commands.keys()];
  }

  /** The commands with a name, in order; if there are none, the handlers of unknown commands. */
  commands(name: string): readonly Entry[] {
    return this.#commands.get(nameKey(name)) ?? this.#forUnknown;
  }

  /** The handlers of a message, in order: of a command if it is one, and those that hear its text. */
  matches(command: string | undefined, text: string): readonly Match[] {
    const commands = command === undefined ? NONE : this.commands(command);
    const texts = this.#textsOf(text);
    const isHeard = this.#isHeard(text);
    if (!isHeard && texts.length === 0) return commands.map((entry) => ({ entry }));
    const found: Match[] = [...commands, ...texts].map((entry) => ({ entry }));
    for (const { entry, regex } of isHeard ? this.#heard : []) {
      const match = regex.exec(text);
      if (match) found.push({ entry, match });
    }
    const place = ({ entry }: Match): number => this.#order.get(entry) ?? 0;
    return found.sort((a, b) => place(a) - place(b));
  }

  /** Whether any handler hears a text. */
  hears(text: string): boolean {
    return this.#isHeard(text) || this.#textsOf(text).length > 0;
  }

  #isHeard(text: string): boolean {
    for (const regex of this.#anyHeard) if (regex.test(text)) return true;
    return false;
  }

  #textsOf(text: string): readonly Entry[] {
    // Lower case may be shorter, but hardly by half.
    if (text.length > 2 * this.#longestText) return NONE;
    return this.#texts.get(normalized(text)) ?? NONE;
  }

  /** The `on` handlers of an event, in order. */
  observers(event: ChatEvent): readonly Entry[] {
    if (this.#observers.length === 0) return NONE;
    const known = this.#byClass.get(event.constructor);
    if (known) return known;
    const found = this.#observers.filter(({ Event }) => Event !== undefined && event instanceof Event);
    this.#byClass.set(event.constructor, found);
    return found;
  }
}

const NONE: readonly Entry[] = [];

function push(map: Map<string, Entry[]>, key: string, entry: Entry): void {
  const list = map.get(key);
  if (list) list.push(entry);
  else map.set(key, [entry]);
}

function normalized(text: string): string {
  return text.trim().toLowerCase();
}

/** The expression without the flags that make it remember a position. */
function stateless(regex: RegExp): RegExp {
  return new RegExp(regex.source, regex.flags.replace(/[gy]/g, ""));
}

/** One expression for each set of flags that matches whenever one of the given ones does. */
function combined(regexes: readonly RegExp[]): readonly RegExp[] {
  const byFlags = new Map<string, string[]>();
  const alone: RegExp[] = [];
  for (const regex of regexes) {
    // A number or name of a group would mean another group in the combination.
    if (/\\[1-9k]|\(\?</.test(regex.source)) alone.push(regex);
    else byFlags.set(regex.flags, [...(byFlags.get(regex.flags) ?? []), `(?:${regex.source})`]);
  }
  return [...[...byFlags].map(([flags, sources]) => new RegExp(sources.join("|"), flags)), ...alone];
}
