import fc from "fast-check";
import { expect, test } from "vitest";
import { htmlToText } from "../index.js";
import { quickTextOf } from "./quick-text.js";

const PARTS = [
  "yes",
  " ",
  "&#39;",
  "&quot;",
  "&amp;",
  "&lt;",
  "&gt;",
  "&",
  "&amp",
  ">",
  "<",
  "\n",
  "\u200c\u200b",
  "b>",
  ";",
];
const TAGS = [
  "b",
  "i",
  "code",
  "strike",
  "a",
  "pre",
  "br",
  'a href="/x" rel="nofollow"',
  'a href="/x?a&amp;b"',
  "/b",
  "/a",
  "/i",
];
const html = fc
  .array(
    fc.oneof(
      fc.constantFrom(...PARTS),
      fc.constantFrom(...TAGS).map((tag) => `<${tag}>`),
      fc.string({ maxLength: 3 }),
    ),
  )
  .map((parts) => parts.join(""));

test("a text that is read without a parser is the one that the parser reads", () => {
  fc.assert(
    fc.property(html, (content) => {
      const text = quickTextOf(content);
      if (text !== undefined) expect(text).toBe(htmlToText(content));
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ["that&#39;s &quot;it&quot; -&gt;", 'that\'s "it" ->'],
  ['see <a href="https://example.com/?a=1&amp;b=2" rel="nofollow noopener noreferrer">this</a>', "see this"],
  ["  use <code>Array.from</code>, <i>not</i> that ", "use Array.from, not that"],
])("reads %s without a parser", (content, text) => {
  expect(quickTextOf(content)).toBe(text);
});

test.each(["<div class='full'>a <br> b</div>", "a &nbsp; b", "a\nb", "a &lt; b", "<pre>a</pre>", "<b class='x'>a</b>"])(
  "leaves %s to the parser",
  (content) => {
    expect(quickTextOf(content)).toBeUndefined();
  },
);
