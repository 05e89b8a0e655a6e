/** Properties of any message: only safe tags, no lost text, a lossless round trip to markdown, and linear time. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sizeOf } from "../../../test/sizes.js";
import { slowdown, type Work } from "../growth.test-support.js";
import { htmlToMarkdown, htmlToText, renderMarkdown } from "./index.js";

/** The length of the small input in the checks of linear time. */
const SMALL = sizeOf({ near: 1_000, release: 2_000 });

/** Each of these, repeated many times, is trouble for a careless matcher. */
const HOSTILE_UNITS: readonly string[] = [
  ...["*a ", "[", "`", "---", "((((", "`a ``b ```c ", "[a](http://x", "[a](//x(", '[a](//x "', "http://a,", "[tag:"],
  ...["**_", "[`", "` ` [", "`[x`y ", "\\[", "*a _b **c __d ", " ", "\n ", "&#91;", "<!--", "<div ", "<a href='//x'>"],
];

const PARTS: readonly string[] = [
  ...["a", "b1", " ", " ", "*", "**", "_", "__", "`", "``", "---", "-", "[", "]", "(", ")", "](", "\\", "<", ">", "&"],
  ...[
    "'",
    '"',
    "!",
    ".",
    ",",
    "/",
    "é",
    "😀",
    "&amp;",
    "//y.z",
    "http://x.com/a",
    "ftp://a.png",
    "**a**",
    "*a*",
    "`c`",
  ],
  ...["---a---", "[tag:c#]", "[meta-tag:x]", "[a](http://q.r)", '[a](http://q.r "t")'],
  "https://www.stackoverflow.com/questions/1/a-b/",
];

const line: fc.Arbitrary<string> = fc.array(fc.constantFrom(...PARTS), { maxLength: 14 }).map((all) => all.join(""));
const indented = fc.tuple(fc.constantFrom("", "    ", "  ", "\t"), line).map(([indent, text]) => indent + text);

/** Messages full of valid and invalid markup, on one line or several. */
const messages: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: line },
  fc.array(indented, { maxLength: 4 }).map((lines) => lines.join("\n")),
);

describe("renderMarkdown of any input", () => {
  const allowed =
    /<(?:\/?(?:b|i|strike|code)|\/?(?:a|span|div|pre)|br|a href="(?:(?:https?|ftp):)?\/\/[^"<>]*"(?: rel="nofollow noopener noreferrer")?(?: title="[^"<>]*")?|a rel="nofollow noopener noreferrer" href="(?:(?:https?|ftp):)?\/\/[^"<>]*"|img src="(?:(?:https?|ftp):)?\/\/[^"<>]*" class="user-image" alt="user image" \/|span class="ob-post-tag" style="[a-zA-Z0-9#:;-]*"|(?:div|pre) class='(?:full|partial)'|div class="onebox ob-image")>/gi;

  const part = fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom(...HOSTILE_UNITS, "http://a.b", "](//", ")", '"', "<script>", "javascript:", "\n"),
    },
    fc.string({ unit: "binary", maxLength: 6 }),
  );

  it("never emits a tag outside the dialect", () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 20 }), (parts) => {
        expect(renderMarkdown(parts.join("")).replace(allowed, "")).not.toMatch(/[<>]/);
      }),
      { numRuns: sizeOf({ near: 60, release: 2_000 }) },
    );
  });
});

describe("htmlToText of any input", () => {
  it("returns typed text without markup unchanged", () => {
    const plain = fc.string({ unit: "binary" }).filter((text) => !/[*_`[\\\u00a0]|---|:\/\/|^!?\/\/| {4}/.test(text));
    fc.assert(
      fc.property(plain, (text) => {
        expect(htmlToText(renderMarkdown(text))).toBe(text.replace(/\r\n?/g, "\n").trim());
      }),
      { numRuns: sizeOf({ near: 60, release: 1_000 }) },
    );
  });
});

describe("htmlToMarkdown of any input", () => {
  it("round-trips the HTML of any message", () => {
    fc.assert(
      fc.property(messages, (source) => {
        const html = renderMarkdown(source);
        expect(renderMarkdown(htmlToMarkdown(html))).toBe(html);
      }),
      { numRuns: sizeOf({ near: 150, release: 5_000 }) },
    );
  });

  it("keeps the text of HTML that no server sends", () => {
    // Without what the dialect cannot express: "---", "://" outside links, links beside a backslash.
    const word = fc.constantFrom(
      "a",
      "b c",
      " d ",
      "*",
      "_",
      "`",
      "[",
      "]",
      "](",
      "(x)",
      "&lt;",
      "&#39;",
      "&#91;",
      "e_f",
      ".",
    );
    const element = fc.constantFrom("b", "i", "strike", "code", 'a href="http://x.y/z"', 'a href="//x.y/("');
    const wrapped = fc
      .tuple(element, fc.array(word, { minLength: 1, maxLength: 3 }))
      .map(([tag, inner]) => `<${tag}>x${inner.join("")}</${tag.split(" ")[0]}>`);
    fc.assert(
      fc.property(fc.array(fc.oneof(word, wrapped), { maxLength: 6 }), (all) => {
        const html = all.join("");
        const text = (value: string): string => htmlToText(value).replace(/\s+/g, " ");
        expect(text(renderMarkdown(htmlToMarkdown(html)))).toBe(text(html));
      }),
      { numRuns: sizeOf({ near: 60, release: 2_000 }) },
    );
  });
});

describe("hostile input takes linear time", () => {
  const read = (source: string): void => {
    const html = renderMarkdown(source);
    for (const input of [source, html]) {
      htmlToText(input);
      htmlToMarkdown(input);
    }
  };
  const work = (unit: string, size: number): Work => {
    const source = unit.repeat(size / unit.length);
    return { size, run: () => read(source) };
  };

  it.each(HOSTILE_UNITS)("%j", (unit) => {
    expect(slowdown(work(unit, SMALL), work(unit, 16 * SMALL))).toBeLessThan(4);
  });
});
