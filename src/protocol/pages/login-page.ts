/**
 * The login form of the Q&A sites (protocol.md §2.1), and signs of other pages that may come instead: CAPTCHA,
 * Cloudflare,
 * read-only. Only the first two layouts were ever recorded; the rest follows what clients report.
 */
import { ParseError } from "../../errors/index.js";
import { attr, type PageDocument, parse, select, selectFirst, textOf } from "../html/dom.js";
import { fkeyIn } from "./chat-page.js";

/** The login form of a Q&A site. */
export interface LoginPage {
  /** 32 or 64 hex digits; not the fkey of the chat. */
  readonly fkey: string;
  /** Hidden fields to send back unchanged: `ssrc`, `oauth_version`, `oauth_server`. */
  readonly hidden: Readonly<Record<string, string>>;
}

/**
 * Parses `GET /users/login` of a Q&A site.
 * @throws {NOT_UNDERSTOOD} when the form has no fkey
 */
export function parseLoginPage(html: string): LoginPage {
  const document = parse(html, "login page");
  const form = selectFirst(document, "#login-form") ?? document;
  const fkey = fkeyIn(form);
  if (fkey === null) throw new ParseError("login page", "#login-form input[name=fkey]");
  const hidden = select(form, "input[type=hidden][name]")
    .map((input): [string, string] => [attr(input, "name") ?? "", attr(input, "value") ?? ""])
    .filter(([name]) => name !== "" && name !== "fkey");
  return { fkey, hidden: Object.fromEntries(hidden) };
}

/**
 * @internal Whether the page has a login form. After a login attempt it means that the email or the password is wrong.
 */
export function hasLoginForm(document: PageDocument): boolean {
  if (document.ids.has("login-form")) return true;
  return fkeyIn(document) !== null && selectFirst(document, "input[type=password]") !== null;
}

/**
 * @internal Whether the page asks for a CAPTCHA. Looks only at headings and form targets, which no chat message can
 *   forge.
 */
export function hasCaptcha(document: PageDocument): boolean {
  if (headings(document).some((heading) => /human verification|are you a (?:human|robot)/i.test(heading))) return true;
  return select(document, "form[action]").some((form) => /captcha/i.test(attr(form, "action") ?? ""));
}

/** @internal Whether the site says that it is in read-only mode. */
export function saysReadOnly(document: PageDocument): boolean {
  const notices = select(document, ".system-notice, .js-system-message, .site-notice, #noty, .notice").map(textOf);
  const words = /read-?\s?only mode|in read-?\s?only|offline for maintenance|we are (?:currently )?offline/i;
  return [...headings(document), ...notices].some((said) => words.test(said));
}

/** @internal Whether the page is a Cloudflare challenge. */
export function isChallengePage(document: PageDocument): boolean {
  const title = selectFirst(document, "title");
  return title !== null && /^(?:just a moment|attention required! \| cloudflare)/i.test(textOf(title));
}

/**
 * @internal The title and headings written by the site. On chat pages, which have a `.subheader`, these contain names
 *   of
 * rooms and users, so none are returned.
 */
export function headings(document: PageDocument): string[] {
  const isChatPage = selectFirst(document, "title") !== null && selectFirst(document, ".subheader") !== null;
  return isChatPage ? [] : select(document, "title, h1, h2").map(textOf);
}
