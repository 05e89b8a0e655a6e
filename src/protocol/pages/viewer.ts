/**
 * Reads the viewer of a page: the account it was rendered for (protocol.md §2.4). Headers of chat pages were redesigned
 * in
 * 2025 and may be again, so there are several signs, and "unknown" is a valid result.
 */
import {
  attr,
  find,
  hasClass,
  noteDrift,
  type PageDocument,
  type PageElement,
  select,
  selectFirst,
  textOf,
} from "../html/dom.js";
import { readCall } from "../html/js-literal.js";
import { idInPath, imageLabel, literalId, namedLink, nonEmptyText, titleOf, userIdInClass } from "./reading.js";

/** The account that a page was rendered for. */
export interface PageViewer {
  readonly id: number;
  /** The display name; null on pages that show only the id. */
  readonly name: string | null;
}

/** The viewer of a page, if it tells. */
export interface Viewing {
  /** Null if nobody is logged in or the page does not tell. */
  readonly me: PageViewer | null;
  /** True when the page says that nobody is logged in, usually by a login link. */
  readonly isAnonymous: boolean;
}

const UNKNOWN: Viewing = { me: null, isAnonymous: false };
const ANONYMOUS: Viewing = { me: null, isAnonymous: true };

/** @internal The account a page was rendered for; null if there is none or the page does not tell. */
export function readPageViewer(document: PageDocument, scripts: string): PageViewer | null {
  const { me, isAnonymous } = readViewing(document, scripts);
  if (me === null && !isAnonymous) noteDrift(document, "missing", "viewer or login link");
  return me;
}

/**
 * @internal The viewer, by the header's profile link, a login link, any user link in a header, or the scripts of a
 *   room.
 */
export function readViewing(document: PageDocument, scripts: string): Viewing {
  const bars = pageHeaders(document);
  const menu = select(document, ".topbar-menu-links a");
  const links = bars.flatMap((bar) => select(bar, "a[href]"));
  const me = linkedUser(select(document, "a.my-profile, .my-profile a")) ?? linkedUser(menu.slice(0, 1));
  if (me !== null) return { me, isAnonymous: false };
  if (isAnonymousMenu(menu) || links.some(isLoginLink)) return ANONYMOUS;
  const other = linkedUser([...menu, ...links]);
  return other === null ? viewerOfRoom(document, scripts) : { me: other, isAnonymous: false };
}

/** The headers of a page. Everything in its content is user text. */
function pageHeaders(document: PageDocument): PageElement[] {
  const bars = select(
    document,
    ".topbar, .s-topbar, .so-header, .site-header, header, [role=banner], .topbar-menu-links",
  );
  const own = ["content", "main", "chat", "transcript"].flatMap((id) => document.ids.get(id) ?? []);
  return bars.filter((bar) => !own.some((part) => bar.start >= part.start && bar.end <= part.end));
}

/** The user that all links lead to; null if there is none or several. Profiles on other sites do not count. */
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

/** The name in a link to the viewer's profile: its title, its image's, or its text unless that is a number. */
function nameIn(link: PageElement): string | null {
  const pictured = find(link, (part) => /avatar|gravatar/.test(attr(part, "class") ?? "") && titleOf(part) !== null);
  const image = selectFirst(link, "img");
  const shown = nonEmptyText(textOf(link));
  return (
    titleOf(link) ??
    (pictured && titleOf(pictured)) ??
    imageLabel(image)?.replace(/['’]s user avatar$/, "") ??
    (shown !== null && /\p{L}/u.test(shown) ? shown : null)
  );
}

/** Anonymous viewers get a link to the network before the menu, or a login link. */
function isAnonymousMenu(menu: readonly PageElement[]): boolean {
  const [first] = menu;
  const isNetwork =
    first !== undefined && /^(?:https?:)?\/\/stackexchange\.com(?:\/|$)/i.test(attr(first, "href") ?? "");
  return isNetwork || menu.some(isLoginLink);
}

/** Whether a link leads to a login, by its path, class or text. */
function isLoginLink(link: PageElement): boolean {
  if (hasClass(link, "login-link")) return true;
  const path = (attr(link, "href") ?? "").replace(/^(?:https?:)?\/\/[^/]*/i, "");
  return (
    /^\/(?:users\/(?:login|signin|signup|chat-login)|login|signin)(?:[/?#]|$)/i.test(path) ||
    /^(?:log|sign) ?in$/i.test(textOf(link))
  );
}

/** Room pages and transcripts have no header, but their scripts have the viewer's id, or 0. */
function viewerOfRoom(document: PageDocument, scripts: string): Viewing {
  const avatar = document.ids.get("active-user");
  const started = readCall(scripts, "StartChat") ?? readCall(scripts, "initTranscript");
  const id = literalId(started?.[1]) ?? (avatar ? userIdInClass(avatar) : null);
  if (id === 0) return ANONYMOUS;
  if (id === null) return mustLogInToTalk(document) ? ANONYMOUS : UNKNOWN;
  const image = avatar ? selectFirst(avatar, "img") : null;
  return { me: { id, name: imageLabel(image) ?? nameBesideOwnMessages(document) }, isAnonymous: false };
}

/** Instead of the input box, `#bubble` has a link with the text "logged in". */
function mustLogInToTalk(document: PageDocument): boolean {
  const bubble = document.ids.get("bubble");
  return bubble !== undefined && select(bubble, "a").some((link) => isLoginLink(link) || textOf(link) === "logged in");
}

function nameBesideOwnMessages(document: PageDocument): string | null {
  return namedLink(selectFirst(document, ".monologue.mine .username a"), "users")?.name ?? null;
}
