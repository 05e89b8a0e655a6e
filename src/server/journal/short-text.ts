/**
 * The HTML of a message in a journal: left out, or told by a length, where it follows from the source by rules that never
 * change. These are not the renderer's rules, which may; HTML of any other form stands in the journal as it is.
 */

const entities: readonly (readonly [character: string, entity: string])[] = [
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
];

/** HTML as it is stored: undefined for a line without markup, the number of characters shown of several lines, or itself. */
export type ShortHtml = string | number | undefined;

export function shortened(source: string, html: string): ShortHtml {
  if (html === escaped(source)) return undefined;
  const [, name, inside] = /^<div class='(full|partial)'>(.*)<\/div>$/s.exec(html) ?? [];
  if (name === undefined || inside === undefined) return html;
  const { length } = unescaped(inside);
  const isWhole = length === source.length;
  return isWhole === (name === "full") && linesOf(source, length) === html ? length : html;
}

export function lengthened(source: string, html: ShortHtml): string {
  if (typeof html === "string") return html;
  return html === undefined ? escaped(source) : linesOf(source, html);
}

function linesOf(source: string, length: number): string {
  const name = length < source.length ? "partial" : "full";
  return `<div class='${name}'>${escaped(source.slice(0, length)).replaceAll("\n", " <br> ")}</div>`;
}

function escaped(text: string): string {
  return entities.reduce((html, [character, entity]) => html.replaceAll(character, entity), text);
}

function unescaped(html: string): string {
  const lines = html.replaceAll(" <br> ", "\n");
  return entities.reduceRight((text, [character, entity]) => text.replaceAll(entity, character), lines);
}
