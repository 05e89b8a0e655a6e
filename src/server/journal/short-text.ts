/**
 * Compresses the HTML of a message for a journal: omitted, or replaced by a length, if it follows from the source by fixed
 * rules. These are separate from the renderer's rules, which may change. Any other HTML is stored unchanged.
 */

const ENTITIES: readonly (readonly [character: string, entity: string])[] = [
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
];

/** HTML as stored: undefined for a line without markup, the number of characters shown of several lines, or the HTML itself. */
export type CompressedHtml = string | number | undefined;

export function compressHtml(source: string, html: string): CompressedHtml {
  if (html === escaped(source)) return undefined;
  const [, name, inside] = /^<div class='(full|partial)'>(.*)<\/div>$/s.exec(html) ?? [];
  if (name === undefined || inside === undefined) return html;
  const { length } = unescaped(inside);
  const isWhole = length === source.length;
  return isWhole === (name === "full") && linesOf(source, length) === html ? length : html;
}

export function expandHtml(source: string, html: CompressedHtml): string {
  if (typeof html === "string") return html;
  return html === undefined ? escaped(source) : linesOf(source, html);
}

function linesOf(source: string, length: number): string {
  const name = length < source.length ? "partial" : "full";
  return `<div class='${name}'>${escaped(source.slice(0, length)).replaceAll("\n", " <br> ")}</div>`;
}

function escaped(text: string): string {
  return ENTITIES.reduce((html, [character, entity]) => html.replaceAll(character, entity), text);
}

function unescaped(html: string): string {
  const lines = html.replaceAll(" <br> ", "\n");
  return ENTITIES.reduceRight((text, [character, entity]) => text.replaceAll(entity, character), lines);
}
