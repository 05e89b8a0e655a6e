/** Patterns of commands: their names, parameters and usage, and the errors of wrong ones. */
// cspell:ignore colr intger
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePattern } from "../src/bot/pattern/index.js";
import { UsageError } from "../src/index.js";
import { slowdown } from "../src/protocol/growth.test-support.js";
import { codeUnit } from "./bot-pattern-support.js";

/** A pattern that the compiler does not look into. */
const parse = (pattern: string, types: Parameters<typeof parsePattern>[1] = {}) => parsePattern<string>(pattern, types);

const failureOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return "no failure";
};

describe("parsePattern", () => {
  it("returns the names, the parameters and the usage", () => {
    const pattern = parsePattern("trash|bin <who:user> [minutes:integer(1..60)=10] [--loud] [why:text...]");
    expect(pattern.names).toEqual(["trash", "bin"]);
    expect(pattern.usage).toBe("trash <who> [minutes] [--loud] [why...]");
    expect(pattern.parameters.map(({ values, defaultWord, ...shown }) => shown)).toEqual([
      {
        name: "who",
        type: "user",
        expected: "somebody in this room",
        default: undefined,
        isFlag: false,
        isRequired: true,
        isRest: false,
      },
      {
        name: "minutes",
        type: "integer(1..60)",
        expected: "a whole number from 1 to 60",
        default: "10",
        isFlag: false,
        isRequired: false,
        isRest: false,
      },
      {
        name: "loud",
        type: "flag",
        expected: "given or not",
        default: undefined,
        isFlag: true,
        isRequired: false,
        isRest: false,
      },
      {
        name: "why",
        type: "text...",
        expected: "a text",
        default: undefined,
        isFlag: false,
        isRequired: false,
        isRest: true,
      },
    ]);
  });

  it("composes the letters of the names, so that they are found however somebody types them", () => {
    expect(parse("e\u0301te\u0301").names).toEqual(["été"]);
  });

  it.each([
    ["ping", "ping"],
    [" roll|dice  [sides:integer=6] ", "roll [sides]"],
    ["light <state:(on|off)>", "light <state:(on|off)>"],
    ["a [modes:(x|y)...]", "a [modes:(x|y)...]"],
    ["say [--times:integer=1] [--to:room] <words...>", "say [--times=…] [--to=…] <words...>"],
    ['greet [text:text="good morning"]', "greet [text]"],
    ["8ball <été>", "8ball <été>"],
    ["a [b:number(-1.5..)]", "a [b]"],
    ['a [b=""]', "a [b]"],
  ])("shows the usage of %j as %j", (pattern, usage) => {
    expect(parse(pattern).usage).toBe(usage);
  });

  it.each([
    ["", 1, "a pattern begins with the name of the command"],
    ["<x>", 1, "a pattern begins with the name of the command"],
    ["!roll", 1, 'a name has only letters, digits, "_" and "-", and "!roll" is not one'],
    ["roll|", 6, 'a name has only letters, digits, "_" and "-", and "" is not one'],
    ["roll|dice|Roll", 11, 'the name "Roll" is there twice'],
    ["roll sides", 6, '"<sides>" or "[sides]" is expected here, not "sides"'],
    ["roll [sides", 6, '"[" is not closed by "]"'],
    ["roll <sides]", 12, '">" is expected here, not "]"'],
    ["roll [a <b>]", 9, '"]" is expected here, not "<"'],
    ["roll ]", 6, '"]" closes nothing'],
    ["roll [a][b]", 9, "a space is missing here"],
    ["roll[a]", 5, "a space is missing here"],
    ["roll []", 7, "the name of the parameter is missing"],
    ["roll [ a]", 7, 'the name of a parameter has only letters, digits, "_" and "-", and " a" is not one'],
    ["roll [--]", 9, "the name of the parameter is missing"],
    ["roll [--5]", 9, 'the name of a parameter has only letters, digits, "_" and "-", and "5" is not one'],
    ["roll [a] [A]", 11, 'the parameter "A" is there twice'],
    ["roll [a] [--a]", 11, 'the parameter "a" is there twice'],
    ["roll [x:intger]", 9, 'there is no type "intger"; did you mean "integer"?'],
    ["roll [--x:intger]", 11, 'there is no type "intger"; did you mean "integer"?'],
    [
      "roll [x:constructor]",
      9,
      'there is no type "constructor"; the types are integer, number, word, text, user, room, message, duration, date',
    ],
    ["roll [x:]", 9, "a type is missing after the colon"],
    ["roll [x:word(1..2)]", 9, 'the type "word" takes no bounds'],
    ["roll [x:integer(6)]", 9, "the bounds of a number are written as (1..6), (1..) or (..6), not (6)"],
    ["roll [x:integer(..)]", 9, "the bounds of a number are written as (1..6), (1..) or (..6), not (..)"],
    ["roll [x:integer(6..1)]", 9, "the bounds (6..1) allow no number"],
    ["roll [x:()]", 9, 'choices are words separated by "|", such as (on|off); "" is not one'],
    ["roll [x:(on|On)]", 9, 'the choice "On" is there twice'],
    ["roll [a] <b>", 11, '"b" is required, so it cannot follow the optional "a"'],
    ["roll <a...> <b>", 14, '"a" takes the rest, so only flags can follow it'],
    ["roll [a...] [b:text...]", 14, '"a" takes the rest already, so "b" cannot'],
    ["roll <a=5>", 8, "a parameter with a default is optional: write [a=5]"],
    ["roll <--a>", 7, "a flag is optional: write [--a]"],
    ["roll [--a...]", 10, "a flag cannot take a list"],
    ["roll [a...=b]", 11, "a list cannot have a default; without words it is empty"],
    ["roll [a=]", 9, 'the default is missing after "="; an empty text is ""'],
    ["roll [a=b c]", 9, "a default with spaces needs quotes"],
    ["roll [a:integer=x]", 17, 'the default must be a whole number, not "x"'],
    ["roll [a:integer(1..6)=7]", 23, 'the default must be a whole number from 1 to 6, not "7"'],
    ["roll [a:(on|off)=of]", 18, 'the default must be on or off, not "of"'],
    ["roll [a:duration=10]", 18, 'the default must be a duration such as 10m or 1h30m, not "10"'],
    ["roll [a:room=there]", 14, 'the default must be a room: its number, its address or "here", not "there"'],
  ])("refuses %j at column %i", (pattern, column, problem) => {
    const shown = JSON.stringify(pattern);
    expect(failureOf(() => parse(pattern))).toBe(`the pattern ${shown} is wrong at column ${column}: ${problem}`);
  });

  it("does not repeat the whole of a long pattern", () => {
    expect(failureOf(() => parse(`${"x".repeat(1_000)}!`)).length).toBeLessThan(1_300);
  });

  it("refuses what is no string", () => {
    expect(failureOf(() => Reflect.apply(parsePattern, undefined, [/roll/]))).toBe(
      "a pattern must be a string, not an object",
    );
  });

  it.each([
    [{ color: 5 }, 'the type "color" must be a function or have one as "parse", not 5'],
    [{ integer: () => 5 }, 'the type "integer" is built in; choose another name'],
    [{ "a b": () => 5 }, '"a b" cannot be the name of a type; use a word'],
    [[], "types must be an object of parsers, not a list"],
    [null, "types must be an object of parsers, not null"],
  ])("refuses the types %j", (types, message) => {
    expect(failureOf(() => Reflect.apply(parsePattern, undefined, ["a", types]))).toBe(message);
  });

  it("suggests a bot's own type as well", () => {
    expect(failureOf(() => parse("paint <c:colr>", { color: (text: string) => text }))).toContain(
      'there is no type "colr"; did you mean "color"?',
    );
  });

  it("parses its own usage to the same usage", () => {
    const name = fc.constantFrom("a", "b-1", "été", "x_y", "B");
    const type = fc.constantFrom("", ":integer", ":(on|off)", ":integer(1..6)", ":user", ":text", ":date");
    const parameter = fc
      .tuple(fc.boolean(), name, type, fc.constantFrom("", "...", "=5"))
      .map(([isFlag, word, of, end]) =>
        isFlag
          ? `[--${word}${of}${end === "=5" ? end : ""}]`
          : end === "=5"
            ? `[${word}${of}=5]`
            : `<${word}${of}${end}>`,
      );
    let parsed = 0;
    fc.assert(
      fc.property(fc.array(parameter, { maxLength: 4 }), (parameters) => {
        const pattern = ["go", ...parameters].join(" ");
        try {
          parse(pattern);
        } catch {
          return;
        }
        parsed += 1;
        const { usage } = parse(pattern);
        expect(parse(usage).usage).toBe(usage);
        expect(parse(usage).parameters.map((each) => each.name)).toEqual(
          parse(pattern).parameters.map((each) => each.name),
        );
      }),
      { numRuns: 500 },
    );
    expect(parsed).toBeGreaterThan(50);
  });

  it("fails with BAD_ARGUMENT or not at all, for any string", () => {
    const part = fc.constantFrom(
      "<",
      ">",
      "[",
      "]",
      ":",
      "=",
      "...",
      "--",
      "(",
      ")",
      "|",
      " ",
      '"',
      "a",
      "integer",
      "..",
      "5",
    );
    const text = fc.oneof(
      fc.string({ unit: codeUnit }),
      fc.array(part, { maxLength: 12 }).map((parts) => `a ${parts.join("")}`),
    );
    fc.assert(
      fc.property(text, (pattern) => {
        expect(failureOf(() => parse(pattern))).toMatch(/^no failure$|^the pattern .* is wrong at column \d+: /s);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ["names", (size: number) => Array.from({ length: size }, (_, index) => `n${index}`).join("|")],
    ["one long name", (size: number) => "x".repeat(size)],
    ["spaces", (size: number) => `a${" ".repeat(size)}<b>`],
    ["brackets", (size: number) => `a <${"(".repeat(size)}`],
    ["a long default", (size: number) => `a [b=${"x ".repeat(size)}]`],
  ])("takes linear time for %s", (_, make) => {
    const work = (size: number) => {
      const pattern = make(size);
      return { size, run: () => void failureOf(() => parse(pattern)) };
    };
    expect(slowdown(work(1_000), work(16_000))).toBeLessThan(4);
  });
});
