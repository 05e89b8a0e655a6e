/** Sanitizes HTML: allows only the elements of chat messages, with links and images from the web. */
import { Parser } from "htmlparser2";
import { resolveUrl } from "../../protocol/markup/links.js";
import { sanitize } from "../output/text.js";

const ALLOWED_ELEMENTS: ReadonlySet<string> = new Set([
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
/** Elements whose content is dropped. */
const DROPPED_ELEMENTS: ReadonlySet<string> = new Set([
  "script",
  "style",
  "template",
  "iframe",
  "object",
  "noscript",
  "title",
]);
const VOID_ELEMENTS: ReadonlySet<string> = new Set(["br", "img"]);

/** Escapes a text as HTML. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** The HTML without scripts, styles and embedded content. Closes elements that are left open. */
export function safeHtml(html: string, origin: string): string {
  const open: string[] = [];
  let result = "";
  let silence = 0;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (DROPPED_ELEMENTS.has(name)) silence += 1;
        if (silence > 0 || !ALLOWED_ELEMENTS.has(name)) return;
        result += `<${name}${attributesOf(name, attributes, origin)}>`;
        if (!VOID_ELEMENTS.has(name)) open.push(name);
      },
      ontext(text) {
        if (silence === 0) result += escapeHtml(sanitize(text));
      },
      onclosetag(name) {
        if (DROPPED_ELEMENTS.has(name)) silence = Math.max(0, silence - 1);
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
    return url === null ? "" : ` href="${escapeHtml(url)}" rel="nofollow noopener noreferrer"`;
  }
  if (name === "img") {
    const url = webUrl(attributes.src, origin);
    return `${url === null ? "" : ` src="${escapeHtml(url)}"`} alt="${escapeHtml(sanitize(attributes.alt ?? ""))}" loading="lazy"`;
  }
  return "";
}

function webUrl(address: string | undefined, origin: string): string | null {
  const url = URL.parse(resolveUrl(address ?? "", origin));
  return url && /^(?:https?|ftp):$/.test(url.protocol) ? url.href : null;
}
