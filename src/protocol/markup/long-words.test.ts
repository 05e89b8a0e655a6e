/** The invisible pair that the servers insert into long words. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { slowdown } from "../growth.test-support.js";
import { breakLongWords, joinLongWords, joinLongWordsIn } from "./long-words.js";
import { markupUnit } from "./markup-unit.test-support.js";
import { mentions } from "./mentions.js";
import { renderMarkdown } from "./render.js";
import { htmlToText } from "./to-text.js";

const PAIR = "\u200c\u200b";
const w = (count: number): string => "w".repeat(count);

describe("breakLongWords", () => {
  it.each([
    ["80 characters", w(80), w(80)],
    ["81 characters", w(81), `${w(80)}${PAIR}w`],
    ["several times", `a ${w(170)} b`, `a ${w(80)}${PAIR}${w(80)}${PAIR}${w(10)} b`],
    ["entities, which are a character each", "&".repeat(81), `${"&amp;".repeat(80)}${PAIR}&amp;`],
    ["emoji, whole", `${w(79)}😀😀`, `${w(79)}😀${PAIR}😀`],
    ["words that are partly bold", `**${w(79)}** ${w(2)}`, `<b>${w(79)}</b> ww`],
  ])("breaks %s", (_, source, html) => {
    expect(breakLongWords(renderMarkdown(source))).toBe(html);
  });

  it.each([
    ["fixed font", `    ${w(200)}`],
    ["several lines", `${w(200)}\nb`],
    ["code", `\`${w(200)}\` x`],
    ["links and their addresses", `[${w(200)}](http://a.b/${w(200)}) x`],
    ["previews", `http://a.b/${w(200)}.png`],
    ["many short words", "short ".repeat(60)],
  ])("leaves %s alone", (_, source) => {
    expect(breakLongWords(renderMarkdown(source))).toBe(renderMarkdown(source));
  });

  it("keeps counting across markup", () => {
    expect(breakLongWords(`<i>${w(50)}</i>${w(50)}`)).toBe(`<i>${w(50)}</i>${w(30)}${PAIR}${w(20)}`);
  });

  it("never changes what is read back", () => {
    const text = fc.array(fc.oneof(markupUnit, fc.constantFrom(w(70), "\u200c", "\u200b", "&", "😀".repeat(40))));
    fc.assert(
      fc.property(text, (parts) => {
        const html = renderMarkdown(parts.join(""));
        if (html.includes(PAIR)) return;
        expect(joinLongWordsIn(breakLongWords(html))).toBe(html);
        expect(htmlToText(breakLongWords(html))).toBe(htmlToText(html));
      }),
    );
  });

  it("takes linear time", () => {
    const work = (size: number) => ({
      size,
      run: () => void breakLongWords(`${"<a ".repeat(size)}${"&".repeat(size)}`),
    });
    expect(slowdown(work(2_000), work(32_000))).toBeLessThan(4);
    const reading = (size: number) => ({
      size,
      run: () => void joinLongWordsIn(`${"<".repeat(size)}${PAIR.repeat(size)}`),
    });
    expect(slowdown(reading(2_000), reading(32_000))).toBeLessThan(4);
  });
});

it("joinLongWords removes the pair in its order, and neither character alone", () => {
  expect(joinLongWords(`a${PAIR}b\u200c c\u200b\u200c`)).toBe("ab\u200c c\u200b\u200c");
  expect(mentions(`@al${PAIR}ice`, "Alice")).toBe(true);
});
