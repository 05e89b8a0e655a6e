/** Messages built from pieces: exact output, and the guarantee that no text breaks the markup around it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sizeOf } from "../../../test/sizes.js";
import { visibleCharacters } from "./atoms.js";
import { type MessageBuilder, type MessageBuilderOptions, message } from "./builder.js";
import { escapeHtml } from "./escape.js";
import { failureOf } from "./failure-of.test-support.js";
import { markupUnit, preview } from "./markup-unit.test-support.js";
import { renderMarkdown } from "./render.js";
import { splitReplyPrefix } from "./reply-prefix.js";

describe("message()", () => {
  const url = "https://a.b/c";

  it.each<[string, MessageBuilder, string]>([
    ["nothing", message(), ""],
    ["a reply without text", message().reply(1), ""],
    [
      "a chain",
      message().reply(123).text("See ").link("the docs", "https://x.y/z").text(" and ").bold("don't panic"),
      ":123 See [the docs](https://x.y/z) and **don't panic**",
    ],
    ["a reply called last", message().text("hi").reply(5), ":5 hi"],
    [
      "every mark",
      message().bold("a").text(" ").italic("b").text(" ").strike("c").text(" ").code("d"),
      "**a** *b* ---c--- `d`",
    ],
    ["escaped text", message().text("*a* [b](c) `d`"), "\\*a\\* \\[b](c) \\`d\\`"],
    ["texts that only together are markup", message().text("*").text("a").text("*"), "\\*a\\*"],
    ["marks inside marks", message().bold("a*b **c**"), "**a\\*b \\*\\*c\\*\\***"],
    ["dashes inside strike", message().strike("-a-"), "---\u2060-a-\u2060---"],
    ["a backslash before a mark", message().bold("C:\\"), "**C:\\\u2060**"],
    ["spaces at the edges outside", message().text("a").bold(" b ").text("c"), "a **b** c"],
    [
      "spaces where boundaries are missing",
      message().text("a").bold("b").text("c").code("d").italic("e"),
      "a **b** c `d` *e*",
    ],
    ["punctuation as a boundary", message().text("(").bold("b").text("), ok"), "(**b**), ok"],
    ["empty pieces", message().text("a").bold("").code(" ").italic("").text("b"), "a b"],
    ["code with backticks", message().code("a`b").text(" ").code("`"), "``a`b`` `` ` ``"],
    ["raw markdown", message().raw("**a**").text(" *b*"), "**a** \\*b\\*"],
    ["brackets in a link text", message().text("x ").link("a[0] ](y", url), "x [a\\[0\\] \\](y](https://a.b/c)"],
    [
      "parentheses in an address",
      message().text("x ").link("a", 'https://a.b/c_(d) e"f'),
      "x [a](https://a.b/c_%28d%29%20e%22f)",
    ],
    ["a link without a text", message().text("x ").link("", url), "x [https://a.b/c](https://a.b/c)"],
    ["a URL object", message().text("x ").link("a", new URL("https://a.b")), "x [a](https://a.b/)"],
    [
      "a link alone, which must not be a onebox",
      message().link("a", "https://a.b/c.png"),
      "\u2060[a](https://a.b/c.png)",
    ],
    ["a link alone, which is no onebox anywhere", message().link("a", url), "[a](https://a.b/c)"],
    ["an address alone", message().link("", url), "[https://a.b/c](https://a.b/c)"],
    ["a link after a backslash", message().text("C:\\").link("a", url), "C:\\ [a](https://a.b/c)"],
    ["tags", message().tag("c#").text(" ").metaTag("bug"), "[tag:c#] [meta-tag:bug]"],
    ["a mention", message().mention("Jon Skeet").text(": hi"), "@JonSkeet: hi"],
    ["a mention between letters", message().text("a").mention("@bob").text("b"), "a @bob b"],
    ["dashes after a mention", message().mention('x"-').text("---a ---b---"), '@x"- --\u2060-a --\u2060-b--\u2060-'],
    ["a quote", message().quote("to be *or*").text(" not"), "> to be \\*or\\* not"],
    ["a text like a quote", message().text("> a"), "\u2060> a"],
    ["a text like a reply", message().text(":1 a"), "\u2060:1 a"],
    ["lines", message().text("*a*").lines("b", "c").text("d"), "*a*\nb\nc\nd"],
    ["a single line of lines", message().lines("*a*"), "\\*a\\*"],
    ["a quote of several lines", message().reply(7).quote("a\r\nb"), ":7 > a\nb"],
    ["a mention on several lines", message().mention("Jon Skeet").lines("a_b_"), "@JonSkeet\na_b_"],
    ["fixed font", message().fixedWidth("a\n  *b*").fixedWidth("c"), "    a\n      *b*\n    c"],
    [
      "markup on several lines, dropped",
      message({ markupInLines: "drop" }).bold("a").text("\n").link("b", url).text(" ").link("", url).tag("x").code("`"),
      "a\nb (https://a.b/c) https://a.b/c[x]`",
    ],
  ])("writes %s", (_, built, expected) => {
    expect(built.toString()).toBe(expected);
    expect(`${built}`).toBe(expected);
  });

  it("rejects what chat cannot express", () => {
    expect(failureOf(() => message().text("a\n").bold("b").toString())).toMatch(/^BAD_ARGUMENT: text of several lines/);
    expect(failureOf(() => message().code("a\nb").toString())).toMatch(/markupInLines: "drop"$/);
    for (const address of ["javascript:alert(1)", "/path", "", "http://", "data:text/html,x", "mailto:a@b.c", "a.b"]) {
      expect(failureOf(() => message().link("a", address))).toMatch(/^BAD_ARGUMENT: a link must lead to an http/);
    }
    expect(failureOf(() => message().link("a".repeat(501), url))).toMatch(/^TOO_LONG/);
    expect(failureOf(() => message().link("a", `https://a.b/${"(".repeat(400)}`))).toMatch(/^TOO_LONG/);
    expect(failureOf(() => message().tag("a b"))).toBe('BAD_ARGUMENT: "a b" is not a valid tag');
    expect(failureOf(() => message().metaTag(""))).toMatch(/^BAD_ARGUMENT/);
    expect(failureOf(() => message().mention(" @ "))).toMatch(/^BAD_ARGUMENT/);
    expect(failureOf(() => message().reply(0))).toMatch(/^BAD_ARGUMENT/);
    expect(failureOf(() => message().reply(1).reply(2))).toMatch(/one message only/);
    expect(failureOf(() => message().text("a").quote("b"))).toMatch(/comes first/);
    expect(failureOf(() => message().fixedWidth("a").text("b").toString())).toMatch(/cannot contain anything else/);
    expect(failureOf(() => message().reply(1).fixedWidth("a").toString())).toMatch(/cannot contain anything else/);
    expect(failureOf(() => message({ drop: true } as MessageBuilderOptions))).toMatch(/no option "drop"/);
    expect(failureOf(() => message().text(1 as unknown as string))).toMatch(/^BAD_ARGUMENT/);
  });
});

const text = fc.array(markupUnit, { maxLength: 7 }).map((units) => units.join(""));
const addressed = fc
  .array(
    fc.oneof(markupUnit, fc.constantFrom("http://x.y/z", "https://a.b/c_(d).png", " ftp://a.b ", "https://xkcd.com/1")),
    {
      maxLength: 7,
    },
  )
  .map((units) => units.join(""));

type Step = readonly [kind: "text" | "bold" | "italic" | "strike" | "code" | "link" | "tag" | "mention", text: string];
const stepOf = (words: fc.Arbitrary<string>): fc.Arbitrary<Step> =>
  fc.tuple(fc.constantFrom("text", "text", "bold", "italic", "strike", "code", "link", "tag", "mention"), words);
const ADDRESS = "https://q.wikipedia.org/s_(t)*u*";

function build(steps: readonly Step[], isQuote: boolean): MessageBuilder {
  const built = isQuote ? message().quote("q ") : message();
  for (const [kind, words] of steps) {
    if (kind === "link") built.link(words, ADDRESS);
    else if (kind === "tag") built.tag("c#");
    else if (kind === "mention") built.mention(`x${words}`);
    else built[kind](words);
  }
  return built;
}

/** The expected HTML of a step, written by hand. */
function wanted([kind, words]: Step): string {
  const shown = escapeHtml(words);
  switch (kind) {
    case "bold":
      return `<b>${shown}</b>`;
    case "italic":
      return `<i>${shown}</i>`;
    case "strike":
      return `<strike>${shown}</strike>`;
    case "code":
      return `<code>${shown}</code>`;
    case "link":
      return `<a href="https://q.wikipedia.org/s_%28t%29*u*">${words.trim() === "" ? escapeHtml(ADDRESS) : shown}</a>`;
    case "tag":
      return '<a href="//stackoverflow.com/questions/tagged/c%23">c#</a>';
    case "mention":
      return `@x${shown}`;
    case "text":
      return shown;
  }
}

describe("message() with arbitrary pieces", () => {
  it("shows exactly the requested elements with exactly their texts", () => {
    fc.assert(
      fc.property(fc.array(stepOf(text), { maxLength: 6 }), fc.boolean(), (steps, isQuote) => {
        const markdown = build(steps, isQuote).toString();
        expect(splitReplyPrefix(markdown).replyTo).toBeNull();
        expect(markdown.startsWith("> ")).toBe(isQuote);
        const expected = visibleCharacters((isQuote ? "&gt;q" : "") + steps.map(wanted).join(""));
        expect(visibleCharacters(renderMarkdown(markdown, { onebox: preview }))).toEqual(expected);
      }),
      { numRuns: sizeOf({ near: 1000, release: 8_000 }) },
    );
  });

  it("shows exactly the texts when they contain URLs", () => {
    fc.assert(
      fc.property(fc.array(stepOf(addressed), { maxLength: 6 }), fc.boolean(), (steps, isQuote) => {
        const letters = (html: string): string =>
          visibleCharacters(html)
            .map((each) => String.fromCodePoint(each.codePointAt(0) ?? 0))
            .join("");
        const html = renderMarkdown(build(steps, isQuote).toString(), { onebox: preview });
        expect(letters(html)).toBe(letters((isQuote ? "&gt;q" : "") + steps.map(wanted).join("")));
        for (const name of ["b", "i", "strike", "code"]) {
          const count = steps.filter(([kind, words]) => words.trim() !== "" && TAGS[kind] === name).length;
          expect(html.split(`<${name}>`).length - 1).toBe(count);
        }
      }),
      { numRuns: sizeOf({ near: 100, release: 800 }) },
    );
  });
});

const TAGS: Readonly<Partial<Record<Step[0], string>>> = { bold: "b", italic: "i", strike: "strike", code: "code" };
