/** The small pages of the outside layout: not found, private room, join favorites, errors (protocol.md §6.2, §6.3, §3.1). */
import { fkeyInput, outside } from "./frame.js";
import { html } from "./markup.js";
import type { FrameView } from "./views.js";

/** Renders the 404 page. */
export function renderNotFound(frame: FrameView): string {
  return outside(frame, {
    title: "Page Not Found",
    content: html`
    <div class="subheader">
        <h1>Page not found</h1>
    </div>
    <div class="content-page leftcol">
        <p>We couldn't find the page you requested.</p>
        <ul>
        <li>Try <a href="/search">searching for a particular message</a></li>
        <li>Browse <a href="/rooms">the available rooms</a></li>
        </ul>
        <p>Occasionally, messages or rooms may be removed for reasons of moderation: spam, off topic, abuse, etcetera.</p>
    </div>`,
  });
}

/** Renders the page for users who may not enter a private room. */
export function renderPrivateRoom(frame: FrameView, roomId: number): string {
  return outside(frame, {
    title: "Access Denied",
    content: html`
    <h2>Private Room</h2>
    <p>The room you are attempting to access is private.</p>
    <p>If you believe that you should have access to this room, you can request access to it:</p>
      <form method="post" action="/rooms/requestaccess">
        <input type="hidden" value="${roomId}" id="roomId" name="roomId"/>${fkeyInput(frame.fkey)}
        <input class="button" type="submit" value="request access" />
      </form>`,
  });
}

/** `GET /chats/join/favorite`: the cheapest page with an fkey. */
export function renderJoinFavorite(frame: FrameView): string {
  return outside(frame, {
    title: "Join",
    content: html`
    <h2>Join</h2>
    Please confirm that you wish to rejoin your favorited rooms:
    <form method="post" action="">
        ${fkeyInput(frame.fkey)}
        <input class="button" type="submit" value="join" />
    </form>`,
  });
}

/** Renders a page for any other error. */
export function renderError(frame: FrameView, status: number, sentence: string): string {
  return outside(frame, {
    title: "Error",
    content: html`
    <div class="subheader">
        <h1>Oops</h1>
    </div>
    <div class="content-page leftcol" data-status="${status}">
        <p>${sentence}</p>
        <p>Back to <a href="/rooms">the rooms</a>.</p>
    </div>`,
  });
}
