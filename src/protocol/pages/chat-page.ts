/**
 * Reads what every page of a chat host has: the fkey, the viewer, the server's clock (protocol.md §2.4, §2.5, §6.2).
 * Works
 * for the outside layout, room pages and transcripts.
 */
import { ParseError } from "../../errors/index.js";
import { attr, parse, type Scope, select } from "../html/dom.js";
import { inlineScripts, serverTimeIn } from "./reading.js";
import { readViewing, type Viewing } from "./viewer.js";

/** The session data of a chat page. */
export interface ChatPage extends Viewing {
  /** The token for POST requests, which anonymous pages have too; null if missing or empty. */
  readonly fkey: string | null;
  /** The server's clock in Unix seconds. */
  readonly serverTime: number | null;
}

/** Reads the session data of any chat page. Nothing is required, so this fails only on absurd nesting. */
export function parseChatPage(html: string): ChatPage {
  const document = parse(html, "chat page");
  const scripts = inlineScripts(document);
  return { fkey: fkeyIn(document), ...readViewing(document, scripts), serverTime: serverTimeIn(scripts) };
}

/**
 * Reads the fkey of any page of a chat host or a login site.
 * @param page - the name of the page in errors, such as `"logout page"`
 * @throws {NOT_UNDERSTOOD} when the page has no fkey
 */
export function parseFkey(html: string, page: string): string {
  const fkey = fkeyIn(parse(html, page));
  if (fkey === null) throw new ParseError(page, "input[name=fkey]");
  return fkey;
}

/** @internal The first non-empty fkey of a page or a part of it. */
export function fkeyIn(scope: Scope): string | null {
  for (const input of select(scope, "input[name=fkey]")) {
    const value = attr(input, "value")?.trim();
    if (value) return value;
  }
  return null;
}
