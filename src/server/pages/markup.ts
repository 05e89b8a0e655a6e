/**
 * The two safe ways from a value to a page: into HTML (hono's tagged template escapes) and into an inline script.
 * Everything the templates print goes through one of them.
 */
import { html, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

export { html, raw };

/** A finished piece of HTML. The promise never happens: no template here awaits anything. */
export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

/** A finished page as a plain string, without the blank lines that optional parts leave behind. */
export function page(markup: Markup): string {
  if (markup instanceof Promise) throw new TypeError("a page template awaited something");
  return String(markup).trimStart();
}

/** JSON, which is a JavaScript literal too, that cannot end the script element it stands in. */
export function scriptJson(value: unknown): Markup {
  return raw(inert(JSON.stringify(value)));
}

/** A string literal as {@link scriptJson} makes it, but in single quotes, where clients look for exactly these. */
export function scriptQuoted(value: string): Markup {
  return raw(`'${inert(JSON.stringify(value).slice(1, -1)).replace(/\\"/g, '"').replace(/'/g, "\\'")}'`);
}

/** The beginning of a text, never ending in half a character. */
export function cut(text: string, length: number): string {
  return text.slice(0, length).replace(/\p{Cs}$/u, "");
}

function inert(json: string): string {
  return json.replace(/[<\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
