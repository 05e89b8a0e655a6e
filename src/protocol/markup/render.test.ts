/** Each rule of the dialect, with exact HTML. */
import { describe, expect, it } from "vitest";
import { PARTIAL_LIMIT, renderMarkdown } from "./render.js";

const REL = 'rel="nofollow noopener noreferrer"';
const TAG =
  'class="ob-post-tag" style="background-color:#E0EAF1;color:#3E6D8E;border-color:#3E6D8E;border-style:solid;"';

const rules: Readonly<Record<string, readonly (readonly [source: string, html: string])[]>> = {
  "escapes what people type": [
    ['I\'m <b>"here"</b> & there', "I&#39;m &lt;b&gt;&quot;here&quot;&lt;/b&gt; &amp; there"],
    ["Packers pakistan</a>", "Packers pakistan&lt;/a&gt;"],
    ["&amp;", "&amp;amp;"],
    ["> quoted", "&gt; quoted"],
    ["  trimmed  ", "trimmed"],
    ["", ""],
  ],
  "takes a backslash before a markup character as an escape": [
    ["\\*a\\* \\_ \\` \\(\\)", "&#42;a&#42; &#95; &#96; &#40;&#41;"],
    ["tag \\[design\\]: no", "tag &#91;design&#93;: no"],
    ["silklogistics\\.com\\.pk \\\\ \\", "silklogistics\\.com\\.pk \\\\ \\"],
    ["\\o/", "\\o/"],
  ],
  "marks code with any number of backticks": [
    ["a `docker-compose.yml` b", "a <code>docker-compose.yml</code> b"],
    ["``a`b``", "<code>a`b</code>"],
    ["`` `a` ``", "<code>`a`</code>"],
    ["`/suggested-edits` and `<x> *y*`", "<code>&#47;suggested-edits</code> and <code>&lt;x&gt; *y*</code>"],
    ["(`164379` on `security.se`).", "(<code>164379</code> on <code>security.se</code>)."],
    ["it`s a `b", "it`s a `b"],
    ["x`a` `b`x", "x`a` `b`x"],
    ["` ` `", "` ` `"],
  ],
  "marks bold, italic and strike-through": [
    ["**b** __b__", "<b>b</b> <b>b</b>"],
    ["*i*, _i_.", "<i>i</i>, <i>i</i>."],
    ["---gone---!", "<strike>gone</strike>!"],
    ["***both*** **_x_** _**x**_", "<b><i>both</i></b> <b><i>x</i></b> <i><b>x</b></i>"],
    ["*a **b** `c` ---d---*", "<i>a <b>b</b> <code>c</code> <strike>d</strike></i>"],
    ["(*a*) and '*a*,", "(<i>a</i>) and &#39;<i>a</i>,"],
    ["rev (x: *Auto by t --autopull*)", "rev (x: <i>Auto by t --autopull</i>)"],
  ],
  "needs boundaries around emphasis": [
    ["2 * 3 * 4", "2 * 3 * 4"],
    ["snake_case_word a*b*c", "snake_case_word a*b*c"],
    ["*a*b", "*a*b"],
    ['*a*"', "*a*&quot;"],
    ["**_a_ b", "**_a_ b"],
    ["**** ** ---- ---", "**** ** ---- ---"],
    ["---", "---"],
  ],
  "keeps crossing marks nested": [["*a **b* c**", "<i>a **b</i> c**"]],
  "makes links": [
    ["[MS](http://m.com/post/1)", `<a href="http://m.com/post/1" ${REL}>MS</a>`],
    ["\\[[MS](http://m.com/1)]", `&#91;<a href="http://m.com/1" ${REL}>MS</a>]`],
    ["[ [S](//goo.gl/e) | x ]", `[ <a href="//goo.gl/e" ${REL}>S</a> | x ]`],
    ['[a](ftp://x.y/z "it\'s")', `<a href="ftp://x.y/z" ${REL} title="it&#39;s">a</a>`],
    ["[a](https://x.y/?a=1&b=2)", `<a href="https://x.y/?a=1&amp;b=2" ${REL}>a</a>`],
    ["see [w](https://en.wikipedia.org/wiki/A_(b))", `see <a href="https://en.wikipedia.org/wiki/A_(b)" ${REL}>w</a>`],
    ["[a](http://x.y/\\))", `<a href="http://x.y/)" ${REL}>a</a>`],
    ["[`2a` *b* http://c.d](//g.h)", `<a href="//g.h" ${REL}><code>2a</code> <i>b</i> http://c.d</a>`],
    ["**[a](//b.c)**", `<b><a href="//b.c" ${REL}>a</a></b>`],
  ],
  "gives links to the network no rel": [
    ["[a](//askubuntu.com/questions/979130)", '<a href="//askubuntu.com/questions/979130">a</a>'],
    ["[a](https://ru.stackoverflow.com)", '<a href="https://ru.stackoverflow.com">a</a>'],
    ["[a](https://notstackoverflow.com/)", `<a href="https://notstackoverflow.com/" ${REL}>a</a>`],
    ["[a](https://stackoverflow.com.evil.org)", `<a href="https://stackoverflow.com.evil.org" ${REL}>a</a>`],
  ],
  "makes no link of anything but web addresses": [
    ["[a](javascript:alert(1))", "[a](javascript:alert(1))"],
    ["[a](data:text/html,x) [b](/path) [c]()", "[a](data:text/html,x) [b](/path) [c]()"],
    ['[a](http://x" onclick="y)', `[a](<a href="http://x" ${REL}>x</a>&quot; onclick=&quot;y)`],
    ["[](http://x.y) [ ](//x.y)", `[](<a href="http://x.y" ${REL}>x.y</a>) [ ](//x.y)`],
    ["[a] (http://x.y)", `[a] (<a href="http://x.y" ${REL}>x.y</a>)`],
  ],
  "links bare URLs and shows them short": [
    [
      "tag 182583 https://chat.stackoverflow.com/rooms/182583/burnination-progress-for-the-design-tag",
      `tag 182583 <a href="https://chat.stackoverflow.com/rooms/182583/burnination-progress-for-the-design-tag" ${REL}>chat.stackoverflow.com/rooms/182583/&hellip;</a>`,
    ],
    [
      "https://meta.stackoverflow.com/questions/320690/should-we-burninate-the-design-tag",
      `<a href="https://meta.stackoverflow.com/questions/320690/should-we-burninate-the-design-tag" ${REL} title="should we burninate the design tag">meta.stackoverflow.com/questions/320690/&hellip;</a>`,
    ],
    [
      `https://a.com/one/${"x".repeat(52)}`,
      `<a href="https://a.com/one/${"x".repeat(52)}" ${REL}>a.com/one/${"x".repeat(52)}</a>`,
    ],
    [
      `https://a.com/${"one/".repeat(20)}${"x".repeat(55)}`,
      `<a href="https://a.com/${"one/".repeat(20)}${"x".repeat(55)}" ${REL}>a.com/${"one/".repeat(20)}&hellip;</a>`,
    ],
    [
      `https://a.com/one/${"x".repeat(55)}/`,
      `<a href="https://a.com/one/${"x".repeat(55)}/" ${REL}>a.com/one/&hellip;</a>`,
    ],
    ["http://www.a.com/b/", `<a href="http://www.a.com/b/" ${REL}>a.com/b</a>`],
    [
      "(see http://a.com/b.) http://a.com/c_(d),",
      `(see <a href="http://a.com/b" ${REL}>a.com/b</a>.) <a href="http://a.com/c_(d)" ${REL}>a.com/c_(d)</a>,`,
    ],
    [
      "*http://a.com* ---http://b.com---",
      `<i><a href="http://a.com" ${REL}>a.com</a></i> <strike><a href="http://b.com" ${REL}>b.com</a></strike>`,
    ],
    ["xhttp://a.com http:// //a.com www.a.com", "xhttp://a.com http:// //a.com www.a.com"],
  ],
  "links tags": [
    ["[tag:c#]", `<a href="//stackoverflow.com/questions/tagged/c%23"><span ${TAG}>c#</span></a>`],
    ["a [meta-tag:bug].", `a <a href="//meta.stackoverflow.com/questions/tagged/bug"><span ${TAG}>bug</span></a>.`],
    ["[tag:] [tag:a b]", "[tag:] [tag:a b]"],
  ],
  "puts several lines in a block without markup": [
    ["a **b**\r\nc  \n", "<div class='full'>a **b** <br> c</div>"],
    ["done ... 1\n[x](//y.z) \\[a\\]", "<div class='full'>done ... 1 <br> [x](//y.z) \\[a\\]</div>"],
    ["see http://a.b/c.\n<i>", `<div class='full'>see <a href="http://a.b/c" ${REL}>a.b/c</a>. <br> &lt;i&gt;</div>`],
    ["\nlong *line*", "<div class='full'>long *line*</div>"],
    ["    a\nb", "<div class='full'>a <br> b</div>"],
  ],
  "puts indented lines in fixed font": [
    ["    a\n\n      b <c>", "<pre class='full'>a\n\n  b &lt;c&gt;</pre>"],
    ["    one *line*", "<pre class='full'>one *line*</pre>"],
    ["   three", "three"],
  ],
  "shows a lone picture address as a picture": [
    [
      "//i.stack.imgur.com/6x6tw.png",
      '<div class="onebox ob-image"><a rel="nofollow noopener noreferrer" href="//i.stack.imgur.com/6x6tw.png"><img src="//i.stack.imgur.com/6x6tw.png" class="user-image" alt="user image" /></a></div>',
    ],
    [
      "!https://a.b/c?d=1&e",
      '<div class="onebox ob-image"><a rel="nofollow noopener noreferrer" href="https://a.b/c?d=1&amp;e"><img src="https://a.b/c?d=1&amp;e" class="user-image" alt="user image" /></a></div>',
    ],
    ["[a text stays](http://a.b/c.JPG)", `<a href="http://a.b/c.JPG" ${REL}>a text stays</a>`],
    ["look //a.b/c.png", "look //a.b/c.png"],
    ["!javascript:x.png", "!javascript:x.png"],
  ],
};

for (const [rule, examples] of Object.entries(rules)) {
  describe(`renderMarkdown ${rule}`, () => {
    it.each(examples)("%j", (source, html) => {
      expect(renderMarkdown(source)).toBe(html);
    });
  });
}

describe("renderMarkdown with a context", () => {
  it("links tags to the room's own site", () => {
    const context = {
      siteUrl: "https://bicycles.stackexchange.com",
      metaUrl: "https://bicycles.meta.stackexchange.com",
    };
    expect(renderMarkdown("[tag:a]", context)).toContain(
      'href="https://bicycles.stackexchange.com/questions/tagged/a"',
    );
    expect(renderMarkdown("[meta-tag:a]", context)).toContain('//bicycles.meta.stackexchange.com/questions/tagged/a"');
  });

  it("asks for a onebox only when the URL is the whole message", () => {
    const asked: string[] = [];
    const onebox = (url: string): string | null => {
      asked.push(url);
      return url.includes("xkcd") ? '<div class="onebox ob-xkcd">…</div>' : null;
    };
    expect(renderMarkdown(" https://xkcd.com/1 ", { onebox })).toBe('<div class="onebox ob-xkcd">…</div>');
    expect(renderMarkdown("https://a.b/c.gif", { onebox })).toContain("ob-image");
    renderMarkdown("see https://xkcd.com/1", { onebox });
    renderMarkdown("https://xkcd.com/1\nx", { onebox });
    expect(asked).toEqual(["https://xkcd.com/1", "https://a.b/c.gif"]);
  });
});

describe("renderMarkdown of long texts", () => {
  const words = Array.from({ length: 300 }, (_, index) => `w${index}`).join(" ");

  it("cuts several lines at the last word within the limit", () => {
    const html = renderMarkdown(`x\n${words}`);
    const shown = /^<div class='partial'>(.*)<\/div>$/.exec(html)?.[1]?.replace(" <br> ", "\n") ?? "";
    expect(`x\n${words}`.startsWith(`${shown} `)).toBe(true);
    expect(shown.length).toBeLessThanOrEqual(PARTIAL_LIMIT);
    expect(shown.length).toBeGreaterThan(PARTIAL_LIMIT - 6);
  });

  it("cuts fixed-width text, and a long word without splitting a character", () => {
    expect(renderMarkdown(`    ${words}`)).toMatch(/^<pre class='partial'>w0 /);
    expect(renderMarkdown(`\nx${"😀".repeat(400)}`)).toBe(`<div class='partial'>x${"😀".repeat(299)}</div>`);
  });

  it("renders the full text when asked, and never cuts a single line", () => {
    expect(renderMarkdown(`x\n${words}`, { partialLimit: Number.POSITIVE_INFINITY })).toMatch(/^<div class='full'>/);
    expect(renderMarkdown(`\n${"a".repeat(600)}`)).toMatch(/^<div class='full'>/);
    expect(renderMarkdown(words)).toBe(words);
  });
});
