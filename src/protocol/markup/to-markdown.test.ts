/** Markdown converted from HTML must render to the same HTML. */
import { describe, expect, it } from "vitest";
import { breakLongWords } from "./long-words.js";
import { renderMarkdown } from "./render.js";
import { htmlToMarkdown } from "./to-markdown.js";

const SOURCES: readonly string[] = [
  "**b** *i* ---s--- `c` ``a`b`` `` `a` ``",
  "*a __b__* **_x_**",
  '[a](http://x.com/(b) "t") [`c/d`](//x.y) https://en.wikipedia.org/wiki/A_(b), http://www.a.b/',
  "[tag:c#] [meta-tag:x]",
  "https://i.stack.imgur.com/a.png",
  "!https://x.y/z",
  "a\n**b** http://x.com/b.\n<c>",
  "    x\n\n      y",
  "\none",
  "\\*a\\* 2 * 3 snake_case [x] (y) \\[z\\] a\\.b",
  "> quoted",
];

describe("htmlToMarkdown", () => {
  it.each(SOURCES)("restores %j", (source) => {
    expect(htmlToMarkdown(renderMarkdown(source))).toBe(source);
  });

  it.each([
    ["a *b* c", "a \\*b\\* c"],
    ["snake_case and a_", "snake_case and a_"],
    ["[x](http://y.z)", "[x\\](http://y.z)"],
    ["[tag:a]", "\\[tag:a]"],
    ['<a href="//x.y/(">a]</a>', "[a\\]](//x.y/\\()"],
    ['<a href="javascript:alert(1)">a</a>', "a"],
    ["foo<b>bar</b>", "foobar"],
    ["a<code>b</code>c", "abc"],
    ['<a href="http://x.com/long/path">x.com/&hellip;</a>!', "http://x.com/long/path!"],
    ['<a href="http://x.com/a">x.com/a</a>b', "[x.com/a](http://x.com/a)b"],
    ['<span class="mention">@You</span> a_ [b]', "@You a_ [b]"],
    ["a<br>*b*", "a\n*b*"],
    ['<div class="quote">so it is</div>', "> so it is"],
    ['<a class="post-tag" href="/t">php</a>', "[tag:php]"],
    ["<div class='full'><a href=\"http://a.b/c\">why</a> <br> x</div>", "why (http://a.b/c)\nx"],
    ["", ""],
  ])("writes %j as %j", (html, markdown) => {
    expect(htmlToMarkdown(html)).toBe(markdown);
  });

  it("removes the characters that the server inserts into long words, and nothing else", () => {
    const word = "w".repeat(200);
    expect(htmlToMarkdown(breakLongWords(renderMarkdown(`**a** ${word} \u200c`)))).toBe(`**a** ${word} \u200c`);
  });

  it("writes the preview of a tweet or a comment as its URL", () => {
    const tweet =
      '<div class="onebox ob-tweet"><a href="//t.co/ann">x</a><p class="ob-tweet-info"><a href="//t.co/ann">Ann</a> <a href="//t.co/5&amp;6">5</a></p></div>';
    expect(htmlToMarkdown(tweet)).toBe("//t.co/5&6");
    const comment =
      '<div class="quote">a <b>b</b> &mdash; <a href="//x.y/users/1">Ann</a> <a title="t" href="//x.y/q/2#comment3_2"><span class="relativetime" title="z">now</span></a></div>';
    expect(htmlToMarkdown(comment)).toBe("//x.y/q/2#comment3_2");
  });

  it("writes a onebox as its URL", () => {
    const html = '<div class="onebox ob-message"><a href="/transcript/message/1#1">x</a>, by y <br/><div>z</div></div>';
    expect(htmlToMarkdown(html)).toBe("/transcript/message/1#1");
    expect(htmlToMarkdown(html, { origin: "https://chat.a.b" })).toBe("https://chat.a.b/transcript/message/1#1");
  });
});
