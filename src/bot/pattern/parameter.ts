/** One parameter of a pattern: the text between its brackets. Pure. */
import { type ArgumentTypes, type ValueType, WORD_LIKE } from "./argument-type.js";
import { valueTypeOf } from "./value-types.js";
import { readWords, type WordValue } from "./words.js";

/** A parameter of a command. */
export interface Parameter {
  /** The name, and the key of its argument. */
  readonly name: string;
  /** Whether it is given as `--name`, anywhere before the rest of the text. */
  readonly isFlag: boolean;
  /** Whether a call without it is refused. */
  readonly isRequired: boolean;
  /** Whether it takes everything that is left. */
  readonly isRest: boolean;
  /** The type as the pattern has it, such as `integer(1..6)`; `flag` for a flag without a value. */
  readonly type: string;
  /** A description of its values, such as `a whole number from 1 to 6`; for help. */
  readonly expected: string;
  /** The default as the pattern has it; undefined if there is none. */
  readonly default: string | undefined;
  /** @internal */
  readonly values: ValueType | undefined;
  /** @internal */
  readonly defaultWord: WordValue | undefined;
}

/** The fault of a parameter, and how far from its start it is. */
export interface ParameterProblem {
  readonly problem: string;
  readonly offset: number;
}

/** The type of a flag without a value. */
const FLAG_TYPE = "flag";

/** Parses the text between the brackets of a parameter. */
export function parseParameter(body: string, isRequired: boolean, types: ArgumentTypes): Parameter | ParameterProblem {
  const parts = partsOf(body);
  const { name, isFlag, written } = parts;
  if (!WORD_LIKE.test(name)) return { problem: nameProblem(name), offset: isFlag ? 2 : 0 };
  if (isFlag && isRequired) return { problem: `a flag is optional: write [${body}]`, offset: 0 };
  if (isRequired && written !== undefined)
    return { problem: `a parameter with a default is optional: write [${body}]`, offset: body.indexOf("=") };
  if (parts.type === FLAG_TYPE && isFlag) return { ...describe(parts, undefined), isRequired };
  const isRest = parts.type.endsWith("...");
  if (isRest && isFlag) return { problem: "a flag cannot take a list", offset: parts.typeAt };
  const item = isRest ? parts.type.slice(0, -3) : parts.type;
  const values = valueTypeOf(item, types);
  if ("problem" in values) return { ...values, offset: parts.typeAt };
  if (isRest && written !== undefined && item !== "text")
    return { problem: "a list cannot have a default; without words it is empty", offset: body.indexOf("=") };
  const problem = written === undefined ? undefined : defaultProblem(written, values);
  if (problem !== undefined) return { problem, offset: body.indexOf("=") + 1 };
  return { ...describe(parts, values), isRequired };
}

interface Parts {
  readonly name: string;
  readonly isFlag: boolean;
  readonly type: string;
  readonly typeAt: number;
  /** The default as written. */
  readonly written: string | undefined;
}

function partsOf(body: string): Parts {
  const isFlag = body.startsWith("--");
  const equals = body.indexOf("=");
  const head = equals < 0 ? body : body.slice(0, equals);
  const written = equals < 0 ? undefined : body.slice(equals + 1);
  const colon = head.indexOf(":");
  const label = (colon < 0 ? head : head.slice(0, colon)).slice(isFlag ? 2 : 0);
  const isList = colon < 0 && label.endsWith("...");
  const plain = isFlag && equals < 0 && !isList ? FLAG_TYPE : `word${isList ? "..." : ""}`;
  return {
    name: isList ? label.slice(0, -3) : label,
    isFlag,
    type: colon < 0 ? plain : head.slice(colon + 1),
    typeAt: colon < 0 && isList ? head.length - 3 : colon + 1,
    written,
  };
}

function nameProblem(name: string): string {
  if (name === "") return "the name of the parameter is missing";
  return `the name of a parameter has only letters, digits, "_" and "-", and "${name}" is not one`;
}

function describe(
  { name, isFlag, type, written }: Parts,
  values: ValueType | undefined,
): Omit<Parameter, "isRequired"> {
  const words = written === undefined ? [] : readWords(written);
  return Object.freeze({
    name,
    isFlag,
    isRest: type.endsWith("..."),
    type,
    expected: values?.expected ?? "given or not",
    default: written,
    values,
    defaultWord: words[0],
  });
}

/** A default is one word, quoted if it has spaces. */
function defaultProblem(written: string, values: ValueType): string | undefined {
  const [word, more] = readWords(written);
  if (!word) return 'the default is missing after "="; an empty text is ""';
  if (/^\s|\s$/.test(written) || more) return "a default with spaces needs quotes";
  if (values.isDefault(word.text) === false) return `the default must be ${values.expected}, not "${word.text}"`;
  return undefined;
}

/** How a parameter appears in the usage of its command. */
export function usageOf({ name, isFlag, isRequired, isRest, type }: Parameter): string {
  if (isFlag) return type === FLAG_TYPE ? `[--${name}]` : `[--${name}=…]`;
  const shown = type.startsWith("(") ? `${name}:${type}` : `${name}${isRest ? "..." : ""}`;
  return isRequired ? `<${shown}>` : `[${shown}]`;
}
