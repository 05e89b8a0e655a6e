/** Every parser returns a value or throws a ChatError, whatever the server sends. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sizeOf } from "../../../test/sizes.js";
import { ChatError } from "../../errors/index.js";
import * as pages from "./index.js";

/** Every function that takes a page. New ones are included automatically. */
const parsers: Record<string, (html: string) => unknown> = {
  ...Object.fromEntries(
    Object.entries(pages).filter(
      ([name, parser]) => typeof parser === "function" && /^(parse|recognizeErrorPage)/.test(name),
    ),
  ),
  recognizeErrorAnswer: (body) => pages.recognizeErrorAnswer({ headers: {}, body }),
};

/** A page with a bit of everything, so that mutations reach the inside of every parser. */
const everything = `<head><title>Room - 2024-02-09 | x</title><link rel="canonical" href="/transcript/1/2024/2/9/1-24">
<script>SERVER_TIME_OFFSET = 99 - 1; StartChat({a:1}, 5, {id:1,frozen:false}, ["7"], false, {"4":1}); initTranscript(true,5,false,true,1,true);
CHAT.RoomUsers.initPresent([ {id: 1, name: ("O\\'x \\u0041"), last_post: 0,is_owner:true } ,]); InitRoomIndex('all','active',20,1,false,"");</script></head>
<body class="outside"><h1 id="roomtitle"><span id="roomname">R</span></h1><div class="subheader"><h1>X ♦</h1><div id="tabs"><a class="youarehere" href="?tab=feeds"><span class="tabcount">1.2k</span> feeds</a></div></div><form id="login-form"><input type="hidden" name="fkey" value="f"></form>
<div id="content"><div id="main"><a href="/transcript/1/2024/2/8" title="2024-02-08">previous day</a><div class="pager"><span class="page-numbers current">00:00 - 01:00</span></div>
<div id="transcript"><div class="monologue user--2 mine"><div class="username"><a href="/users/-2/f" title="F">F</a></div><div class="messages"><div class="timestamp">1:02 PM</div>
<div class="message highlight" id="message-9"><a name="9" href="/transcript/1?m=9#9"><span class="action-link edits"></span></a><a class="reply-info" href="/transcript/1?m=8#8"></a>
<div class="content"><b>said:</b> <pre class='full'>x</pre></div><span class="flash"><span class="stars owner-star"><span class="times">2</span></span></span></div></div></div></div></div>
<h2>h</h2><div class="monologue"><div class="content"><b>edited</b><div class="message-source"> y</div></div></div></div>
<div class="roomcard-xxl" id="room-9"><h1>R</h1><p>d (<a>edit</a>)</p><table class="room-stats"><tr><td>first message<td>2015-10-19</table><div class="stats-count">1.1k</div><div class="stats-timeframe">today</div></div>
<div class="room-message-count-xxl">1</div><div class="room-user-count-xxl">2</div><div id="access-section-owner"><div class="usercard" id="user-4"><div class="user-header" title="A"><a class="username" href="/users/4/a">A</a></div></div></div>
<div id="roomlist"><div id="room-3" class="roomcard"><span class="room-name" title="N">N</span><div class="last-activity">1h ago &ndash; <a href="/users/1/a">A</a></div><div class="room-users"><a href="/users/1/a"><img title="A: 6h ago, 3 posts (1%)"></a></div></div></div>
<div class="usercard-xxl"><td class="user-keycell">last seen<td class="user-valuecell">oct 2 at 1:37</div><div class="user-message-count-xxl">1</div><div class="user-room-count-xxl">1</div>
<div class="js-present" data-users='[{"id":1,"name":"a"}]'></div><ul><li id="summary_9" data-time="7"><span class="stars"></span> x - <a class="permalink" href="#9"></a> by x</li></ul>`;

function endsWell(html: string): void {
  for (const [name, parser] of Object.entries(parsers)) {
    try {
      parser(html);
    } catch (error) {
      expect(error, `${name} of ${JSON.stringify(html.slice(0, 200))}`).toBeInstanceOf(ChatError);
    }
  }
}

const shards = everything.split(/(?=[<\s"'=([{,>])/);
const shard = fc.constantFrom(
  ...shards,
  "</div>",
  "<!--",
  "<![CDATA[",
  "&#x110000;",
  "&#0;",
  "\0",
  "\ud800",
  '"',
  "'",
  "<svg>",
  "</p>",
  "__proto__=1",
);
const mutated = fc
  .array(
    fc.record({
      at: fc.nat(everything.length),
      cut: fc.nat(40),
      put: fc.oneof(shard, fc.string({ unit: "binary", maxLength: 12 })),
    }),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
  .map((edits) => edits.reduce((html, { at, cut, put }) => html.slice(0, at) + put + html.slice(at + cut), everything));

describe("every parser", () => {
  it("is tested", () => {
    expect(Object.keys(parsers)).toEqual(
      expect.arrayContaining(["parseLoginPage", "parseTranscriptPage", "recognizeErrorPage"]),
    );
  });

  it.each(Object.keys(parsers))("includes %s, which reads the original page", (name) => {
    expect(() => parsers[name]?.(everything)).not.toThrow();
  });

  it("returns a value or throws a ChatError for any string", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 400 }), endsWell), { numRuns: 200 });
  });

  it("does so for any heap of fragments of real markup", () => {
    fc.assert(
      fc.property(
        fc.array(shard, { maxLength: 150 }).map((parts) => parts.join("")),
        endsWell,
      ),
      { numRuns: 200 },
    );
  });

  it("does so for any mutated page", () => {
    fc.assert(fc.property(mutated, endsWell), { numRuns: sizeOf({ near: 60, release: 200 }) });
  });

  it.each([
    "<a",
    "<a ",
    "<div>",
    "</b>",
    "<b>",
    '"',
    "<!--",
    "<p>",
    "</p>",
    "<svg><p>",
    "&amp",
    "<x y=",
    "<script>",
    "<br>",
    "(",
    "[{",
  ])("does so for a page of nothing but %j", (unit) => {
    endsWell(unit.repeat(20_000));
    endsWell(`<a title="${unit.repeat(20_000)}`);
    endsWell(`${"<i>".repeat(200)}${unit.repeat(20_000)}`);
    endsWell(`<h1 id=roomname>x</h1><script>StartChat(${unit.repeat(20_000)}`);
  });
});
