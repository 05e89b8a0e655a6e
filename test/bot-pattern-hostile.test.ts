/** Arguments of commands that nobody means well: any text gives arguments or a harmless reason, in linear time. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ArgumentEnvironment, parsePattern, readArguments } from "../src/bot/pattern/index.js";
import { readWords } from "../src/bot/pattern/words.js";
import { slowdown } from "../src/protocol/growth.test-support.js";
import { renderMarkdown } from "../src/protocol/index.js";
import { codeUnit, env, read } from "./bot-pattern-support.js";

describe("bad input", () => {
  const patterns = [
    "a <n:integer> [--loud] [--t:duration=1m] [x:text...]",
    "a [d:date] [l:duration] [s:(on|off)] [w...]",
    "a [m:message] [r:room] [--u:user] [t:text]",
    "a <u:user...>",
  ].map((pattern) => parsePattern<string>(pattern));
  const nobody: ArgumentEnvironment = { ...env, repliedTo: null, people: () => Promise.resolve([]), user: null };
  const part = fc.constantFrom(
    ..."\"'“”`*_-[]()\\ \n@:/.,=—5a".split(""),
    "--",
    "---",
    "--loud",
    "--t=",
    "in ",
    "1h",
    "@Bob",
    "://",
    "https://chat.stackoverflow.com/rooms/",
    "[a](//b.c)",
    "\u202e",
    "\ud800",
    "😀",
  );
  const typed = fc.oneof(
    fc.string({ unit: codeUnit, maxLength: 60 }),
    fc.array(part, { maxLength: 40 }).map((parts) => parts.join("")),
  );

  it("gives arguments or a short reason that pings nobody, formats nothing and links nowhere", async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...patterns), typed, async (pattern, text) => {
        const result = await readArguments(pattern, text, nobody);
        if (result.ok) return;
        expect(result.reason).not.toMatch(/@[^\s@.,:;!?()"\u2060]|\n/);
        expect(renderMarkdown(result.reason)).not.toContain("<");
        expect(result.reason.length).toBeLessThan(250);
      }),
      { numRuns: 3_000 },
    );
  });

  it("never repeats more than 40 characters of the text", async () => {
    for (const unit of ["x", "😀", "@ab ", "*", "e\u0301"]) {
      const reason = await read("a <n:integer>", `"${unit.repeat(100)}"`);
      if (typeof reason !== "string") throw new Error("this should be refused");
      const echo = reason.slice('n must be a whole number, not "'.length, -1).replace(/[\u2060\\]/g, "");
      expect(echo.length).toBeLessThanOrEqual(40);
      expect(echo).toMatch(/…$/);
      expect(echo).not.toMatch(/\p{Cs}/u);
    }
  });

  it.each([
    ["plain words", "ab "],
    ["quotes", "\"a' “ "],
    ["backticks", "` `` ```a "],
    ["emphasis", "*a _b **c ---d "],
    ["closed emphasis", "**a** *b* "],
    ["brackets", "[a](//b ,[( "],
    ["open links", "[a](//x,"],
    ["backslashes", "\\"],
    ["flags", "--a=b --c "],
    ["dashes", "-"],
    ["spaces", " "],
    ["lines", "\n a"],
  ])("takes linear time to find the words of %s", (_, unit) => {
    const work = (size: number) => {
      const text = unit.repeat(size / unit.length);
      return { size, run: () => void readWords(text) };
    };
    expect(slowdown(work(1_000), work(16_000))).toBeLessThan(4);
  });

  it("tries a bounded number of values for each word", async () => {
    let tried = 0;
    const count = (text: string) => {
      tried += 1;
      return text;
    };
    await read("a [x:counted...] [--y]", "b ".repeat(5_000), {}, { counted: count });
    expect(tried).toBe(5_000);
    let looked = 0;
    const people = async () => {
      looked += 1;
      return [];
    };
    await read("a <x:date> <y:user> [z...]", "today b ".repeat(5_000), { people, user: null });
    expect(looked).toBe(1);
  });
});
