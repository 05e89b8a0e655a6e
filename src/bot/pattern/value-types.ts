/** From the words for a type in a pattern, such as `integer(1..6)`, to the way its values are read. Pure. */
import { type ArgumentTypes, ownType, type ValueType } from "./argument-type.js";
import { MESSAGE_TYPE, ROOM_TYPE, USER_TYPE } from "./chat-types.js";
import { nameKey, nearest } from "./command-words.js";
import {
  type Bounds,
  choiceType,
  dateType,
  durationType,
  integerType,
  numberType,
  textType,
  wordType,
} from "./plain-types.js";

/** The built-in types. Only numbers have bounds. */
const BUILT_IN: Readonly<Record<string, (bounds: Bounds | undefined) => ValueType>> = {
  integer: integerType,
  number: numberType,
  word: wordType,
  text: textType,
  user: () => USER_TYPE,
  room: () => ROOM_TYPE,
  message: () => MESSAGE_TYPE,
  duration: durationType,
  date: dateType,
};

/** The names of the built-in types. */
export const BUILT_IN_NAMES: readonly string[] = Object.keys(BUILT_IN);

const CALL = /^([^()]*)\(([^()]*)\)$/;
const BOUNDS = /^(-?\d{1,15}(?:\.\d{1,15})?)?\.\.(-?\d{1,15}(?:\.\d{1,15})?)?$/;
const CHOICE = /^[^\s()<>[\]|="'\\:]+$/;

/** The type that words in a pattern name, or what is wrong with them. */
export function valueTypeOf(words: string, types: ArgumentTypes): ValueType | { readonly problem: string } {
  const [, name = words, inner] = CALL.exec(words) ?? [];
  if (name === "" && inner !== undefined) return choices(inner);
  if (Object.hasOwn(BUILT_IN, name)) return builtIn(name, inner);
  const own = Object.hasOwn(types, name) ? types[name] : undefined;
  if (own && inner === undefined) return ownType(name, own);
  if (own) return { problem: `the type "${name}" takes no bounds` };
  if (name === "") return { problem: "a type is missing after the colon" };
  const known = [...BUILT_IN_NAMES, ...Object.keys(types)];
  const near = nearest(name, known);
  return {
    problem: `there is no type "${name}"; ${near ? `did you mean "${near}"?` : `the types are ${known.join(", ")}`}`,
  };
}

function builtIn(name: string, inner: string | undefined): ValueType | { readonly problem: string } {
  const make = BUILT_IN[name] ?? wordType;
  if (inner === undefined) return make(undefined);
  if (make !== integerType && make !== numberType) return { problem: `the type "${name}" takes no bounds` };
  const [match, least = "-Infinity", most = "Infinity"] = BOUNDS.exec(inner) ?? [];
  if (match === undefined || match === "..")
    return { problem: `the bounds of a number are written as (1..6), (1..) or (..6), not (${inner})` };
  if (Number(least) > Number(most)) return { problem: `the bounds (${inner}) allow no number` };
  return make({ least: Number(least), most: Number(most) });
}

function choices(inner: string): ValueType | { readonly problem: string } {
  const words = inner.split("|");
  const wrong = words.find((word) => !CHOICE.test(word));
  if (wrong !== undefined)
    return { problem: `choices are words separated by "|", such as (on|off); "${wrong}" is not one` };
  const repeated = words.find((word, index) =>
    words.some((other, at) => at < index && nameKey(other) === nameKey(word)),
  );
  if (repeated !== undefined) return { problem: `the choice "${repeated}" is there twice` };
  return choiceType(words);
}
