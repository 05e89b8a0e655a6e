/** `GET /faq`: what this server is, and how messages are written (protocol.md §7.1). Not recorded; ours. */
import { outside } from "./frame.js";
import { html, type Markup } from "./markup.js";
import type { FrameView } from "./views.js";

const FORMATTING: readonly { typed: string; shown: string }[] = [
  { typed: "*italic* or _italic_", shown: "italic" },
  { typed: "**bold** or __bold__", shown: "bold" },
  { typed: "`code`", shown: "code" },
  { typed: "---struck out---", shown: "struck out" },
  { typed: "[a text](https://example.com)", shown: "a link" },
  { typed: "[tag:javascript]", shown: "a tag" },
  { typed: ":12345 a text", shown: "a reply to message 12345 (or use the arrow beside it)" },
  { typed: "@name", shown: "a ping, from three letters of the name on" },
  { typed: "> a text", shown: "a quote" },
  { typed: "four spaces in front of every line", shown: "a block in fixed font" },
];

/** The FAQ page; `#formatting` is where "help" leads. */
export function renderFaq(frame: FrameView): string {
  return outside(frame, {
    title: "Frequently Asked Questions",
    current: "faq",
    content: html`
    <div class="subheader">
        <h1>Frequently asked questions</h1>
    </div>
    <div class="content-page leftcol">
        <h2>What is this?</h2>
        <p>A local chat server that speaks the protocol of Stack Exchange chat. It runs on this machine only and has nothing to do with the live sites: say and break what you like.</p>
        <h2>Who may talk?</h2>
        <p>In public rooms everybody who is logged in; in gallery rooms only people whom an owner has approved. Everybody may read both. Private rooms are for approved people.</p>
        <h2>For how long may I change a message?</h2>
        <p>You can edit and delete your own messages for two minutes. Room owners may pin messages and move them to other rooms.</p>
        <h2 id="formatting">How do I format messages?</h2>
        <table class="user-stats"><tbody>${FORMATTING.map(row)}</tbody></table>
        <p>Single-line messages have at most 500 characters. In messages of several lines (Shift+Enter) there is no formatting but fixed font. An address of a picture, a message or a question alone becomes a preview.</p>
    </div>`,
  });
}

function row({ typed, shown }: { typed: string; shown: string }): Markup {
  return html`<tr><td><code>${typed}</code></td><td>${shown}</td></tr>`;
}
