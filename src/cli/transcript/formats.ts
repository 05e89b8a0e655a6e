/** The four transcript formats. Each message is formatted independently, so that a download can resume anywhere. */
import { htmlToMarkdown, htmlToText, isFixedFont, isMultiline } from "../../protocol/markup/index.js";
import type { MessageJson } from "../output/message-line.js";
import { jsonLine, oneLine, sanitize } from "../output/text.js";
import { escapeHtml, safeHtml } from "./safe-html.js";

/** A day before the first chat message; a transcript from here on is complete. */
export const FIRST_DAY = "2008-01-01";

/** The room and days of a transcript. */
export interface TranscriptHeader {
  readonly roomId: number;
  readonly roomName: string;
  /** The origin of the chat site. */
  readonly origin: string;
  readonly from: string;
  readonly to: string;
}

/** A transcript format. */
export interface TranscriptFormat {
  head(of: TranscriptHeader): string;
  day(day: string): string;
  message(message: MessageJson, of: TranscriptHeader): string;
  foot(): string;
}

const clock = (message: MessageJson): string => message.time?.slice(11, 19) ?? "--:--:--";
const whose = (message: MessageJson): string => oneLine(message.user ?? "somebody");
const span = ({ from, to }: TranscriptHeader): string =>
  from === to ? from : from === FIRST_DAY ? `from the beginning to ${to}` : `${from} to ${to}`;

function marksOf({ edits, stars, pins, deleted }: MessageJson): string {
  const marks = [edits > 0 && !deleted ? "edited" : "", stars > 0 ? `★${stars}` : "", pins > 0 ? "pinned" : ""];
  const shown = marks.filter(Boolean).join(", ");
  return shown === "" ? "" : ` (${shown})`;
}

const text: TranscriptFormat = {
  head: (of) =>
    `${oneLine(of.roomName)} (room ${of.roomId}), ${span(of)}, times in UTC\n${of.origin}/rooms/${of.roomId}\n`,
  day: (day) => `\n== ${day} ==\n`,
  message(message, of) {
    const reply = message.parentId === null ? "" : ` (reply to #${message.parentId})`;
    const said = message.deleted ? "(deleted)" : sanitize(htmlToText(message.content ?? "", of));
    const lead = `[${clock(message)}] #${message.id} ${whose(message)}${reply}: `;
    return `${lead}${said.replaceAll("\n", "\n    ")}${marksOf(message)}\n`;
  },
  foot: () => "",
};

const markdown: TranscriptFormat = {
  head: (of) =>
    `# ${plainMarkdown(oneLine(of.roomName))}\n\nRoom [${of.roomId}](${of.origin}/rooms/${of.roomId}), ${span(of)}, times in UTC.\n`,
  day: (day) => `\n## ${day}\n\n`,
  message(message, of) {
    const reply =
      message.parentId === null ? "" : ` [↪](${of.origin}/transcript/message/${message.parentId}#${message.parentId})`;
    const lead = `- [${clock(message)}](${message.permalink}) **${plainMarkdown(whose(message))}**${reply}:`;
    if (message.deleted) return `${lead} *(deleted)*\n`;
    const marks = marksOf(message);
    const body = bodyOf(message.content ?? "", of);
    if (!body.startsWith("\n")) return `${lead}${body}${marks}\n`;
    return `${lead}\n${body}\n${marks === "" ? "" : `\n ${marks}\n`}\n`;
  },
  foot: () => "",
};

/** The content as the rest of a list item; code starts on its own line. */
function bodyOf(html: string, of: TranscriptHeader): string {
  if (isFixedFont(html)) {
    const code = sanitize(htmlToText(html, of));
    const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([run]) => run.length));
    const fence = "`".repeat(longest + 1);
    return `\n${[fence, ...code.split("\n"), fence].map((line) => `  ${line}`).join("\n")}`;
  }
  if (isMultiline(html)) {
    const lines = sanitize(htmlToText(html, of)).split("\n");
    return ` ${lines.map(plainMarkdown).join("\\\n  ")}`;
  }
  return ` ${withoutHtml(sanitize(htmlToMarkdown(html, of)))}`;
}

/** Escapes HTML, images and non-web URLs, which chat markdown does not have but other markdown readers do. */
function withoutHtml(source: string): string {
  return source
    .split(/(`+[^`]+`+)/)
    .map((piece, at) =>
      at % 2 === 1 ? piece : piece.replace(/<|&(?=#?\w+;)|!(?=\[)|\](?=\((?!(?:https?|ftp):|\/\/))/g, "\\$&"),
    )
    .join("");
}

/** Escapes a plain text as markdown. */
function plainMarkdown(plain: string): string {
  return plain
    .replace(/[\\`*_[\]<>|~]|&(?=#?\w+;)/g, "\\$&")
    .replace(/^(\s*)([-+#]|\d+(?=[.)]))(?=[\s.)#])/, (_, space: string, sign: string) =>
      /\d/.test(sign) ? `${space}${sign}\\` : `${space}\\${sign}`,
    );
}

const STYLE =
  "body{font:16px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fff}" +
  "article{display:grid;grid-template-columns:5rem 9rem 1fr;gap:.75rem;padding:.15rem 0}article:target{background:#fff3c4}" +
  "time a,.marks,.deleted,.reply{color:#595959;text-decoration:none}.user{font-weight:600;text-align:right;overflow-wrap:anywhere}" +
  ".said{overflow-wrap:anywhere;min-width:0}pre{margin:.2rem 0;padding:.5rem;background:#f3f3f3;overflow-x:auto}img{max-width:100%}";

const html: TranscriptFormat = {
  head: (of) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src https: http:; style-src 'unsafe-inline'">
<title>${escapeHtml(oneLine(of.roomName))}, ${span(of)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(oneLine(of.roomName))}</h1>
<p><a href="${escapeHtml(of.origin)}/rooms/${of.roomId}">Room ${of.roomId}</a>, ${span(of)}, times in UTC.</p>
`,
  day: (day) => `<h2 id="${day}">${day}</h2>\n`,
  message(message, of) {
    const reply =
      message.parentId === null
        ? ""
        : `<a class="reply" href="#m${message.parentId}" title="reply to ${message.parentId}">↪</a> `;
    const said = message.deleted
      ? '<span class="deleted">(deleted)</span>'
      : `${reply}${safeHtml(message.content ?? "", of.origin)}`;
    const marks = marksOf(message);
    const time = `<time datetime="${message.time ?? ""}"><a href="${escapeHtml(message.permalink)}">${clock(message)}</a></time>`;
    return `<article id="m${message.id}">${time}<span class="user">${escapeHtml(whose(message))}</span><div class="said">${said}${
      marks === "" ? "" : `<span class="marks">${escapeHtml(marks)}</span>`
    }</div></article>\n`;
  },
  foot: () => "</body>\n</html>\n",
};

const json: TranscriptFormat = {
  head: () => "",
  day: () => "",
  message: ({ roomId: _, ...message }) => `${jsonLine(message)}\n`,
  foot: () => "",
};

/** The formats by name. */
export const TRANSCRIPT_FORMATS: Readonly<Record<string, TranscriptFormat>> = { text, markdown, html, json };

/** The format for the extension of a file. */
export function formatOfFile(path: string): string {
  const end = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  const byEnd: Readonly<Record<string, string>> = {
    md: "markdown",
    markdown: "markdown",
    html: "html",
    htm: "html",
    json: "json",
    jsonl: "json",
    ndjson: "json",
  };
  return Object.hasOwn(byEnd, end) ? (byEnd[end] ?? "text") : "text";
}
