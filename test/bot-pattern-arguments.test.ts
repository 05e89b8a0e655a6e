/** The arguments of commands: what people type, as values of the pattern's types, or why it is refused. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ArgumentEnvironment, parsePattern, readArguments } from "../src/bot/pattern/index.js";
import { UsageError } from "../src/index.js";
import { renderMarkdown } from "../src/protocol/index.js";
import { env, read } from "./bot-pattern-support.js";

describe("readArguments", () => {
  it.each([
    // Positions, defaults and missing words.
    ["roll [sides:integer=6]", "", { sides: 6 }],
    ["roll [sides:integer=6]", " 20 ", { sides: 20 }],
    ["roll [sides:integer]", "", { sides: undefined }],
    ["roll <a> [b] [c=x]", "1 2", { a: "1", b: "2", c: "x" }],
    ['greet [text:text="good *morning*"]', "", { text: "good *morning*" }],
    ['a [b=""]', "", { b: "" }],
    ["ping", "", {}],
    // Numbers.
    ["a <n:integer>", "-5", { n: -5 }],
    ["a <n:integer>", "+5", { n: 5 }],
    ["a <n:integer>", "−5", { n: -5 }],
    ["a <n:integer>", "-0", { n: 0 }],
    ["a <n:integer>", "9007199254740991", { n: 9_007_199_254_740_991 }],
    ["a <n:number>", "1.5e3", { n: 1500 }],
    ["a <n:number>", ".5", { n: 0.5 }],
    ["a <n:integer(1..6)>", "6", { n: 6 }],
    ["a <n:number(-1.5..)>", "-1.5", { n: -1.5 }],
    // Choices.
    ["a <state:(on|Off)>", "oFF", { state: "Off" }],
    ["a [s:(on|off)=on]", "", { s: "on" }],
    // The rest of the text.
    ["say <x:text...>", ' "a"  **b** \\*c --d ', { x: '"a"  **b** \\*c --d' }],
    ["say <x:text...>", " a\n  b\r\n\n  c\n", { x: "a\n  b\n\n  c" }],
    ["say <x:text...>", "\n    a\n    b", { x: "    a\n    b" }],
    ["say <n:integer> <x:text...>", "5 \n  a\n b", { n: 5, x: "  a\n b" }],
    ["say [x:text...]", " \n ", { x: undefined }],
    ["say [x:text...=hello]", "", { x: "hello" }],
    // Lists.
    ["sum [n:integer...]", "1 2\n3", { n: [1, 2, 3] }],
    ["sum [n:integer...]", "", { n: [] }],
    ["a <x...>", 'b "c d"', { x: ["b", "c d"] }],
    // Flags.
    ["a [b] [--loud] [--times:integer=1]", "", { b: undefined, loud: false, times: 1 }],
    ["a [b] [--loud] [--times:integer=1]", "--loud x --times=3", { b: "x", loud: true, times: 3 }],
    ["a [b] [--loud] [--times:integer=1]", "x --times -3", { b: "x", loud: false, times: -3 }],
    ["a [b] [--loud] [--times:integer=1]", "—LOUD –times=3", { b: undefined, loud: true, times: 3 }],
    ["a [b...] [--loud]", "x --loud y", { b: ["x", "y"], loud: true }],
    ["a [b...] [--loud]", "x -- --loud", { b: ["x", "--loud"], loud: false }],
    ["a [b...] [--loud]", '"--loud" \\--loud —x', { b: ["--loud", "--loud", "—x"], loud: false }],
    ["say [--loud] <x:text...>", "--loud a --loud", { loud: true, x: "a --loud" }],
    ["say [--loud] <x:text...>", "-- --loud a", { loud: false, x: "--loud a" }],
    ["say <x> [--note:text]", 'a --note="two **words**"', { x: "a", note: "two **words**" }],
    ["say <x> [--note:text]", 'a --note "two words"', { x: "a", note: "two words" }],
    ["say <x> [--note]", "a --note=", "--note takes no value"],
    ["say <x> [--note=y]", "a --note=", { x: "a", note: "" }],
    ["a <b> <c>", "--x --", { b: "--x", c: "--" }],
    ["a [--until:date]", "--until tomorrow 9:00", { until: new Date("2026-03-01T09:00Z") }],
    // Durations and dates, of several words.
    ["mute <t:duration> [why:text...]", "1h 30m too loud", { t: 5_400_000, why: "too loud" }],
    ["mute <t:duration> [why:text...]", "10m", { t: 600_000, why: undefined }],
    ["mute [t:duration=1d]", "", { t: 86_400_000 }],
    ["remind <t:date> <x:text...>", "in 2h feed the cat", { t: new Date("2026-02-28T17:30Z"), x: "feed the cat" }],
    ["remind <t:date> <x:text...>", "tomorrow\n9:00 eggs", { t: new Date("2026-03-01"), x: "9:00 eggs" }],
    ["remind <t:date> <x:text...>", '"tomorrow" 9:00', { t: new Date("2026-03-01"), x: "9:00" }],
    ["remind <t:date> <x:text...>", "1 March 2026 at 2pm UTC x", { t: new Date("2026-03-01T14:00Z"), x: "x" }],
    ["remind [t:date=tomorrow]", "", { t: new Date("2026-03-01") }],
  ])("reads by %j the text %j", async (pattern, text, args) => {
    expect(await read(pattern, text)).toEqual(args);
  });

  it.each([
    ["a <who:user>", "", "who is missing"],
    ["a <x:text...>", " \n", "x is missing"],
    ["a <x...>", " ", "x is missing"],
    ["roll [sides:integer=6]", "x", 'sides must be a whole number, not "x"'],
    ["roll [sides:integer=6]", "1.5", 'sides must be a whole number, not "1.5"'],
    ["roll [sides:integer=6]", "9007199254740993", 'sides must be a whole number, not "9007199254740993"'],
    ["roll [sides:integer(1..100)]", "500", 'sides must be a whole number from 1 to 100, not "500"'],
    ["roll [sides:integer(1..)]", "0", 'sides must be a whole number of at least 1, not "0"'],
    ["roll [sides:number(..1)]", "1.5", 'sides must be a number of at most 1, not "1.5"'],
    ["roll [sides:number]", "1e999", 'sides must be a number, not "1e999"'],
    ["roll [sides:number]", "0x10", 'sides must be a number, not "0x10"'],
    ["a <s:(on|off|auto)>", "of", 's must be on, off or auto, not "of"'],
    ["a <t:duration>", "10", 't must be a duration such as 10m or 1h30m, not "10"'],
    ["a <t:date>", "monday", 't must be a time such as "in 2h", "tomorrow 14:00" or 2026-03-01 (UTC), not "monday"'],
    ["ping", "pong", 'no arguments are expected, but there is "pong"'],
    ["a <b>", "c d", 'nothing more is expected, but there is "d"'],
    ["sum [n:integer...]", "1 two", 'n must be a whole number, not "two"'],
    ["a [--loud]", "--lod", "there is no --lod; did you mean --loud?"],
    ["a [--loud]", "--x", "there is no --x"],
    ["a [--loud]", "--loud=yes", "--loud takes no value"],
    ["a [--loud]", "--loud --loud", "--loud is there twice"],
    ["a [--n:integer] [--loud]", "--n --loud", "--n needs a value"],
    ["a [--n:integer]", "--n", "--n needs a value"],
    ["a [--n:integer]", "--n=x", '--n must be a whole number, not "x"'],
  ])("refuses by %j the text %j", async (pattern, text, reason) => {
    expect(await read(pattern, text)).toBe(reason);
  });

  it("names the parameter that is wrong, and none for a word too many", async () => {
    const pattern = parsePattern("a <n:integer> [--m:integer]");
    const parameterOf = async (text: string) => {
      const result = await readArguments(pattern, text, env);
      return result.ok ? undefined : result.parameter;
    };
    expect(await parameterOf("x")).toBe("n");
    expect(await parameterOf("1 --m=x")).toBe("m");
    expect(await parameterOf("1 2")).toBeNull();
    expect(await parameterOf("1 --z")).toBeNull();
  });

  it("freezes the arguments and their lists", async () => {
    const result = await readArguments(parsePattern("a [b...]"), "c", env);
    if (!result.ok) throw new Error(result.reason);
    expect(Object.isFrozen(result.args) && Object.isFrozen(result.args.b)).toBe(true);
  });
});

describe("words", () => {
  it.each([
    ['"two words" three', ["two words", "three"]],
    ["'two words' “two words” ‘two words’ „two words“ «two words»", new Array<string>(5).fill("two words")],
    ["don't 'tis 5\" disk", ["don't", "'tis", '5"', "disk"]],
    ['"never closed', ['"never', "closed"]],
    ['"it\'s" \'say "x"\'', ["it's", 'say "x"']],
    ['"a \\" b" \\"c a\\ b', ['a " b', '"c', "a b"]],
    ['"a b", c', ["a b,", "c"]],
    ['"" x', ["", "x"]],
    ['" x', ['"', "x"]],
    ["C:\\dir\\_x \\", ["C:\\dir_x", "\\"]],
    ["**a** *b* __c__ _d_ ---e--- `f`", ["a", "b", "c", "d", "e", "f"]],
    ["**_a_** (*b*), **c**,", ["a", "(b),", "c,"]],
    ["**two words** *three more words*", ["two", "words", "three", "more", "words"]],
    ['**"two words"** "**a b** c"', ["two words", "a b c"]],
    [
      "* *.js 2*3*4 snake_case_ _private a**b**c **",
      ["*", "*.js", "2*3*4", "snake_case_", "_private", "a**b**c", "**"],
    ],
    ["`two words` ``a`b`` `never closed", ["two words", "a`b", "`never", "closed"]],
    ["`a \\ *b*` `c`d", ["a \\ *b*", "`c`d"]],
    ["\\*a\\* \\`b\\` \\[c\\]", ["*a*", "`b`", "[c]"]],
    ["[two words](https://example.com/a_(b)) [x]", ["two words", "[x]"]],
    ["a\n**b**\n`c d`", ["a", "**b**", "`c", "d`"]],
    ["a\u00a0b\tc", ["a", "b", "c"]],
  ])("of %j are %j", async (text, words) => {
    expect(await read("a [x...]", text)).toEqual({ x: words });
  });

  it("keep their markdown in a text, without the quotes", async () => {
    expect(await read("a [x:text...] [--y]", "**a** ")).toEqual({ x: "**a**", y: false });
    expect(await read("a <x:text> <y:text> <z:text>", '**a** "*b* \\"c\\" \\*" [d](http://e.f)')).toEqual({
      x: "**a**",
      y: '*b* "c" \\*',
      z: "[d](http://e.f)",
    });
  });

  it("come back from any word in quotes with escapes", async () => {
    const word = fc.string({
      unit: fc.constantFrom("a", " ", '"', "'", "\\", "*", "`", "[", "](//x)", "\n", "_", "--"),
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(fc.array(word, { maxLength: 4 }), async (list) => {
        const text = list.map((each) => `"${each.replace(/[\\"*_`[]/g, "\\$&")}"`).join(" ");
        expect(await read("a [x...]", text)).toEqual({ x: list });
      }),
      { numRuns: 500 },
    );
  });

  it("are the visible ones: what the site shows as one line is what its words say", async () => {
    const word = fc.constantFrom("a", "**b**", "*c*", "`d`", "_e_", "**f", "g**", "h", "\\*", "---i---");
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 6 }), async (list) => {
        const shown = renderMarkdown(list.join(" "))
          .replace(/<[^>]*>/g, "")
          .replace(/&#42;/g, "*");
        expect(await read("a [x...]", list.join(" "))).toEqual({ x: shown.split(" ") });
      }),
    );
  });
});

describe("a bot's own types", () => {
  const types = {
    color: { about: "a color such as #ff0000", parse: (text: string) => /^#[\da-f]{6}$/.exec(text)?.[0] },
    even: async (text: string) => (Number(text) % 2 === 0 ? Number(text) : undefined),
    size: (text: string) => {
      if (text === "XXL") throw new UsageError("is too large for us");
      if (text === "bug") throw new TypeError("a bug of the bot");
      return text;
    },
    room2: (text: string, { room }: ArgumentEnvironment) => `${text} in room ${room.id}`,
  };

  it.each([
    ["a <x:color>", "#00ff00", { x: "#00ff00" }],
    ["a <x:color>", "red", 'x must be a color such as #ff0000, not "red"'],
    ["a <x:even...>", "2 4", { x: [2, 4] }],
    ["a <x:even>", "3", 'x must be of type even, not "3"'],
    ["a [x:even=2]", "", { x: 2 }],
    ["a [--x:size]", "--x=XXL", "--x is too large for us"],
    ["a <x:room2>", "**b**", { x: "b in room 1" }],
  ])("read by %j the text %j", async (pattern, text, expected) => {
    expect(await read(pattern, text, {}, types)).toEqual(expected);
  });

  it("reject with any other error that they throw", async () => {
    await expect(read("a <x:size>", "bug", {}, types)).rejects.toThrow("a bug of the bot");
  });
});
