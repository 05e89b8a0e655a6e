/**
 * Names, lines and contents for the round trips: texts that break quotes, tags, scripts and parsers, in the form that
 * servers let through.
 */
import fc from "fast-check";
import { renderMarkdown } from "../src/protocol/markup/index.js";

/** Pieces that end the construct around them, look like the marks that parsers look for, or have surrogate pairs. */
const shards: readonly string[] = [
  ...["a", "Zoë", "42", " ", " ", "'", '"', "<", ">", "&", "`", "\\", "{", "}", "[", "]", "(", ")", ");", "//", "/*"],
  ...["&amp;", "&lt;b&gt;", "&#39", "&nbsp", "</script>", "<script>", "<!--", "-->", "]]>", "</li>", "</p>", "<br>"],
  ...[": ", ", ", ":", ",", " by ", " – ", "-", " - ", " | ", "%", "(1%)", "(by x)", "5 posts", "no posts", "1,234"],
  ...["(edit)", "edit", "(removed)", " - 2024-02-09", "3:04 PM", "2h ago", "said:", "deleted", "edited:", "user-5"],
  ...[
    "👩‍👩‍👧",
    "e\u0301",
    "\u202eabc",
    "שלום",
    "日本\u3000語",
    "a\u2028b",
    "\ufeffx",
    "\\u0041",
    "$&",
    "x\u200by",
    "♦x",
  ],
  ...["StartChat(9,", "SERVER_TIME_OFFSET = 5;", '"serverTime": 5', "InitRoomIndex(", "initPresent([", "__proto__"],
  ...["// SERVER_TIME_OFFSET = 6", "; userId = 7;", "?m=5#5", "/users/9/x", "javascript:alert(1)", "#fkey", "0", "k"],
  ...[
    "*b*",
    "**b**",
    "[edit](//stackoverflow.com/x)",
    "[a](https://x.example/?a=1&b=2)",
    "https://x.example/a",
    "A".repeat(45),
  ],
];

/** Titles and headings of other pages, and notices that parsers look for. */
const masks: readonly string[] = [
  ...["Page Not Found", "Page not found", "Private Room", "Access Denied", "Human verification", "Just a moment..."],
  ...["Are you a robot?", "We are in read-only mode", "We are offline", "Attention Required! | Cloudflare"],
  ...[
    "(older data no longer available)",
    "first day",
    "next day",
    "n/a",
    "just now",
    "null",
    "undefined",
    "constructor",
  ],
];

/** White space as servers keep it: none at the ends, never two in a row. */
function tidy(text: string): string {
  return text.replace(/[\t\n\f\r \u00a0]+/g, " ").trim();
}

/** The diamond marks moderators: servers remove it at the ends of a name, because pages would be ambiguous. */
function undecorated(name: string): string {
  return name.replace(/^[♦\s]+|[♦\s]+$/gu, "");
}

/** One line of text, possibly empty. */
export const line: fc.Arbitrary<string> = fc
  .oneof(
    { weight: 6, arbitrary: fc.array(fc.constantFrom(...shards), { maxLength: 6 }).map((parts) => parts.join("")) },
    { weight: 1, arbitrary: fc.constantFrom(...masks) },
    { weight: 2, arbitrary: fc.string({ unit: "grapheme", maxLength: 20 }) },
  )
  .map(tidy);

/** A name of a person or a room. */
export const name: fc.Arbitrary<string> = line.map((text) => undecorated(text) || "Anna");

/** HTML as the server makes it: markdown of hostile text, and the pieces that markdown can't make. */
export const content: fc.Arbitrary<string> = fc
  .oneof(
    { weight: 5, arbitrary: line.map((text) => renderMarkdown(text)) },
    {
      weight: 2,
      arbitrary: fc.array(line, { minLength: 2, maxLength: 4 }).map((all) => renderMarkdown(all.join("\n"))),
    },
    {
      weight: 1,
      arbitrary: fc.array(line, { minLength: 1 }).map((all) => renderMarkdown(`    ${all.join("\n    ")}`)),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '<div class="onebox ob-image"><a href="//i.sstatic.net/x.png"><img src="//i.sstatic.net/x.png" class="user-image" alt="user image" /></a></div>',
        `<div class="onebox ob-message"><a class="roomname" href="/transcript/message/7#7"><span title="2024-02-09 10:00:00Z">feb 9</span></a>, by <span class="user-name">x</span> <br/><div class="quote">q</div></div>`,
        '&rarr; <i><a href="/transcript/message/5#5">3 messages</a> moved to <a href="/rooms/9/trash">Trash</a></i>',
        '<span class="mention">@me</span> hi',
      ),
    },
  )
  .map((html) => html.trim() || "x");
