/** Texts of people that a bot says again. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { htmlToText, mentions } from "../../index.js";
import { renderMarkdown, splitReplyPrefix } from "../../protocol/markup/index.js";
import { harmlessLine, harmlessMarkdown, harmlessText } from "./harmless.js";

const piece = fc.constantFrom(
  ..."@Alice|@|Alice|@\u200bAlice|:12 |:12|  |\n|https://x.example/@Alice|[a](https://x.example/@Alice)|`@Alice`|**|\u{1f600}".split(
    "|",
  ),
  "    ",
);
const written = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));

test("nothing that people wrote pings anybody or makes a reply when it is said again", () => {
  fc.assert(
    fc.property(written, (text) => {
      for (const said of [harmlessText(text), harmlessLine(text), harmlessMarkdown(text)]) {
        expect(mentions(htmlToText(renderMarkdown(said)), "Alice")).toBe(false);
        if (said !== harmlessLine(text)) expect(splitReplyPrefix(said).replyTo).toBe(null);
      }
    }),
  );
});

test("a text that is too long is cut, but not within a character", () => {
  expect(harmlessLine("\u{1f600}\u{1f600}", 3)).toBe("\u{1f600}…");
  expect(harmlessMarkdown("a".repeat(600), 10)).toBe(`${"a".repeat(9)}…`);
});
