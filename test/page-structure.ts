/** Where an element stands on a page, and what it says, for comparing pages of two hands. */
import { type CheerioAPI, load } from "cheerio";

export { load };

/** Ids of people, rooms and messages, and sizes of pictures, all count as the same. */
const plain = (text: string): string => text.replace(/-?\d+/g, "N");

/** Tag, id and classes: `div#room-N.roomcard`. Whether something is one's favourite is no structure. */
function nameOf({ tagName, attribs }: { tagName: string; attribs: Record<string, string> }): string {
  const classes = (attribs.class ?? "").split(/\s+/).filter((name) => name !== "" && name !== "favorite-room");
  return plain([`${tagName}${attribs.id ? `#${attribs.id}` : ""}`, ...classes.sort()].join("."));
}

/** The first match and what it is in, up to something with an id; empty when there is no match. */
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
