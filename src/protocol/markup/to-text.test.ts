/** The plain text of message HTML. */
import { describe, expect, it } from "vitest";
import { htmlToText } from "./to-text.js";

const image =
  '<div class="onebox ob-image"><a rel="nofollow noopener noreferrer" href="//i.imgur.com/a.png"><img src="//i.imgur.com/a.png" class="user-image" alt="user image" /></a></div>';
const quoted =
  '<div class="onebox ob-message"><a class="roomname" href="/transcript/message/1#1"><span title="x">yesterday</span></a>, by <span class="user-name">H</span> <br/><div class="quote">hi</div></div>';

/** A recorded tweet: its first link is the author's profile. */
const tweet =
  '<div class="onebox ob-tweet"><a class="ob-profile-image" href="https://twitter.com/ann"><img src="//a.b/c.png"></a>' +
  '<div class="ob-status-text">see <a href="https://t.co/x">t.co/x</a></div><div class="ob-status-meta">' +
  '<div class="ob-tweet-info">Tweeted by <a href="https://twitter.com/ann">Ann</a> on ' +
  '<a href="https://twitter.com/ann/status/5">Oct 2</a></div></div><a href="https://twitter.com/other">more</a></div>';
const comment =
  '<div class="quote">why not? &mdash; <a href="//stackoverflow.com/users/1/ann">Ann</a> ' +
  '<a href="//stackoverflow.com/questions/2#comment3_2"><span class="relativetime" title="2018-10-02 13:37:00Z">Oct 2</span></a></div>';
const PAIR = "\u200c\u200b";

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
    [tweet, "https://twitter.com/ann/status/5"],
    ['<div class="onebox ob-tweet"><a href="//t.co/x">no line about it</a></div>', "//t.co/x"],
    [comment, "why not? — Ann Oct 2"],
    ["foo<b>bar</b>baz", "foobarbaz"],
    [`lo${PAIR}ng`, "long"],
    [`<b>lo${PAIR}ng</b> wo&zwnj;&#8203;rd`, "long word"],
    [
      "\u0646\u0645\u06cc\u200c\u062e\u0648 a\u200bb \u200b\u200c",
      "\u0646\u0645\u06cc\u200c\u062e\u0648 a\u200bb \u200b\u200c",
    ],
    [`<a href="http://a.b/${PAIR}c"></a>${PAIR}`, ""],
  ])("%j", (html, text) => {
    expect(htmlToText(html)).toBe(text);
  });

  it("resolves the URL of a message onebox against the origin", () => {
    const origin = "https://chat.stackexchange.com";
    expect(htmlToText(quoted, { origin })).toBe("https://chat.stackexchange.com/transcript/message/1#1");
    expect(htmlToText(image, { origin })).toBe("//i.imgur.com/a.png");
  });
});
