/**
 * Characters and their entities, as the chat servers write them in `content` (protocol.md §1, §7.1). Pure strings;
 * nothing here knows about markup.
 */
import { decodeHTML } from "entities";

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes what a person typed for use as HTML text or inside a double-quoted attribute, as recorded: `&#39;`, `&quot;`. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);
}

/** Joins words without a gap: shows nothing, is no white space, and is no boundary of markup. */
export const wordJoiner = "\u2060";

/** Turns entities into characters; a no-break space becomes a plain one. */
export function decodeText(html: string): string {
  return (html.includes("&") ? decodeHTML(html) : html).replaceAll("\u00a0", " ");
}

/** True for the characters that a backslash makes literal: `` ` * _ [ ] ( ) `` (protocol.md §7.1). */
export function isEscapable(character: string | undefined): boolean {
  return character !== undefined && character !== "" && "`*_[]()".includes(character);
}

/** The numeric entity that the servers write for a character escaped with a backslash: `\[` becomes `&#91;` [OBS]. */
export function numericEntity(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

/** What must stand before inline markup: nothing, white space, or one of `,('"` (protocol.md §7.1). */
export function isBoundaryBefore(character: string | undefined): boolean {
  return !character || /[\s,('"]/.test(character);
}

/** What must follow inline markup: nothing, white space, or one of `?!.;:,)` (protocol.md §7.1). */
export function isBoundaryAfter(character: string | undefined): boolean {
  return !character || /[\s?!.;:,)]/.test(character);
}

/** True for a letter or a digit. */
export function isWord(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}]/u.test(character);
}

/** True for a character that is there and is not white space. */
export function isInk(character: string | undefined): boolean {
  return !!character && /\S/.test(character);
}
