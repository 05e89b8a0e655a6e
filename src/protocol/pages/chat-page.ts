/**
 * What every page of a chat host tells: the fkey, who is logged in, the server's clock (protocol.md §2.4, §2.5, §6.2).
 * Works on the outside layout, the room page and the transcript alike.
 */
import { ParseError } from "../../errors/index.js";
import { attr, maybe, type PageDocument, parse, type Scope, select } from "../html/dom.js";
import { readCall } from "../html/js-literal.js";
import { idOf, namedLink, pictureText, scriptsOf, serverTimeIn, userIdInClass } from "./reading.js";

/** Who a page was made for. */
export interface PageViewer {
  readonly id: number;
  /** Display name; null on pages that tell the id alone. */
  readonly name: string | null;
}

/** What any chat page says about the session. */
export interface ChatPage {
  /** The token for POSTs; anonymous pages have one too. Null when the page has none or an empty one. */
  readonly fkey: string | null;
  /** Null when nobody is logged in. */
  readonly me: PageViewer | null;
  /** Unix seconds. */
  readonly serverTime: number | null;
}

/** Reads the session off any chat page. Nothing is required, so this fails only on absurd nesting. */
export function parseChatPage(html: string): ChatPage {
  const document = parse(html, "chat page");
  const scripts = scriptsOf(document);
  return { fkey: fkeyIn(document), me: viewerOf(document, scripts), serverTime: serverTimeIn(scripts) };
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

/** @internal Who a page was made for: the topbar, else the room page's own avatar, else its scripts. */
export function viewerOf(document: PageDocument, scripts: string): PageViewer | null {
  const link = maybe(document, ".topbar-menu-links a");
  if (link !== null) {
    // A link to another host is the login link that anonymous readers get.
    const href = attr(link, "href") ?? "";
    return href.startsWith("/users/") ? namedLink(link, "users") : null;
  }
  const avatar = document.ids.get("active-user");
  const started = readCall(scripts, "StartChat") ?? readCall(scripts, "initTranscript");
  const id = idOf(started?.[1]) ?? (avatar ? userIdInClass(avatar) : null);
  if (id === null || id === 0) return null;
  const image = avatar ? maybe(avatar, "img") : null;
  return { id, name: pictureText(image) ?? nameBesideOwnMessages(document) };
}

function nameBesideOwnMessages(document: PageDocument): string | null {
  return namedLink(maybe(document, ".monologue.mine .username a"), "users")?.name ?? null;
}
