/**
 * The viewer of a page: the account that the page was made for (protocol.md §2.4). Headers of chat pages were redesigned
 * in 2025 and may be again, so several signs count, and "the page does not tell" is an answer of its own.
 */
import { attr, find, hasClass, maybe, note, type PageDocument, type PageElement, select, text } from "../html/dom.js";
import { readCall } from "../html/js-literal.js";
import { clean, idInPath, idOf, namedLink, pictureText, titleOf, userIdInClass } from "./reading.js";

/** The account that a page was made for. */
export interface PageViewer {
  readonly id: number;
  /** Display name; null on pages that tell the id alone. */
  readonly name: string | null;
}

/** The facts of a page about its viewer. */
export interface Viewing {
  /** Null when nobody is logged in, and when the page does not tell. */
  readonly me: PageViewer | null;
  /** True when the page says that nobody is logged in, mostly by a link to log in. */
  readonly isAnonymous: boolean;
}

const UNKNOWN: Viewing = { me: null, isAnonymous: false };
const ANONYMOUS: Viewing = { me: null, isAnonymous: true };

/** @internal The account that a page was made for; null when there is none, and when the page does not tell. */
export function viewerOf(document: PageDocument, scripts: string): PageViewer | null {
  const { me, isAnonymous } = viewingOf(document, scripts);
  if (me === null && !isAnonymous) note(document, "missing", "viewer or login link");
  return me;
}

/** @internal The viewer by the header's own link, a link to log in, any user link of a header, or the room's page. */
export function viewingOf(document: PageDocument, scripts: string): Viewing {
  const bars = barsOf(document);
  const menu = select(document, ".topbar-menu-links a");
  const links = bars.flatMap((bar) => select(bar, "a[href]"));
  const me = linkedUser(select(document, "a.my-profile, .my-profile a")) ?? linkedUser(menu.slice(0, 1));
  if (me !== null) return { me, isAnonymous: false };
  if (isAnonymousMenu(menu) || links.some(isLoginLink)) return ANONYMOUS;
  const other = linkedUser([...menu, ...links]);
  return other === null ? viewerOfRoom(document, scripts) : { me: other, isAnonymous: false };
}

/** The headers of a page: what stands in its content was written by people. */
function barsOf(document: PageDocument): PageElement[] {
  const bars = select(
    document,
    ".topbar, .s-topbar, .so-header, .site-header, header, [role=banner], .topbar-menu-links",
  );
  const own = ["content", "main", "chat", "transcript"].flatMap((id) => document.ids.get(id) ?? []);
  return bars.filter((bar) => !own.some((part) => bar.start >= part.start && bar.end <= part.end));
}

/** The one user whom links lead to; null when they lead to several, or to none. Profiles of other sites do not count. */
function linkedUser(links: readonly PageElement[]): PageViewer | null {
  const users = links.flatMap((link) => {
    const href = attr(link, "href") ?? "";
    const id = /^\/(?!\/)|^(?:https?:)?\/\/chat\./i.test(href) ? idInPath(href, "users") : null;
    return id === null || id === 0 ? [] : [{ id, name: nameIn(link) }];
  });
  const [first] = users;
  if (first === undefined || users.some(({ id }) => id !== first.id)) return null;
  return users.find(({ name }) => name !== null) ?? first;
}

/** The name in a link to one's own profile: its title, its picture's, or its text, unless that is a number. */
function nameIn(link: PageElement): string | null {
  const pictured = find(link, (part) => /avatar|gravatar/.test(attr(part, "class") ?? "") && titleOf(part) !== null);
  const image = maybe(link, "img");
  const shown = clean(text(link));
  return (
    titleOf(link) ??
    (pictured && titleOf(pictured)) ??
    pictureText(image)?.replace(/['’]s user avatar$/, "") ??
    (shown !== null && /\p{L}/u.test(shown) ? shown : null)
  );
}

/** Anonymous readers get a link to the network in front of the menu, or one to log in. */
function isAnonymousMenu(menu: readonly PageElement[]): boolean {
  const [first] = menu;
  const isNetwork =
    first !== undefined && /^(?:https?:)?\/\/stackexchange\.com(?:\/|$)/i.test(attr(first, "href") ?? "");
  return isNetwork || menu.some(isLoginLink);
}

/** A link that leads to a login, by its path, its class or its words. */
function isLoginLink(link: PageElement): boolean {
  if (hasClass(link, "login-link")) return true;
  const path = (attr(link, "href") ?? "").replace(/^(?:https?:)?\/\/[^/]*/i, "");
  return (
    /^\/(?:users\/(?:login|signin|signup|chat-login)|login|signin)(?:[/?#]|$)/i.test(path) ||
    /^(?:log|sign) ?in$/i.test(text(link))
  );
}

/** A room page and a transcript have no header, but their scripts name the viewer, with 0 for nobody. */
function viewerOfRoom(document: PageDocument, scripts: string): Viewing {
  const avatar = document.ids.get("active-user");
  const started = readCall(scripts, "StartChat") ?? readCall(scripts, "initTranscript");
  const id = idOf(started?.[1]) ?? (avatar ? userIdInClass(avatar) : null);
  if (id === 0) return ANONYMOUS;
  if (id === null) return mustLogInToTalk(document) ? ANONYMOUS : UNKNOWN;
  const image = avatar ? maybe(avatar, "img") : null;
  return { me: { id, name: pictureText(image) ?? nameBesideOwnMessages(document) }, isAnonymous: false };
}

/** Instead of the box to type in, `#bubble` has a link with the text "logged in". */
function mustLogInToTalk(document: PageDocument): boolean {
  const bubble = document.ids.get("bubble");
  return bubble !== undefined && select(bubble, "a").some((link) => isLoginLink(link) || text(link) === "logged in");
}

function nameBesideOwnMessages(document: PageDocument): string | null {
  return namedLink(maybe(document, ".monologue.mine .username a"), "users")?.name ?? null;
}
