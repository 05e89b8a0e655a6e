/**
 * What every page of a chat host tells: the fkey, who is logged in, the server's clock (protocol.md §2.4, §2.5, §6.2).
 * Works on the outside layout, the room page and the transcript alike.
 */
import { ParseError } from "../../errors/index.js";
import { attr, parse, type Scope, select } from "../html/dom.js";
import { scriptsOf, serverTimeIn } from "./reading.js";
import { type Viewing, viewingOf } from "./viewer.js";

/** What any chat page says about the session. */
export interface ChatPage extends Viewing {
  /** The token for POSTs; anonymous pages have one too. Null when the page has none or an empty one. */
  readonly fkey: string | null;
  /** Unix seconds. */
  readonly serverTime: number | null;
}

/** Reads the session off any chat page. Nothing is required, so this fails only on absurd nesting. */
export function parseChatPage(html: string): ChatPage {
  const document = parse(html, "chat page");
  const scripts = scriptsOf(document);
  return { fkey: fkeyIn(document), ...viewingOf(document, scripts), serverTime: serverTimeIn(scripts) };
}

/**
 * The fkey of any page, of a chat host or of a login site.
 * @param page - what to call the page in an error, such as `"logout page"`
 * @throws {NOT_UNDERSTOOD} when the page has no fkey.
 */
export function parseFkey(html: string, page: string): string {
  const fkey = fkeyIn(parse(html, page));
  if (fkey === null) throw new ParseError(page, "input[name=fkey]");
  return fkey;
}

/** @internal The first fkey of a page, or of a part of it, that is not empty. */
export function fkeyIn(scope: Scope): string | null {
  for (const input of select(scope, "input[name=fkey]")) {
    const value = attr(input, "value")?.trim();
    if (value) return value;
  }
  return null;
}
