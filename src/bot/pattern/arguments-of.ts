/** The arguments of a pattern as a type, worked out by the compiler. Nothing of this exists at run time. */
import type { Message, Room, User } from "../../index.js";
import type { ArgumentTypes } from "./argument-type.js";

/** No types of its own. */
export type NoTypes = Readonly<Record<never, never>>;

/** The values of the types that need no parameters. */
interface BuiltIn {
  integer: number;
  number: number;
  word: string;
  text: string;
  user: User;
  room: Room;
  message: Message;
  duration: number;
  date: Date;
}

/**
 * The arguments of a pattern: `ArgumentsOf<"roll [sides:integer=6]">` is `{ readonly sides: number }`. A parameter of an
 * unknown type is `never`; a pattern that is no literal gives `Readonly<Record<string, unknown>>`.
 */
export type ArgumentsOf<P extends string, Types extends ArgumentTypes = NoTypes> = string extends P
  ? Readonly<Record<string, unknown>>
  : Flat<
      {
        readonly [S in Within<P, "<", ">"> as NameOf<S>]: RequiredValue<TypeOf<S>, Types>;
      } & {
        readonly [S in Within<P, "[", "]"> as NameOf<S>]: OptionalValue<S, Types>;
      }
    >;

/** `P` if the pattern is right, otherwise a sentence about its fault. */
export type CheckedPattern<P extends string, Types extends ArgumentTypes = NoTypes> = [
  PatternProblem<P, Types>,
] extends [never]
  ? P
  : PatternProblem<P, Types>;

/** A sentence about the fault of a pattern, as far as the compiler can see one; `never` if it sees none. */
export type PatternProblem<P extends string, Types extends ArgumentTypes = NoTypes> = string extends P
  ? never
  : HasStray<P> extends true
    ? "after the names a pattern has only <…> and […], each closed"
    : RequiredAfterOptional<P> extends true
      ? "a <…> cannot follow a […], except for a flag"
      : UnknownType<Within<P, "<", ">"> | Within<P, "[", "]">, Types>;

type Flat<T> = { [K in keyof T]: T[K] };

/** The texts between two brackets, as a union. */
type Within<
  P extends string,
  Open extends string,
  Close extends string,
> = P extends `${string}${Open}${infer Body}${Close}${infer Rest}` ? Body | Within<Rest, Open, Close> : never;

/** A pattern without the parts between two brackets. */
type Without<
  P extends string,
  Open extends string,
  Close extends string,
> = P extends `${infer Before}${Open}${string}${Close}${infer Rest}` ? `${Before}${Without<Rest, Open, Close>}` : P;

type Trimmed<T extends string> = T extends ` ${infer R}` ? Trimmed<R> : T extends `${infer R} ` ? Trimmed<R> : T;

type HasStray<P extends string> =
  Trimmed<Without<Without<P, "<", ">">, "[", "]">> extends infer Names
    ? Names extends "" | `${string}${"<" | ">" | "[" | "]" | " "}${string}`
      ? true
      : false
    : never;

type RequiredAfterOptional<P extends string> = P extends `${string}[${infer Body}]${infer Rest}`
  ? Body extends `--${string}`
    ? RequiredAfterOptional<Rest>
    : Rest extends `${string}<${string}`
      ? true
      : false
  : false;

/** `sides:integer` of `sides:integer=6`. */
type HeadOf<S extends string> = S extends `${infer Head}=${string}` ? Head : S;

type NameOf<S extends string> = S extends string
  ? HeadOf<S> extends infer Head
    ? Head extends `${infer Name}:${string}`
      ? Bare<Name>
      : Head extends `${infer Name}...`
        ? Bare<Name>
        : Head extends string
          ? Bare<Head>
          : never
    : never
  : never;

type Bare<Name extends string> = Name extends `--${infer Flag}` ? Flag : Name;

type TypeOf<S extends string> =
  HeadOf<S> extends `${string}:${infer Type}` ? Type : HeadOf<S> extends `${string}...` ? "word..." : "word";

type RequiredValue<Type extends string, Types extends ArgumentTypes> = Type extends "text..."
  ? string
  : Type extends `${infer Item}...`
    ? readonly [ValueOf<Item, Types>, ...ValueOf<Item, Types>[]]
    : ValueOf<Type, Types>;

type OptionalValue<S extends string, Types extends ArgumentTypes> = S extends `--${infer Flag}`
  ? Flag extends `${string}${":" | "="}${string}`
    ? MaybeValue<S, Types>
    : boolean
  : TypeOf<S> extends "text..."
    ? S extends `${string}=${string}`
      ? string
      : string | undefined
    : TypeOf<S> extends `${infer Item}...`
      ? readonly ValueOf<Item, Types>[]
      : MaybeValue<S, Types>;

type MaybeValue<S extends string, Types extends ArgumentTypes> = S extends `${string}=${string}`
  ? ValueOf<TypeOf<S>, Types>
  : ValueOf<TypeOf<S>, Types> | undefined;

type ValueOf<Type extends string, Types extends ArgumentTypes> = Type extends keyof BuiltIn
  ? BuiltIn[Type]
  : Type extends keyof Types
    ? OwnValue<Types[Type]>
    : Type extends `(${infer Choices})`
      ? ChoiceOf<Choices>
      : Type extends `${"integer" | "number"}(${string})`
        ? number
        : never;

type OwnValue<Type> = Type extends (...args: never[]) => infer Result
  ? Exclude<Awaited<Result>, undefined>
  : Type extends { readonly parse: (...args: never[]) => infer Result }
    ? Exclude<Awaited<Result>, undefined>
    : never;

type ChoiceOf<Choices extends string> = Choices extends `${infer First}|${infer Rest}`
  ? First | ChoiceOf<Rest>
  : Choices;

/** A sentence for each parameter whose type does not exist. */
type UnknownType<S extends string, Types extends ArgumentTypes> = S extends string
  ? ItemOf<TypeOf<S>> extends infer Item extends string
    ? Item extends keyof BuiltIn | keyof Types | `(${string})` | `${"integer" | "number"}(${string})`
      ? never
      : `there is no type "${Item}"`
    : never
  : never;

type ItemOf<Type extends string> = Type extends `${infer Item}...` ? Item : Type;
