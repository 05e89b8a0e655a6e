/** Escaped text shows as itself: exact output, and the guarantee for any text. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sizeOf } from "../../../test/sizes.js";
import { codeSpan, defuseMentions, escapeLine, escapeMarkdown, fixedWidth } from "./escape-markdown.js";
import { markupUnit, preview } from "./markup-unit.test-support.js";
import { renderMarkdown } from "./render.js";
import { splitReplyPrefix } from "./reply-prefix.js";
import { htmlToText } from "./to-text.js";

/** The text of a message as users see it. */
const seen = (markdown: string): string => htmlToText(renderMarkdown(markdown)).replaceAll("\u2060", "").trim();

const hostile: fc.Arbitrary<string> = fc.oneof(
  fc
    .array(
      fc.oneof(
        { weight: 5, arbitrary: markupUnit },
        fc.constantFrom(
          ...["http://x.com/a", "ftp://a.b/c_(d)", "https://www.x.y/a_b/*c*/---/", "[a](http://q.r)", "http://"],
          `https://x.y/${"long/".repeat(50)}`,
        ),
      ),
      { maxLength: 14 },
    )
    .map((parts) => parts.join("")),
  fc.string({ unit: "binary", maxLength: 30 }),
);
const lines = hostile.map((text) => text.replace(/[\r\n\u00a0]/g, " "));

describe("escapeMarkdown", () => {
  it.each([
    ["I'm plain, (really) & <b>so</b>!", "I'm plain, (really) & <b>so</b>!"],
    ["*a* **b** _c_ __d__", "\\*a\\* \\*\\*b\\*\\* \\_c\\_ \\_\\_d\\_\\_"],
    ["snake_case 2*3 2 * 3 a - b -- c", "snake_case 2\\*3 2 \\* 3 a - b -- c"],
    ["foo**bar**baz", "foo\\*\\*bar\\*\\*baz"],
    ["use `code` or ``co`de``", "use \\`code\\` or \\`\\`co\\`de\\`\\`"],
    ["[a](http://b.c)", "\\[a]([http://b.c](http://b.c))"],
    ["[tag:x] list[0]", "\\[tag:x] list\\[0]"],
    ["a ---b--- c --- d", "a --\u2060-b--\u2060- c --- d"],
    ["C:\\new \\*x \\(y\\)", "C:\\new \\\\*x \\\\(y\\\\)"],
    ["see http://a.b/c_d.", "see [http://a.b/c_d](http://a.b/c_d)."],
    ["(https://a.b/c_(d))", "([https://a.b/c\\_(d)](https://a.b/c_(d)))"],
    ["https://a.b/c.png", "\u2060[https://a.b/c.png](https://a.b/c.png)"],
    ["//a.b/c.png", "\u2060//a.b/c.png"],
    ["https://a.b/c", "[https://a.b/c](https://a.b/c)"],
    ["//a.b/c", "//a.b/c"],
    ...[
      "https://stackoverflow.com/q/1",
      "https://chat.stackexchange.com/transcript/message/1",
      "http://en.m.wikipedia.org/wiki/A",
      "https://www.youtube.com/watch?v=a",
      "https://youtu.be/a",
      "https://xkcd.com",
      "https://twitter.com/a/status/1",
      "https://gist.github.com/a/b",
      "https://bugs.launchpad.net/a",
      "http://manpages.ubuntu.com/a",
      "https://www.amazon.co.uk/dp/1",
      "https://i.sstatic.net/a.PNG?b#c",
    ].map((address): [string, string] => [address, `\u2060[${address}](${address})`]),
    ["!https://a.b/c", "\u2060!https://a.b/c"],
    [":123 no reply", "\u2060:123 no reply"],
    ["> no quote", "\u2060> no quote"],
    ["    no code", "\u2060    no code"],
    ["---", "--\u2060-"],
    ["=====", "\u2060====="],
    ["", ""],
    ["hi @bob", "hi @bob"],
  ])("%j", (text, markdown) => {
    expect(escapeMarkdown(text)).toBe(markdown);
  });

  it("shows a URL that is too long for a link in full, without a link", () => {
    const url = `https://a.b/${"c".repeat(200)}`;
    expect(escapeMarkdown(`see ${url}`)).toBe(`see \u2060${url}`);
    expect(renderMarkdown(escapeMarkdown(`see ${url}`))).not.toContain("<a");
  });

  it("changes only the start of text of several lines", () => {
    expect(escapeMarkdown("*a*\n`b`")).toBe("*a*\n`b`");
    expect(escapeMarkdown("    a\n    b")).toBe("\u2060    a\n    b");
    expect(escapeMarkdown(":1 a\nb")).toBe("\u2060:1 a\nb");
    expect(escapeMarkdown("*a*\n")).toBe("\\*a\\*\n");
  });

  it("defuses mentions when asked", () => {
    expect(escapeMarkdown("*@bob* and http://x.y/@bob", { mentions: true })).toBe(
      "\\*@\u2060bob\\* and [http://x.y/%40bob](http://x.y/%40bob)",
    );
    expect(() => escapeMarkdown("a", { mention: true } as object)).toThrow(/no option "mention"/);
  });

  it("shows any line as itself", () => {
    fc.assert(
      fc.property(lines, (text) => {
        expect(seen(escapeMarkdown(text))).toBe(text.replaceAll("\u2060", "").trim());
      }),
      { numRuns: sizeOf({ near: 500, release: 4_000 }) },
    );
  });

  it("turns no line into a reply, a quote, fixed-width text, a onebox, or any element but links", () => {
    fc.assert(
      fc.property(lines, (text) => {
        const markdown = escapeMarkdown(text);
        expect(splitReplyPrefix(markdown).replyTo).toBeNull();
        expect(markdown.trimStart()).not.toMatch(/^(?:> |(?:---+|===+)$)/);
        const html = renderMarkdown(markdown, { onebox: preview });
        expect(html).not.toMatch(/<(?!\/?a[ >])/);
        for (const [, href, inner] of html.matchAll(/<a href="([^"]*)"[^>]*>(.*?)<\/a>/g)) {
          expect(htmlToText(inner ?? "").replaceAll("\u2060", "")).toBe(htmlToText(href ?? ""));
        }
      }),
      { numRuns: sizeOf({ near: 500, release: 4_000 }) },
    );
  });

  it("turns several lines into no element but links", () => {
    const several = fc.array(lines, { minLength: 2, maxLength: 4 }).map((all) => all.join("\n"));
    fc.assert(
      fc.property(several, (text) => {
        expect(renderMarkdown(escapeMarkdown(text))).not.toMatch(/<(?:b|i|code|strike|pre)\b/);
      }),
      { numRuns: 500 },
    );
  });
});

describe("escapeLine beside markup", () => {
  it("never pairs with the marks around it", () => {
    fc.assert(
      fc.property(lines, fc.constantFrom("*", "__", "---", "***"), (text, mark) => {
        const inner = `x ${escapeLine(text, "defuse")} x`;
        const html = renderMarkdown(`${mark}${inner}${mark} ${escapeLine(text, "defuse")} ${mark}a${mark}`);
        expect(html.match(/<(?:b|i|strike)>/g)?.length).toBe(mark === "***" ? 4 : 2);
      }),
      { numRuns: sizeOf({ near: 125, release: 1_000 }) },
    );
  });
});

describe("defuseMentions", () => {
  it.each([
    ["@bob, @alice: hi", "@\u2060bob, @\u2060alice: hi"],
    ["a @ b @", "a @ b @"],
    ["@\u2060bob", "@\u2060bob"],
    ["see http://x.y/@bob @bob", "see http://x.y/%40bob @\u2060bob"],
    ["ftp://me@x.y/", "ftp://me@x.y/"],
    ["@@bob", "@@\u2060bob"],
  ])("%j", (text, safe) => {
    expect(defuseMentions(text)).toBe(safe);
    expect(defuseMentions(safe)).toBe(safe);
  });
});

describe("fixedWidth", () => {
  it("indents every line that is not blank", () => {
    expect(fixedWidth("a\r\n\n  b")).toBe("    a\n\n      b");
    expect(fixedWidth("")).toBe("");
  });

  it("shows any text as itself", () => {
    const block = fc.array(lines, { maxLength: 4 }).map((all) => all.join("\n"));
    fc.assert(
      fc.property(block, (text) => {
        const shown = text.trimEnd().replace(/^(?:[^\S\n]*\n)+/, "");
        const html = renderMarkdown(fixedWidth(text), { partialLimit: 1e6 });
        if (/\S/.test(text)) expect(html).toMatch(/^<pre class='full'>/);
        expect(htmlToText(html).replaceAll("\u2060", "").replace(/^\s+$/gm, "")).toBe(
          shown.replaceAll("\u2060", "").replace(/^\s+$/gm, ""),
        );
        expect(splitReplyPrefix(fixedWidth(text)).replyTo).toBeNull();
      }),
      { numRuns: 500 },
    );
  });
});

describe("codeSpan", () => {
  it.each([
    ["a", "`a`"],
    [" a ", "`a`"],
    ["a`b", "``a`b``"],
    ["`", "`` ` ``"],
    ["``a` b", "``` ``a` b ```"],
    [" ", ""],
  ])("%j", (code, markdown) => {
    expect(codeSpan(code)).toBe(markdown);
  });

  it("shows any code as itself", () => {
    fc.assert(
      fc.property(lines, (code) => {
        const html = renderMarkdown(`x ${codeSpan(code)} x`);
        expect(htmlToText(html)).toBe(code.trim() === "" ? "x  x" : `x ${code.trim()} x`);
        if (code.trim() !== "") expect(html).toMatch(/^x <code>.*<\/code> x$/s);
      }),
      { numRuns: sizeOf({ near: 125, release: 1_000 }) },
    );
  });
});
