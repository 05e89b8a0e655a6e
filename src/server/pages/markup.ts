/**
 * The two safe ways to put a value into a page: into HTML (hono's tagged template escapes it) and into an inline script.
 * Templates use nothing else.
 */
import { html, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";

export { html, raw };

/** A rendered piece of HTML. It is never a promise here, because no template awaits anything. */
export type Markup = HtmlEscapedString | Promise<HtmlEscapedString>;

/** Converts a rendered page to a string, without leading blank lines. */
export function page(markup: Markup): string {
  if (markup instanceof Promise) throw new TypeError("a page template awaited something");
  return String(markup).trimStart();
}

/** Serializes a value as JSON that is safe inside a script element. */
export function scriptJson(value: unknown): Markup {
  return raw(inert(JSON.stringify(value)));
}

/** Like {@link scriptJson}, but a string literal in single quotes, where clients look for exactly those. */
export function scriptQuoted(value: string): Markup {
  return raw(`'${inert(JSON.stringify(value).slice(1, -1)).replace(/\\"/g, '"').replace(/'/g, "\\'")}'`);
}

/** Truncates a text without splitting a surrogate pair. */
export function cut(text: string, length: number): string {
  return text.slice(0, length).replace(/\p{Cs}$/u, "");
}

function inert(json: string): string {
  return json.replace(/[<\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
