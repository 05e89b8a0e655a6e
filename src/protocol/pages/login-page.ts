/**
 * Pages of the Q&A sites that stand around a login: the form, the CAPTCHA, Cloudflare, read-only notices (protocol.md §2.1).
 * Only the first two layouts were ever recorded; the other readers go by what clients report.
 */
import { ParseError } from "../../errors/index.js";
import { attr, maybe, type PageDocument, parse, select, text } from "../html/dom.js";
import { fkeyIn } from "./chat-page.js";

/** The login form of a Q&A site. */
export interface LoginPage {
  /** 32 or 64 hex digits; not the chat's fkey. */
  readonly fkey: string;
  /** Hidden fields to send back as they are: `ssrc`, `oauth_version`, `oauth_server`. */
  readonly hidden: Readonly<Record<string, string>>;
}

/**
 * Reads `GET /users/login` of a Q&A site.
 * @throws {NOT_UNDERSTOOD} when there is no fkey in the form.
 */
export function parseLoginPage(html: string): LoginPage {
  return readLoginPage(parse(html, "login page"));
}

/** @internal The same for a page that is parsed already. */
export function readLoginPage(document: PageDocument): LoginPage {
  const form = maybe(document, "#login-form") ?? document;
  const fkey = fkeyIn(form);
  if (fkey === null) throw new ParseError("login page", "#login-form input[name=fkey]");
  const hidden = select(form, "input[type=hidden][name]")
    .map((input): [string, string] => [attr(input, "name") ?? "", attr(input, "value") ?? ""])
    .filter(([name]) => name !== "" && name !== "fkey");
  return { fkey, hidden: Object.fromEntries(hidden) };
}

/** True for a page with the login form: after a login attempt it means that email or password were wrong. */
export function isLoginPage(html: string): boolean {
  return withDocument(html, hasLoginForm);
}

/** True for a page that wants a human: clients report the words "Human verification" and addresses with `captcha`. */
export function isCaptchaPage(html: string): boolean {
  return /human verification/i.test(html) || withDocument(html, hasCaptcha);
}

/** True when a site says that it takes no writes or logins for now. */
export function isReadOnlyPage(html: string): boolean {
  return withDocument(html, saysReadOnly);
}

/** True when Cloudflare answered in the site's place. */
export function isCloudflareChallenge(
  status: number,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  html: string,
): boolean {
  for (const [name, value] of Object.entries(headers)) {
    if (name.toLowerCase() === "cf-mitigated" && String(value).includes("challenge")) return true;
  }
  return (status === 403 || status === 429 || status === 503) && withDocument(html, isChallenge);
}

/** @internal */
export function hasLoginForm(document: PageDocument): boolean {
  if (document.ids.has("login-form")) return true;
  return fkeyIn(document) !== null && maybe(document, "input[type=password]") !== null;
}

/** @internal Looks at headings and form targets only, so that no chat message can pretend. */
export function hasCaptcha(document: PageDocument): boolean {
  if (headings(document).some((heading) => /human verification|are you a (?:human|robot)/i.test(heading))) return true;
  return select(document, "form[action]").some((form) => /captcha/i.test(attr(form, "action") ?? ""));
}

/** @internal */
export function saysReadOnly(document: PageDocument): boolean {
  const notices = select(document, ".system-notice, .js-system-message, .site-notice, #noty, .notice").map(text);
  const words = /read-?\s?only mode|in read-?\s?only|offline for maintenance|we are (?:currently )?offline/i;
  return [...headings(document), ...notices].some((said) => words.test(said));
}

/** @internal */
export function isChallenge(document: PageDocument): boolean {
  const title = maybe(document, "title");
  return title !== null && /^(?:just a moment|attention required! \| cloudflare)/i.test(text(title));
}

/**
 * @internal Title and headings that are the site's own. Pages of the chat have a `.subheader`: there, and in their
 * titles, stand the names of rooms and people, who may be called anything.
 */
export function headings(document: PageDocument): string[] {
  const isChatPage = maybe(document, "title") !== null && maybe(document, ".subheader") !== null;
  return isChatPage ? [] : select(document, "title, h1, h2").map(text);
}

function withDocument(html: string, test: (document: PageDocument) => boolean): boolean {
  try {
    return test(parse(html, "login page"));
  } catch (error) {
    if (error instanceof ParseError) return false;
    throw error;
  }
}
