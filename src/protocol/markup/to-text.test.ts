/** What a person reads in message HTML. */
import { describe, expect, it } from "vitest";
import { htmlToText } from "./to-text.js";

const image =
  '<div class="onebox ob-image"><a rel="nofollow noopener noreferrer" href="//i.imgur.com/a.png"><img src="//i.imgur.com/a.png" class="user-image" alt="user image" /></a></div>';
const quoted =
  '<div class="onebox ob-message"><a class="roomname" href="/transcript/message/1#1"><span title="x">yesterday</span></a>, by <span class="user-name">H</span> <br/><div class="quote">hi</div></div>';

describe("htmlToText", () => {
  it.each([
    ["", ""],
    [" plain ", "plain"],
    ["I&#39;m &lt;b&gt; &quot;x&quot; &amp;amp; &hellip;", 'I\'m <b> "x" &amp; …'],
    ["a&nbsp;b\u00a0c", "a b c"],
    ["<b>b</b> <i>i</i> <code>&#47;c</code> <strike>s</strike>", "b i /c s"],
    ['<a href="http://x.com/long">x.com/&hellip;</a> said <span class="mention">@You</span>', "x.com/… said @You"],
    ["<div class='full'>a    b <br> c <br>  <br>   d</div>", "a    b\nc\n\n  d"],
    ["<pre class='full'>  a\n\tb &lt;c&gt;</pre>", "  a\n\tb <c>"],
    ["\n   spread\n   out  ", "spread out"],
    ["a<br>b<br/>c", "a\nb\nc"],
    ["<p>one</p><p>two</p>", "one\ntwo"],
    [image, "//i.imgur.com/a.png"],
    [`@Henders ${image}`, "@Henders //i.imgur.com/a.png"],
    [quoted, "/transcript/message/1#1"],
    ["unclosed <b>bold <", "unclosed bold <"],
  ])("%j", (html, text) => {
    expect(htmlToText(html)).toBe(text);
  });

  it("makes the address of a message onebox whole when told the origin", () => {
    const origin = "https://chat.stackexchange.com";
    expect(htmlToText(quoted, { origin })).toBe("https://chat.stackexchange.com/transcript/message/1#1");
    expect(htmlToText(image, { origin })).toBe("//i.imgur.com/a.png");
  });
});
