/**
 * Entities and character classes as the chat servers use them in `content` (protocol.md §1, §7.1). Pure; knows nothing
 * of
 * markup.
 */
import { decodeHTML } from "entities";

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Escapes typed text for HTML or a double-quoted attribute, with the servers' entities `&#39;` and `&quot;`. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

/** An invisible character that is neither white space nor a markup boundary. */
export const WORD_JOINER = "\u2060";

/** Decodes entities; no-break spaces become plain ones. */
export function decodeText(html: string): string {
  return (html.includes("&") ? decodeHTML(html) : html).replaceAll("\u00a0", " ");
}

/** Whether a backslash escapes this character: `` ` * _ [ ] ( ) `` (protocol.md §7.1). */
export function isEscapable(character: string | undefined): boolean {
  return character !== undefined && character !== "" && "`*_[]()".includes(character);
}

/** The numeric entity that the servers write for an escaped character: `\[` becomes `&#91;` [OBS]. */
export function numericEntity(character: string): string {
  return `&#${character.charCodeAt(0)};`;
}

/** Whether inline markup may follow this character: none, white space, or one of `,('"` (protocol.md §7.1). */
export function isBoundaryBefore(character: string | undefined): boolean {
  return !character || /[\s,('"]/.test(character);
}

/** Whether this character may follow inline markup: none, white space, or one of `?!.;:,)` (protocol.md §7.1). */
export function isBoundaryAfter(character: string | undefined): boolean {
  return !character || /[\s?!.;:,)]/.test(character);
}

/** Whether a character is a letter or a digit. */
export function isWord(character: string | undefined): boolean {
  return character !== undefined && /[\p{L}\p{N}]/u.test(character);
}

/** Whether there is a character that is not white space. */
export function isVisible(character: string | undefined): boolean {
  return !!character && /\S/.test(character);
}
