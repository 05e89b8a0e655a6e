/** The types of arguments that need no room and no client: numbers, words, choices, durations and dates. */
import type { ReadingContext, ValueType } from "./argument-type.js";
import { refuse } from "./argument-type.js";
import { nameKey } from "./command-words.js";
import { parseDate } from "./date.js";
import { parseDuration } from "./duration.js";
import { eitherOf, harmless } from "./reasons.js";
import type { WordValue } from "./words.js";

/** The limits of a number, both inclusive. */
export interface Bounds {
  readonly least: number;
  readonly most: number;
}

const INTEGER = /^[+-]?\d{1,16}$/;
const NUMBER = /^[+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20})(?:e[+-]?\d{1,3})?$/i;
/** The most choices that a reason names. */
const CHOICES_NAMED = 10;
/** As in "1 March 2026 at 2pm UTC". */
const DATE_WORDS = 6;
/** As in "1 hour 30 minutes". */
const DURATION_WORDS = 4;

/** A type whose values follow from a text alone. */
function plainType(
  expected: string,
  parse: (text: string, context: ReadingContext | undefined) => unknown,
  mostWords: number = 1,
): ValueType {
  return {
    expected,
    mostWords,
    isDefault: (text) => parse(text, undefined) !== undefined,
    read(word, context) {
      const value = parse(word.text, context);
      return value === undefined ? refuse(expected, word) : { value };
    },
  };
}

/** A whole number, within bounds if there are any. */
export function integerType(bounds: Bounds | undefined): ValueType {
  return plainType(`a whole number${range(bounds)}`, (text) => {
    const value = parseNumber(text, INTEGER, bounds);
    return Number.isSafeInteger(value) ? value : undefined;
  });
}

/** A finite number, within bounds if there are any. */
export function numberType(bounds: Bounds | undefined): ValueType {
  return plainType(`a number${range(bounds)}`, (text) => parseNumber(text, NUMBER, bounds));
}

function parseNumber(text: string, form: RegExp, bounds: Bounds | undefined): number | undefined {
  const written = text.replace(/^−/, "-");
  if (!form.test(written)) return undefined;
  // Adding 0 turns -0 into 0.
  const value = Number(written) + 0;
  return Number.isFinite(value) && value >= (bounds?.least ?? value) && value <= (bounds?.most ?? value)
    ? value
    : undefined;
}

function range(bounds: Bounds | undefined): string {
  if (!bounds) return "";
  if (bounds.most === Number.POSITIVE_INFINITY) return ` of at least ${bounds.least}`;
  if (bounds.least === Number.NEGATIVE_INFINITY) return ` of at most ${bounds.most}`;
  return ` from ${bounds.least} to ${bounds.most}`;
}

/** One word, without markdown. */
export function wordType(): ValueType {
  return plainType("a word", (text) => text);
}

/** One word or quoted text with its markdown. */
export function textType(): ValueType {
  return {
    expected: "a text",
    mostWords: 1,
    isDefault: () => true,
    read: ({ markdown }: WordValue) => ({ value: markdown }),
  };
}

/** One of these words, ignoring case. */
export function choiceType(choices: readonly string[]): ValueType {
  const byKey = new Map(choices.map((choice) => [nameKey(choice), choice]));
  return plainType(eitherOf(choices.map(harmless), CHOICES_NAMED), (text) => byKey.get(nameKey(text)));
}

/** A duration such as `10m`, in milliseconds. */
export function durationType(): ValueType {
  return plainType("a duration such as 10m or 1h30m", parseDuration, DURATION_WORDS);
}

/** A date, as a `Date`. */
export function dateType(): ValueType {
  return plainType(
    'a time such as "in 2h", "tomorrow 14:00" or 2026-03-01 (UTC)',
    (text, context) => parseDate(text, context?.env.clock.now() ?? 0),
    DATE_WORDS,
  );
}
