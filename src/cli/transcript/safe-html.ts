/** HTML that may stand in a page of ours: only what chat messages are made of, with addresses that lead to the web. */
import { Parser } from "htmlparser2";
import { absoluteUrl } from "../../protocol/markup/links.js";
import { harmless } from "../output/text.js";

const allowed: ReadonlySet<string> = new Set([
  "b",
  "i",
  "strong",
  "em",
  "strike",
  "s",
  "del",
  "code",
  "pre",
  "div",
  "span",
  "br",
  "p",
  "a",
  "img",
  "blockquote",
  "ul",
  "ol",
  "li",
]);
/** What is inside of these is no text. */
const silent: ReadonlySet<string> = new Set(["script", "style", "template", "iframe", "object", "noscript", "title"]);
const empty: ReadonlySet<string> = new Set(["br", "img"]);

/** A text as HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** The HTML without anything that acts, loads or styles. Elements that are left open are closed. */
export function safeHtml(html: string, origin: string): string {
  const open: string[] = [];
  let result = "";
  let silence = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (silent.has(name)) silence += 1;
        if (silence > 0 || !allowed.has(name)) return;
        result += `<${name}${attributesOf(name, attributes, origin)}>`;
        if (!empty.has(name)) open.push(name);
      },
      ontext(text) {
        if (silence === 0) result += escaped(harmless(text));
      },
      onclosetag(name) {
        if (silent.has(name)) silence = Math.max(0, silence - 1);
        else if (silence === 0 && open.includes(name)) {
          let closed: string | undefined;
          do {
            closed = open.pop();
            result += `</${closed}>`;
          } while (closed !== name);
        }
      },
    },
    { decodeEntities: true },
  );
  parser.end(html);
  return (
    result +
    open
      .reverse()
      .map((name) => `</${name}>`)
      .join("")
  );
}

function attributesOf(name: string, attributes: Readonly<Record<string, string>>, origin: string): string {
  if (name === "a") {
    const url = webUrl(attributes.href, origin);
    return url === null ? "" : ` href="${escaped(url)}" rel="nofollow noopener noreferrer"`;
  }
  if (name === "img") {
    const url = webUrl(attributes.src, origin);
    return `${url === null ? "" : ` src="${escaped(url)}"`} alt="${escaped(harmless(attributes.alt ?? ""))}" loading="lazy"`;
  }
  return "";
}

function webUrl(address: string | undefined, origin: string): string | null {
  const url = URL.parse(absoluteUrl(address ?? "", origin));
  return url && /^(?:https?|ftp):$/.test(url.protocol) ? url.href : null;
}
