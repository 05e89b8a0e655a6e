/** Parses the pattern of a command, such as `roll|dice [sides:integer=6]`. Pure. */
import { UsageError } from "../../index.js";
import { describeValue } from "../../util/options.js";
import { type ArgumentTypes, checkTypes } from "./argument-type.js";
import type { ArgumentsOf, CheckedPattern, NoTypes } from "./arguments-of.js";
import { nameKey } from "./command-words.js";
import { type Parameter, parseParameter, usageOf } from "./parameter.js";
import { BUILT_IN_NAMES } from "./value-types.js";

/** Carries the type of the arguments; no pattern has a property of this name. */
declare const ARGUMENTS: unique symbol;

/** A parsed pattern, whose arguments have the type `A`. */
export interface CommandPattern<A = Readonly<Record<string, unknown>>> {
  /** The names of the command, as written. The first one is its own name, the others are aliases. */
  readonly names: readonly [string, ...string[]];
  /** The parameters in order, flags among them. */
  readonly parameters: readonly Parameter[];
  /** How to call the command, such as `roll [sides]`. It is itself a pattern. */
  readonly usage: string;
  readonly [ARGUMENTS]?: A;
}

const NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}_-]*$/u;
/** The most characters of a pattern that an error repeats. */
const SHOWN_LIMIT = 100;

/**
 * Parses a pattern: the names of a command separated by `|`, then its parameters.
 *
 * `<x:type>` is required, `[x:type]` optional, `[x:type=default]` optional with a default. Without a type it is a `word`.
 * `<x:text...>` is the rest of the text as written, `<x:type...>` a list of all further values. `[--x]` is a flag,
 * `[--x:type=default]` one with a value. The types are `integer`, `number` (each also with bounds: `integer(1..6)`),
 * `word`, `text`, `user`, `room`, `message`, `duration`, `date`, choices such as `(on|off)`, and those in `types`.
 * @param types - types of your own by name: a parser, or an object with `parse` and `about`
 * @example parsePattern("trash <who:user> [minutes:integer(1..60)=10] [reason:text...]")
 * @throws {BAD_ARGUMENT} naming the column of what is wrong
 */
export function parsePattern<const P extends string, const Types extends ArgumentTypes = NoTypes>(
  pattern: CheckedPattern<P, Types>,
  types?: Types,
): CommandPattern<ArgumentsOf<P, Types>> {
  const source: unknown = pattern;
  if (typeof source !== "string") throw new UsageError(`a pattern must be a string, not ${describeValue(source)}`);
  const own = types === undefined ? {} : types;
  checkTypes(own, BUILT_IN_NAMES);
  // The compiler has read the same pattern.
  return new PatternReader(source, own).read() as CommandPattern<ArgumentsOf<P, Types>>;
}

class PatternReader {
  readonly #source: string;
  readonly #types: ArgumentTypes;
  readonly #parameters: Parameter[] = [];
  #at = 0;

  constructor(source: string, types: ArgumentTypes) {
    this.#source = source;
    this.#types = types;
  }

  read(): CommandPattern {
    const names = this.#names();
    for (;;) {
      const from = this.#at;
      this.#skipSpace();
      if (this.#at >= this.#source.length) break;
      if (this.#at === from) this.#fail(from, "a space is missing here");
      const parameter = this.#parameter();
      this.#parameters.push(parameter);
    }
    const parameters = Object.freeze([...this.#parameters]);
    const usage = [names[0], ...parameters.map(usageOf)].join(" ");
    return Object.freeze({ names, parameters, usage });
  }

  #fail(at: number, problem: string): never {
    const shown = this.#source.length > SHOWN_LIMIT ? `${this.#source.slice(0, SHOWN_LIMIT)}…` : this.#source;
    throw new UsageError(`the pattern ${JSON.stringify(shown)} is wrong at column ${at + 1}: ${problem}`);
  }

  #skipSpace(): void {
    while (/\s/.test(this.#source[this.#at] ?? "")) this.#at += 1;
  }

  #names(): readonly [string, ...string[]] {
    this.#skipSpace();
    const from = this.#at;
    const [written = ""] = /^[^\s<>[\]]*/.exec(this.#source.slice(from)) ?? [];
    if (written === "") this.#fail(from, "a pattern begins with the name of the command");
    const seen = new Set<string>();
    for (const name of written.split("|")) {
      if (!NAME.test(name))
        this.#fail(this.#at, `a name has only letters, digits, "_" and "-", and "${name}" is not one`);
      if (seen.has(nameKey(name))) this.#fail(this.#at, `the name "${name}" is there twice`);
      seen.add(nameKey(name));
      this.#at += name.length + 1;
    }
    this.#at = from + written.length;
    const [first = "", ...others] = written.normalize("NFC").split("|");
    return Object.freeze([first, ...others] as const);
  }

  #parameter(): Parameter {
    const from = this.#at;
    const open = this.#source[from];
    if (open !== "<" && open !== "[") this.#fail(from, this.#strayAt(from));
    const close = open === "<" ? ">" : "]";
    const length = this.#source.slice(from + 1).search(/[<>[\]]/);
    const end = from + 1 + length;
    if (length < 0) this.#fail(from, `"${open}" is not closed by "${close}"`);
    if (this.#source[end] !== close) this.#fail(end, `"${close}" is expected here, not "${this.#source[end]}"`);
    this.#at = end + 1;
    const body = this.#source.slice(from + 1, end);
    const parameter = parseParameter(body, open === "<", this.#types);
    if ("problem" in parameter) this.#fail(from + 1 + parameter.offset, parameter.problem);
    this.#checkPlace(parameter, from + 1);
    return parameter;
  }

  #strayAt(at: number): string {
    const [word = ""] = /^(?:[>\]]|[^\s<>[\]]+)/.exec(this.#source.slice(at)) ?? [];
    if (word === ">" || word === "]") return `"${word}" closes nothing`;
    return `"<${word}>" or "[${word}]" is expected here, not "${word}"`;
  }

  #checkPlace(parameter: Parameter, at: number): void {
    const { name, isFlag, isRequired, isRest } = parameter;
    if (this.#parameters.some((other) => nameKey(other.name) === nameKey(name)))
      this.#fail(at, `the parameter "${name}" is there twice`);
    if (isFlag) return;
    const positional = this.#parameters.filter((other) => !other.isFlag);
    const rest = positional.find((other) => other.isRest);
    if (rest && isRest) this.#fail(at, `"${rest.name}" takes the rest already, so "${name}" cannot`);
    if (rest) this.#fail(at, `"${rest.name}" takes the rest, so only flags can follow it`);
    const optional = positional.find((other) => !other.isRequired);
    if (isRequired && optional)
      this.#fail(at, `"${name}" is required, so it cannot follow the optional "${optional.name}"`);
  }
}
