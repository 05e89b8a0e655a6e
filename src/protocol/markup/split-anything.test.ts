/** Splitting long texts: properties of any text, in linear time. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sizeOf } from "../../../test/sizes.js";
import { isChatError } from "../../errors/index.js";
import { slowdown, type Work } from "../growth.test-support.js";
import { readAtoms, visibleCharacters } from "./atoms.js";
import { failureOf } from "./failure-of.test-support.js";
import { renderMarkdown } from "./render.js";
import { splitReplyPrefix } from "./reply-prefix.js";
import { type SplitOptions, splitMessage } from "./split.js";
import { htmlToText } from "./to-text.js";

/** The length of the small input in the checks of linear time. */
const SMALL = sizeOf({ near: 1_000, release: 2_000 });

const words = (count: number, word = "word"): string => Array.from({ length: count }, () => word).join(" ");

const plain = fc.constantFrom(
  ...["a", "b1.", "it's", "(x)", "word", "*", "**", "_", "---", "`", "``", "[", "](", "\\", "\\*", "\\[", "> ", ":12 "],
  ...["é", "😀", "👨‍👩‍👧‍👦", "&", "<b>", "//y.z/a.png", "snake_case", "a\u0301", "!", "- -", "\u00a0", "    "],
  "x".repeat(120),
);
const piece: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: plain },
  fc.constantFrom(
    ...[
      "[a b](http://q.r/s)",
      "http://x.com/a_b",
      "https://a.b/c.png",
      "`a b`",
      "``c ` d``",
      "[tag:c#]",
      "[meta-tag:x]",
    ],
    ...["**a b**", "*c d*", "_e f_", "__g h__", "---i j---", "***k l***", "_**m n** o_", "(*p*),"],
    ...["*", "_", "**", "---"].map((mark) => `${mark}${words(18, "em b")}${mark}`),
    `*in ${words(12)} **deep ${words(12)}** \`${words(12)}\` [z](//z.z) end*`,
    `\`${words(20, "co `` de")}\``,
  ),
);
const markup: fc.Arbitrary<string> = fc
  .array(fc.tuple(piece, fc.constantFrom(" ", " ", " ", "", "  ")), { minLength: 1, maxLength: 30 })
  .map((pieces) => pieces.flat().join(""));
const several: fc.Arbitrary<string> = fc
  .array(fc.tuple(fc.constantFrom("", "", "    ", "> "), markup), { minLength: 2, maxLength: 6 })
  .map((all) => all.map(([start, line]) => start + line).join("\n"));
const block: fc.Arbitrary<string> = several.map((text) => text.replace(/^/gm, "    "));
const options: fc.Arbitrary<SplitOptions> = fc.record({
  mode: fc.constantFrom("words" as const, "lines" as const),
  limit: fc.constantFrom(50, 60, 90, 200, 500),
  replyPrefixLength: fc.constantFrom(0, 11, 25),
});

const entire = { partialLimit: Number.POSITIVE_INFINITY };

/** The visible characters of these parts, without white space, each with its enclosing elements. */
function shownBy(parts: readonly string[], isQuote: boolean): string[] {
  return parts.flatMap((part, index) => {
    const shown = visibleCharacters(renderMarkdown(part, entire));
    return isQuote && index > 0 ? shown.slice(1) : shown;
  });
}

function tornCharacters(part: string): boolean {
  return /\p{Surrogate}/u.test(part);
}

describe("readAtoms", () => {
  it("cuts any line into atoms that add up to the line", () => {
    fc.assert(
      fc.property(markup, (text) => {
        const line = text.trim();
        if (/^ {4}/.test(text) || /^!?\/\/\S*$|^!?\S*:\/\/\S*$|^\[[^[\]]+\]\(\S*\)$/.test(line)) return;
        const atoms = readAtoms(line, renderMarkdown(line));
        expect(atoms.map((atom) => atom.source).join("")).toBe(line);
      }),
      { numRuns: sizeOf({ near: 20, release: 400 }) },
    );
  });
});

describe("splitMessage of any text", () => {
  const check = (text: string, rules: SplitOptions): { parts: string[]; whole: string; isQuote: boolean } | null => {
    if (text.trim() === "") return null;
    const limit = rules.limit ?? 500;
    let parts: string[];
    try {
      parts = splitMessage(text, rules);
    } catch (error) {
      if (isChatError(error, "TOO_LONG")) return null;
      throw error;
    }
    const whole = splitReplyPrefix(text).text;
    const [first = "", ...others] = parts;
    if (first.length + (rules.replyPrefixLength ?? 0) > limit) expect(first).toMatch(/[\r\n]/);
    if (parts.length > 1 && !first.startsWith("\n"))
      expect(first.length).toBeLessThanOrEqual(limit - (rules.replyPrefixLength ?? 0));
    for (const part of others) {
      const isLongUrl = rules.mode === "lines" && /^\n(?:> )?\S+:\/\/\S+$/.test(part);
      if (!isLongUrl) expect(part.length).toBeLessThanOrEqual(limit);
      expect(splitReplyPrefix(part).replyTo).toBeNull();
    }
    for (const part of parts) {
      expect(part.trim()).not.toBe("");
      expect(tornCharacters(part)).toBe(false);
      expect(htmlToText(renderMarkdown(part))).not.toBe("");
      if (parts.length > 1) expect(renderMarkdown(part, { onebox: () => "onebox" })).not.toMatch(/^onebox|ob-image/);
    }
    return { parts, whole, isQuote: /^(?:<div class='full'>)?&gt; /.test(renderMarkdown(whole, entire)) };
  };

  it("shows the same text in parts as in one message", () => {
    fc.assert(
      fc.property(fc.oneof(markup, several, block), options, (text, rules) => {
        const all = check(text, rules);
        if (all === null || all.parts.length === 1) return;
        const letters = (shown: readonly string[]): string =>
          shown.map((each) => String.fromCodePoint(each.codePointAt(0) ?? 0)).join("");
        const parts = [splitReplyPrefix(all.parts[0] ?? "").text, ...all.parts.slice(1)];
        expect(letters(shownBy(parts, all.isQuote))).toBe(
          letters(visibleCharacters(renderMarkdown(all.whole, entire))),
        );
      }),
      { numRuns: sizeOf({ near: 20, release: 600 }) },
    );
  });

  it("keeps links, code and emphasis", () => {
    const tidy = fc
      .array(
        piece.filter((each) => !/^(?:[*_`[\]\\>:-]|\s|\]\(|- -|\/\/)*$/.test(each)),
        { minLength: 1, maxLength: 30 },
      )
      .map((pieces) => pieces.join(" "));
    fc.assert(
      fc.property(tidy, options, (text, rules) => {
        const all = check(text, rules);
        if (all === null || all.parts.length === 1) return;
        const shown = shownBy([splitReplyPrefix(all.parts[0] ?? "").text, ...all.parts.slice(1)], all.isQuote);
        expect(shown).toEqual(visibleCharacters(renderMarkdown(all.whole)));
      }),
      { numRuns: sizeOf({ near: 20, release: 300 }) },
    );
  });

  it("accepts any string", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 60, maxLength: 300 }), options, (text, rules) => {
        if (text.trim() === "" || /\p{Surrogate}/u.test(text)) return;
        const code = failureOf(() => check(text, rules));
        expect(code).toMatch(/^(?:no error|TOO_LONG)/);
      }),
      { numRuns: sizeOf({ near: 20, release: 300 }) },
    );
  });
});

describe("hostile input takes linear time", () => {
  const units = [
    ...["*a ", "[", "`", "---", "((((", "`a ``b ```c ", "[a](http://x", "[a](//x(", "http://a,", "[tag:", "**_", "[`"],
    ...[
      "` ` [",
      "\\[",
      "*a _b **c __d ",
      " a",
      "\n ",
      "\n",
      "a\n",
      "> ",
      "\u0301",
      "😀",
      "\\",
      "&",
      "x",
      "**a** ",
      "`a` ",
    ],
    ...["*a **b** ", "- ", "--- x", "👨‍👩‍👧‍👦", ":1 "],
  ];
  const work = (unit: string, size: number): Work => {
    const source = `a${unit.repeat(size / unit.length)}`;
    const tried: readonly (readonly [string, "words" | "lines"])[] = [
      [source, "lines"],
      [`*${source} a*`, "words"],
      [`\`${source} a\``, "words"],
    ];
    const run = (): void => {
      for (const [text, mode] of tried)
        expect(failureOf(() => splitMessage(text, { mode }))).toMatch(/^(?:no error|TOO_LONG)/);
    };
    return { size, run };
  };

  it.each(units)("%j", (unit) => {
    expect(slowdown(work(unit, SMALL), work(unit, 8 * SMALL))).toBeLessThan(4);
  });
});
