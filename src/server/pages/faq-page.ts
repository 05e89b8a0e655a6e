/** `GET /faq`: an introduction to this server and to message formatting (protocol.md §7.1). Our own text. */
import { outside } from "./frame.js";
import { html, type Markup } from "./markup.js";
import type { FrameView } from "./views.js";

const FORMATTING: readonly { typed: string; shown: string }[] = [
  { typed: "*italic* or _italic_", shown: "italic" },
  { typed: "**bold** or __bold__", shown: "bold" },
  { typed: "`code`", shown: "code" },
  { typed: "---strikethrough---", shown: "strikethrough" },
  { typed: "[text](https://example.com)", shown: "a link" },
  { typed: "[tag:javascript]", shown: "a tag" },
  { typed: ":12345 text", shown: "a reply to message 12345 (or use the arrow next to it)" },
  { typed: "@name", shown: "a ping; three letters of the name are enough" },
  { typed: "> text", shown: "a quote" },
  { typed: "four spaces before each line", shown: "a code block" },
];

/** Renders the FAQ page. The "help" link leads to `#formatting`. */
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
        <p>A local chat server that speaks the protocol of Stack Exchange chat. It is not connected to the live sites, so you can try anything without harm.</p>
        <h2>Who can post?</h2>
        <p>In public rooms, everyone who is logged in. In gallery rooms, only users approved by an owner. Everyone can read both. Private rooms are for approved users only.</p>
        <h2>How long can I change a message?</h2>
        <p>You can edit and delete your own messages for two minutes. Room owners can pin messages and move them to other rooms.</p>
        <h2 id="formatting">How do I format messages?</h2>
        <table class="user-stats"><tbody>${FORMATTING.map(row)}</tbody></table>
        <p>A single-line message can have up to 500 characters. In messages with several lines (Shift+Enter), only code blocks are formatted. A message that is only the URL of an image, a message or a question becomes a preview.</p>
    </div>`,
  });
}

function row({ typed, shown }: { typed: string; shown: string }): Markup {
  return html`<tr><td><code>${typed}</code></td><td>${shown}</td></tr>`;
}
