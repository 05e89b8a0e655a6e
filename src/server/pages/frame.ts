/**
 * The layout of every page outside a room: topbar, navigation, content, footer (protocol.md §2.4, §6.2). The first
 * link of `.topbar-menu-links`, or in the Q&A sites' header `a.my-profile`, tells clients who is logged in.
 */

import { userPath } from "../paths.js";
import { avatarImage } from "./avatar.js";
import { html, type Markup, page, scriptJson } from "./markup.js";
import type { FrameView } from "./views.js";

/** The revision in the footer, in the form of the live servers. */
const REVISION = "rev 2026.11.22.1000";

/** The part of a page inside the frame. */
export interface OutsidePage {
  /** The title without ` | chat.host`. */
  readonly title: string;
  readonly content: Markup;
  /** An inline script for scrapers. It is `nomodule`, so that browsers ignore it without a console message. */
  readonly script?: Markup;
  readonly current?: "rooms" | "users" | "faq";
}

/** Renders a whole page in the outside layout. */
export function outside(frame: FrameView, view: OutsidePage): string {
  return page(html`<!DOCTYPE html>
<html lang="en">
<head>
${head(`${view.title} | ${frame.chatHost}`)}
    <script type="module" src="/web/pages.js"></script>
${view.script && html`<script type="text/javascript" nomodule>$(function () { ${view.script} });</script>`}
<script type="text/javascript" nomodule>$(function() {
        var pagesupport = initBasicPage(${scriptJson(frame.siteName)},20,null,false);});
</script>
</head>
<body class="outside">
    <div id="container">
${frame.headerMarkup === "s-topbar" ? stacksTopbar(frame) : topbar(frame)}
<script nomodule>
        $(function() {
            StackExchange.topbar.init(${scriptJson({ serverTime: frame.now, enableLogging: false })});
        });
</script>
${header(frame, view.current)}
        <div id="content" role="main">
${view.content}
        </div>
    </div>
${footer()}
</body>
</html>
`);
}

/** Renders the common part of every `head`. */
export function head(title: string): Markup {
  return html`    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${title}</title>
    <link rel="shortcut icon" href="/favicon.ico" />
    <link rel="stylesheet" href="/web/chat.css" />`;
}

/** Renders the hidden field from which scripts take the fkey. */
export function fkeyInput(fkey: string): Markup {
  return html`<input id="fkey" name="fkey" type="hidden" value="${fkey}" />`;
}

/** The URL of "log out", next to the login page; null if that page has an unusual path. */
function logoutUrl(loginUrl: string): string | null {
  return loginUrl.includes("/users/login") ? loginUrl.replace("/users/login", "/users/logout") : null;
}

function topbar(frame: FrameView): Markup {
  return html`<div class="topbar">
    <div class="topbar-wrapper">
        <div class="network-items">
            <a href="https://stackexchange.com" class="topbar-icon icon-site-switcher js-site-switcher-button" title="Stack Exchange"><span class="hidden-text">Stack Exchange</span></a>
        </div>
        <div class="topbar-links">
                <div class="links-container">
                    <span class="topbar-menu-links">
${menuLinks(frame)}
                    </span>
                </div>
                <div class="search-container">
                    <form action="/search" method="get" autocomplete="off" role="search">
                        <input name="q" id="searchbox" type="text" placeholder="search" aria-label="search messages" size="28" maxlength="80" />
                    </form>
                </div>
        </div>
    </div>
</div>`;
}

/** The header of the Q&A sites, which chat may have since 2025-07 (protocol.md §2.4, INF). */
function stacksTopbar({ me, loginUrl }: FrameView): Markup {
  const logout = logoutUrl(loginUrl);
  return html`<header class="s-topbar">
    <div class="s-topbar--container">
        <a class="s-topbar--logo" href="https://stackexchange.com"><span class="hidden-text">Stack Exchange</span></a>
        <form class="s-topbar--searchbar" action="/search" method="get" autocomplete="off" role="search">
            <input name="q" id="searchbox" type="text" placeholder="search" aria-label="search messages" size="28" maxlength="80" />
        </form>
        <ol class="s-topbar--content">
            ${
              me
                ? html`<li><a class="s-topbar--item s-user-card my-profile" href="${userPath(me.id, me.name)}"><div class="gravatar-wrapper-24" title="${me.name}">${avatarImage(me, 24)}</div><div class="s-user-card--info">${me.name}</div></a></li>
            ${logout && html`<li><a class="s-topbar--item" href="${logout}">log out</a></li>`}`
                : html`<li><a class="s-topbar--item s-btn" href="${loginUrl}">Log in</a></li>`
            }
        </ol>
    </div>
</header>`;
}

function menuLinks(frame: FrameView): Markup {
  const { me, loginUrl } = frame;
  if (!me) {
    return html`<a href="https://stackexchange.com" title="Stack Exchange">stackexchange.com</a>
<a href="${loginUrl}" class="login-link">log in</a>`;
  }
  const logout = logoutUrl(loginUrl);
  return html`<a href="${userPath(me.id, me.name)}" title="${me.name}">${me.name}</a>
${logout && html`<a href="${logout}" class="logout-link">log out</a>`}`;
}

function header(frame: FrameView, current: OutsidePage["current"]): Markup {
  const { activeUsers, activeRooms } = frame;
  const item = (name: OutsidePage["current"], href: string, text: string, title?: string): Markup =>
    html`<li${current === name && html` class="youarehere"`}><a href="${href}"${title && html` title="${title}"`}>${text}</a></li>`;
  return html`        <div id="header">
            <div id="hlogo"><div id="header-logo"><a rel="noreferrer noopener" href="${frame.siteUrl}" title="${frame.siteName}">${frame.siteName}</a></div></div>
            <div id="hmenu">
                <div class="nav" role="navigation" aria-label="chat">
                    <ul>
                        ${item("users", "/users", `users (${activeUsers})`, `${activeUsers} users active in the last 60 minutes`)}
                        ${item("rooms", "/rooms", `rooms (${activeRooms})`, `${activeRooms} rooms active in the last 120 minutes`)}
                        ${item("faq", "/faq", "faq")}
                    </ul>
                </div>
            </div>
        </div>`;
}

function footer(): Markup {
  return html`    <div id="footer">
    <div class="footerwrap">
        <div id="footer-menu"><a href="/faq">faq</a> | <a rel="noopener noreferrer" href="https://stackexchange.com/legal">legal</a></div>
        <div id="copyright">a local chat server, not affiliated with Stack Exchange Inc</div>
        <div id="svnrev">
            ${REVISION}
        </div>
    </div>
</div>`;
}
