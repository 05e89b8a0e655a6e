/** Reads the arguments of a call by the pattern of its command. Only names of people need a request. */
import { unixLines, withoutBlankStart } from "../../protocol/markup/lines.js";
import type { ArgumentEnvironment, Reading, ReadingContext, ValueType } from "./argument-type.js";
import { nameKey, nearest } from "./command-words.js";
import type { Parameter } from "./parameter.js";
import type { CommandPattern } from "./pattern.js";
import { PeopleIndex } from "./people.js";
import { harmless, quoted } from "./reasons.js";
import { readWords, type Word, type WordValue } from "./words.js";

/** The arguments of a call, or why they were refused. */
export type ArgumentsResult<A = Readonly<Record<string, unknown>>> =
  | { readonly ok: true; readonly args: A }
  | {
      readonly ok: false;
      /** The name of the parameter that is wrong or missing; null for a word or a flag that fits no parameter. */
      readonly parameter: string | null;
      /**
       * A sentence without a period for the author of the command, such as `who is missing`. It is markdown that pings
       * nobody and repeats at most 40 characters of the text.
       */
      readonly reason: string;
    };

type Refusal = Extract<ArgumentsResult, { readonly ok: false }>;

/**
 * Reads the arguments of a command.
 * @param text - the markdown after the name of the command
 * @throws what `people`, the chat or a bot's own type throws: no text alone makes it fail
 */
export async function readArguments<A>(
  pattern: CommandPattern<A>,
  text: string,
  env: ArgumentEnvironment,
): Promise<ArgumentsResult<A>> {
  const reader = new ArgumentReader(pattern, unixLines(text), env);
  const refusal = await reader.read();
  // The values follow from the same pattern as their type.
  return refusal ?? { ok: true, args: reader.values as A };
}

class ArgumentReader {
  readonly #text: string;
  readonly #words: readonly Word[];
  readonly #positional: readonly Parameter[];
  readonly #flags: ReadonlyMap<string, Parameter>;
  readonly #context: ReadingContext;
  readonly #values = new Map<string, unknown>();
  readonly #parameters: readonly Parameter[];
  /** The index of the next word. */
  #next = 0;
  /** Whether `--` ended the flags. */
  #areFlagsOver = false;

  constructor({ parameters }: CommandPattern<unknown>, text: string, env: ArgumentEnvironment) {
    this.#text = text;
    this.#words = readWords(text);
    this.#parameters = parameters;
    this.#positional = parameters.filter(({ isFlag }) => !isFlag);
    this.#flags = new Map(parameters.filter(({ isFlag }) => isFlag).map((flag) => [nameKey(flag.name), flag]));
    let people: Promise<PeopleIndex> | undefined;
    const fetchPeople = async (): Promise<PeopleIndex> => {
      const known = await (env.people?.() ?? env.room.pingableUsers());
      return PeopleIndex.of(env.user ? [...known, env.user] : known);
    };
    this.#context = {
      env,
      people: () => {
        people ??= fetchPeople();
        return people;
      },
    };
  }

  /** The arguments, in the order of the pattern. */
  get values(): Readonly<Record<string, unknown>> {
    return Object.freeze(Object.fromEntries(this.#parameters.map(({ name }) => [name, this.#values.get(name)])));
  }

  async read(): Promise<Refusal | undefined> {
    for (const parameter of this.#positional) {
      const refusal = (await this.#readFlags()) ?? (await this.#readPositional(parameter));
      if (refusal) return refusal;
    }
    const wrong = (await this.#readFlags()) ?? this.#surplus();
    if (wrong) return wrong;
    for (const flag of this.#flags.values()) {
      const refusal = this.#values.has(flag.name) ? undefined : await this.#absent(flag);
      if (refusal) return refusal;
    }
    return undefined;
  }

  #surplus(): Refusal | undefined {
    const word = this.#words[this.#next];
    if (!word) return undefined;
    const taken = this.#positional.length === 0 ? "no arguments are expected" : "nothing more is expected";
    return { ok: false, parameter: null, reason: `${taken}, but there is ${quoted(word.text)}` };
  }

  async #readPositional(parameter: Parameter): Promise<Refusal | undefined> {
    if (parameter.type === "text...") return this.#readRest(parameter);
    if (parameter.isRest) return this.#readList(parameter);
    if (!this.#words[this.#next]) return this.#absent(parameter);
    return this.#store(parameter, await this.#readValue(parameter.values));
  }

  #store({ name, isFlag }: Parameter, reading: Reading): Refusal | undefined {
    if ("refusal" in reading)
      return { ok: false, parameter: name, reason: `${isFlag ? "--" : ""}${name} ${reading.refusal}` };
    this.#values.set(name, reading.value);
    return undefined;
  }

  /** Everything that is left, with its line breaks. Indentation is kept if it begins on a line of its own. */
  async #readRest(parameter: Parameter): Promise<Refusal | undefined> {
    const left = this.#text.slice(this.#words[this.#next - 1]?.end ?? 0);
    const lines = withoutBlankStart(left);
    const rest = (lines.length < left.length ? lines : left.trimStart()).trimEnd();
    this.#next = this.#words.length;
    return rest.trim() === "" ? this.#absent(parameter) : this.#store(parameter, { value: rest });
  }

  async #readList(parameter: Parameter): Promise<Refusal | undefined> {
    const list: unknown[] = [];
    for (;;) {
      const wrong = await this.#readFlags();
      if (wrong) return wrong;
      if (!this.#words[this.#next]) break;
      const reading = await this.#readValue(parameter.values);
      if ("refusal" in reading) return this.#store(parameter, reading);
      list.push(reading.value);
    }
    if (list.length === 0 && parameter.isRequired) return this.#absent(parameter);
    return this.#store(parameter, { value: Object.freeze(list) });
  }

  /** Reads the longest run of words that is a value of the type. */
  async #readValue(values: ValueType | undefined): Promise<Reading> {
    const first = this.#words[this.#next];
    if (!values || !first) return { refusal: "is missing" };
    const most = values.isComplete?.(first) ? 1 : this.#joinable(values.mostWords);
    for (let count = most; count > 1; count--) {
      const words = this.#words.slice(this.#next, this.#next + count);
      const reading = await values.read(join(words), this.#context, true);
      if ("refusal" in reading) continue;
      this.#next += count;
      return reading;
    }
    this.#next += 1;
    return values.read(first, this.#context, false);
  }

  /** How many words from the next one on may be one value: plain ones on one line, none of them a flag. */
  #joinable(most: number): number {
    let count = 0;
    while (count < most) {
      const word = this.#words[this.#next + count];
      if (!word || word.isQuoted || word.url !== undefined || this.#flagAt(this.#next + count)) break;
      if (count > 0 && word.startsLine) break;
      count += 1;
    }
    return count;
  }

  /** The name of the flag that a word is, if it is one. */
  #flagAt(index: number): string | undefined {
    const flag = this.#words[index]?.flag;
    if (!flag || this.#areFlagsOver || this.#flags.size === 0) return undefined;
    return !flag.isDash || this.#flags.has(nameKey(flag.name)) ? flag.name : undefined;
  }

  async #readFlags(): Promise<Refusal | undefined> {
    for (;;) {
      const word = this.#words[this.#next];
      const name = this.#flagAt(this.#next);
      if (this.#flags.size > 0 && !this.#areFlagsOver && word?.markdown === "--") this.#areFlagsOver = true;
      else if (!word || name === undefined) return undefined;
      this.#next += 1;
      const refusal = name === undefined ? undefined : await this.#readFlag(name, word?.flag?.value);
      if (refusal) return refusal;
    }
  }

  async #readFlag(name: string, value: WordValue | undefined): Promise<Refusal | undefined> {
    const flag = this.#flags.get(nameKey(name));
    if (!flag) return this.#unknownFlag(name);
    const refusal = (reason: string): Refusal => ({
      ok: false,
      parameter: flag.name,
      reason: `--${flag.name} ${reason}`,
    });
    if (this.#values.has(flag.name)) return refusal("is there twice");
    if (!flag.values) return value ? refusal("takes no value") : this.#store(flag, { value: true });
    if (value) return this.#store(flag, await flag.values.read(value, this.#context, false));
    if (!this.#words[this.#next] || this.#flagAt(this.#next) !== undefined) return refusal("needs a value");
    return this.#store(flag, await this.#readValue(flag.values));
  }

  #unknownFlag(name: string): Refusal {
    const near = nearest(
      name,
      [...this.#flags.values()].map((flag) => flag.name),
    );
    const hint = near === undefined ? "" : `; did you mean --${near}?`;
    return { ok: false, parameter: null, reason: `there is no --${harmless(name)}${hint}` };
  }

  /** The value of a parameter that the text does not name. */
  async #absent(parameter: Parameter): Promise<Refusal | undefined> {
    const { name, type, values, defaultWord, isRequired, isRest } = parameter;
    if (defaultWord && values) {
      const reading = await values.read(defaultWord, this.#context, false);
      return this.#store(parameter, reading);
    }
    const value = type === "flag" ? false : isRest ? undefined : values?.absent?.(this.#context);
    if (value === undefined && isRequired) {
      const remedy = values?.remedy === undefined ? "" : `; ${values.remedy}`;
      return { ok: false, parameter: name, reason: `${name} is missing${remedy}` };
    }
    return this.#store(parameter, { value });
  }
}

function join(words: readonly Word[]): WordValue {
  const text = words.map((word) => word.text).join(" ");
  const markdown = words.map((word) => word.markdown).join(" ");
  return { text, markdown, url: undefined, isQuoted: false };
}
