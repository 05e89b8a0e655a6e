import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mentionedNames } from "../../protocol/markup/mentions.js";
import { renderMarkdown } from "../../protocol/markup/render.js";
import { htmlToText } from "../../protocol/markup/to-text.js";
import type { FeedItem } from "./feed-item.js";
import { fitMessage, formatItem, formatSkipped } from "./format-item.js";

const item = (more: Partial<FeedItem>): FeedItem => ({
  id: "1",
  title: "A title",
  url: "https://site.example/1",
  author: null,
  summary: "",
  publishedAt: null,
  ...more,
});

describe("an item", () => {
  test("shows as a bold link with its author", () => {
    const text = formatItem(item({ title: "Big [news] *today*", author: "Ann_B" }));
    expect(renderMarkdown(text)).toBe(
      '<b><a href="https://site.example/1" rel="nofollow noopener noreferrer">Big &#91;news&#93; &#42;today&#42;</a></b> by Ann_B',
    );
  });

  test.each([
    [{ url: null }, "**A title**"],
    [{ title: "" }, "**[https://site.example/1](https://site.example/1)**"],
    [{ title: "", url: null }, "**(untitled)**"],
    [{ url: `https://site.example/${"x".repeat(480)}` }, "**A title**"],
    [{ title: "hello @Bob", author: "@ann" }, "**[hello @\u2060Bob](https://site.example/1)** by @\u2060ann"],
    [{ url: "https://social.example/@bob" }, "**[A title](https://social.example/%40bob)**"],
  ])("%j shows as %s", (more, text) => {
    expect(formatItem(item(more))).toBe(text);
  });

  test("of any contents has at most 500 characters on one line, pings nobody and shows its title", () => {
    const anyText = fc.oneof(
      fc.string({ unit: "binary", maxLength: 400 }),
      fc
        .array(fc.constantFrom("@Bob", "*", "**", "[", "](", ")", "`", "\\", "http://a.b/", "---", " ", "x"), {
          maxLength: 100,
        })
        .map((parts) => parts.join("")),
    );
    const anyUrl = fc.oneof(
      fc.constant(null),
      fc.string({ unit: "binary" }).map((path) => URL.parse(path, "https://site.example/")?.href ?? null),
    );
    fc.assert(
      fc.property(anyText, anyUrl, fc.oneof(fc.constant(null), fc.string({ maxLength: 80 })), (title, url, author) => {
        const text = formatItem(item({ title: title.replace(/\s+/g, " ").trim(), url, author }));
        expect(text.length).toBeLessThanOrEqual(500);
        expect(text).not.toMatch(/\n/);
        expect([...mentionedNames(text)].filter((name) => !name.startsWith("\u2060"))).toEqual([]);
        expect(htmlToText(renderMarkdown(text)).trim()).not.toBe("");
      }),
    );
  });
});

test.each([
  [1, "1 earlier item of **[News](https://site.example/)** is not shown."],
  [40, "40 earlier items of **[News](https://site.example/)** are not shown."],
])("%i items that are left out are one line", (count, text) => {
  expect(formatSkipped(count, { title: "News", url: "https://site.example/", items: [] }, "news")).toBe(text);
});

describe("the message of a user's format", () => {
  test("loses its pings, and is cut at 500 characters unless it has several lines", () => {
    expect(fitMessage(" @Bob: [x](https://a.example/) ")).toBe("@\u2060Bob: [x](https://a.example/)");
    expect(fitMessage("word ".repeat(200))).toMatch(/^(?:word )+…$/);
    expect(fitMessage("word ".repeat(200)).length).toBeLessThanOrEqual(500);
    const lines = "word\n".repeat(200).trim();
    expect(fitMessage(lines)).toBe(lines);
  });
});
