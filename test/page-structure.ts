/** The position and the text of elements on a page, to compare the pages of two servers. */
import { type CheerioAPI, load } from "cheerio";

export { load };

/** Ids of people, rooms and messages, and sizes of pictures, all count as the same. */
const plain = (text: string): string => text.replace(/-?\d+/g, "N");

/** Tag, id and classes: `div#room-N.roomcard`. The class of one's favorites does not count. */
function nameOf({ tagName, attribs }: { tagName: string; attribs: Record<string, string> }): string {
  const classes = (attribs.class ?? "").split(/\s+/).filter((name) => name !== "" && name !== "favorite-room");
  return plain([`${tagName}${attribs.id ? `#${attribs.id}` : ""}`, ...classes.sort()].join("."));
}

/** The first match and its ancestors up to one with an id; empty when there is no match. */
export function chainOf($: CheerioAPI, selector: string): string {
  const chain: string[] = [];
  for (let found = $(selector).first(); found.length > 0; found = found.parent()) {
    const element = found.get(0);
    if (element?.type !== "tag") break;
    chain.unshift(nameOf(element));
    if (element.attribs.id) break;
  }
  return chain.join(" > ");
}

/** The text of the first match; or `name=value` of an attribute, when that is the form of what is wanted. */
export function saidBy($: CheerioAPI, selector: string, wanted: string): string {
  const found = $(selector).first();
  const attribute = /^\^?([a-z-]+)=/.exec(wanted)?.[1];
  return attribute ? `${attribute}=${found.attr(attribute) ?? ""}` : found.text().replace(/\s+/g, " ").trim();
}
