/** The interface of the types of arguments, and types that a bot brings itself. */
import type { Client, Clock, Message, Room, User } from "../../index.js";
import { UsageError } from "../../index.js";
import { hasMethods, previewValue } from "../../util/options.js";
import type { PeopleIndex } from "./people.js";
import { quoted } from "./reasons.js";
import type { WordValue } from "./words.js";

/** The surroundings of a command, in which its arguments are read. */
export interface ArgumentEnvironment {
  /** The clock for dates such as "in 2h". */
  readonly clock: Clock;
  /** The room of the command: "here". */
  readonly room: Room;
  /** The client that rooms, users and messages belong to. */
  readonly client: Client;
  /** The author of the command: "me"; null if the account was deleted. */
  readonly user: User | null;
  /** The message that the command replies to: "this"; null if there is none. */
  readonly repliedTo: Message | null;
  /** The people among whom a name is looked up; called only if a name is. @default `room.pingableUsers()` */
  readonly people?: (() => Promise<readonly User[]>) | undefined;
}

/**
 * Reads an argument; undefined refuses it. A thrown `UsageError` refuses it with its message, which the bot then says.
 * @param text - the argument without quotes, and without markdown around it
 */
export type ArgumentParser<T> = (text: string, env: ArgumentEnvironment) => T | undefined | Promise<T | undefined>;

/** A type of arguments that a bot brings itself: a parser, alone or with a description. */
export type ArgumentType<T> =
  | ArgumentParser<T>
  | {
      /** A description to follow "must be", such as `a color such as #ff0000`. @default `of type NAME` */
      readonly about?: string;
      readonly parse: ArgumentParser<T>;
    };

/** Types of arguments by name. */
export type ArgumentTypes = Readonly<Record<string, ArgumentType<unknown>>>;

/** A value that was read, or why it was refused: a reason that follows the name of the parameter. */
export type Reading = { readonly value: unknown } | { readonly refusal: string };

/** The surroundings of one call. */
export interface ReadingContext {
  readonly env: ArgumentEnvironment;
  /** The people among whom names are looked up, requested once for each call. */
  people(): Promise<PeopleIndex>;
}

/** How the arguments of a parameter are read. */
export interface ValueType {
  /** A description of the values, to follow "must be". */
  readonly expected: string;
  /** How many words a value can have without quotes. */
  readonly mostWords: number;
  /** Whether a word is a value by itself, whatever follows it; for types whose values can have several words. */
  isComplete?(word: WordValue): boolean;
  /** Whether a text can be the default; undefined if only a call can tell. */
  isDefault(text: string): boolean | undefined;
  /**
   * Reads a value.
   * @param isJoined - whether the word is several words of the text; then it must fit exactly
   */
  read(word: WordValue, context: ReadingContext, isJoined: boolean): Reading | Promise<Reading>;
  /** The value if the text names none; undefined if it is missing then. */
  absent?(context: ReadingContext): unknown;
  /** Advice for the reason if it is missing. */
  readonly remedy?: string;
}

/** The refusal of a word that is not of the type. */
export function refuse(expected: string, word: WordValue): Reading {
  return { refusal: `must be ${expected}, not ${quoted(word.text)}` };
}

/** The value type of a bot's own type. */
export function ownType(name: string, type: ArgumentType<unknown>): ValueType {
  const { parse, about } = typeof type === "function" ? { parse: type, about: undefined } : type;
  const expected = about ?? `of type ${name}`;
  return {
    expected,
    mostWords: 1,
    isDefault: () => undefined,
    async read(word, { env }) {
      try {
        const value = await parse(word.text, env);
        return value === undefined ? refuse(expected, word) : { value };
      } catch (error) {
        if (error instanceof UsageError) return { refusal: error.message };
        throw error;
      }
    },
  };
}

/** A name that a parameter or an own type can have. */
export const WORD_LIKE: RegExp = /^[\p{L}_][\p{L}\p{M}\p{N}_-]*$/u;

/**
 * Checks a bot's own types.
 * @param builtIn - names that are taken
 * @throws {BAD_ARGUMENT} naming the type
 */
export function checkTypes(types: unknown, builtIn: readonly string[]): asserts types is ArgumentTypes {
  if (typeof types !== "object" || types === null || Array.isArray(types))
    throw new UsageError(`types must be an object of parsers, not ${previewValue(types)}`);
  for (const [name, type] of Object.entries(types)) {
    if (!WORD_LIKE.test(name)) throw new UsageError(`${previewValue(name)} cannot be the name of a type; use a word`);
    if (builtIn.includes(name)) throw new UsageError(`the type "${name}" is built in; choose another name`);
    if (typeof type !== "function" && !hasMethods(type, ["parse"]))
      throw new UsageError(`the type "${name}" must be a function or have one as "parse", not ${previewValue(type)}`);
  }
}
