/**
 * `GET /rooms/{id}`: the recorded page's ids (protocol.md §6.3) around the containers that /web/room.js fills.
 */

import { roomInfoPath, roomPath } from "../paths.js";
import { avatarImage, initialsOf, tintOf } from "./avatar.js";
import { accessSprite, tagLinks } from "./cards.js";
import { fkeyInput, head } from "./frame.js";
import { html, type Markup, page } from "./markup.js";
import { contentOf } from "./message.js";
import { presentElement, presentJson, roomScript } from "./room-script.js";
import type { RoomPageView } from "./views.js";

/** Renders the room page. */
export function renderRoom(view: RoomPageView): string {
  const { frame, room } = view;
  const me = frame.me;
  return page(html`<!DOCTYPE html>
<html lang="en">
    <head>
${head(`${room.name} | ${frame.chatHost}`)}
        <script type="module" src="/web/room.js"></script>
    </head>
    <body id="chat-body" data-room-id="${room.id}" data-room-name="${room.name}" data-user-id="${me?.id ?? 0}" data-user-name="${me?.name ?? ""}" data-may-post="${String(view.mayPost)}" data-is-owner="${String(Boolean(me?.isOwner))}" data-is-moderator="${String(Boolean(me?.isModerator))}" data-server-time="${frame.now}">
        <div id="container">
            <div id="room-bar">
                <a href="/" class="button" title="all rooms">&larr;<span class="hidden-text"> all rooms</span></a>
                <strong>${room.name}</strong>
                <button type="button" class="button" id="sidebar-toggle" aria-expanded="false" aria-controls="sidebar">room info</button>
            </div>
            <div id="main" role="main">
                <div id="banners" role="status"></div>
                <div id="chat-scroll" tabindex="0" role="region" aria-label="messages">
                    <div id="chat-tools">
                        <button type="button" id="getmore" class="button" title="load a few more earlier chat messages">load older messages</button>
                        <a rel="noopener noreferrer" class="button" href="/transcript/${room.id}" title="view the complete archived chat history for this room">full transcript</a>
                    </div>
                    <div id="chat" role="log" aria-live="polite" aria-label="chat messages" aria-busy="true"></div>
                    <p id="chat-empty" class="empty" hidden>There are no messages yet. ${view.mayPost ? "Write the first one." : ""}</p>
                    <div id="bottom"></div>
                </div>
                <div id="below-chat">
                    <button type="button" id="new-messages" class="button" hidden></button>
                    <div id="coming-and-going"></div>
                </div>
                <div id="connection" role="status"></div>
                <div id="input-area">
${me && activeUser(view)}
                    <div id="bubble" class="chat-input">
${bubble(view)}
                    </div>
                </div>
            </div>
${sidebar(view)}
        </div>
${view.presentMarkup === "js-present" && presentElement(room.present)}
${roomScript(view)}
        <dialog id="switch-rooms" aria-labelledby="switch-title">
            <form method="dialog"><h2 id="switch-title">Go to a room</h2><button class="button" aria-label="close">&#10005;</button></form>
            <input type="text" id="switch-filter" placeholder="part of its name" aria-label="part of the name of a room" autocomplete="off" />
            <ul id="switch-list"></ul>
            <p id="switch-status" class="empty" role="status"></p>
        </dialog>
        <noscript>
            <div class="notification">This page needs JavaScript to show live messages. The <a href="/transcript/${room.id}">transcript</a> works without.</div>
        </noscript>
        ${fkeyInput(frame.fkey)}
    </body>
</html>
`);
}

function activeUser({ frame: { me } }: RoomPageView): Markup | "" {
  if (!me) return "";
  return html`                    <div id="active-user" class="user-container user-${me.id}">
                        <div class="avatar user-gravatar64 ${tintOf(me.id)}" data-initials="${initialsOf(me.name)}">${avatarImage({ ...me, title: me.name }, 64)}</div>
                        <div id="reply-count" title="You have a reply/mention" hidden></div>
                    </div>`;
}

function bubble({ frame, room, mayPost }: RoomPageView): Markup {
  if (!frame.me) {
    return html`                        <p>You must be <a href="${frame.loginUrl}">logged in</a> to talk here. Everyone can read.</p>`;
  }
  if (room.frozen) return html`                        <p>The room has been frozen; new messages cannot be added.</p>`;
  if (!mayPost) {
    return html`                        Only users nominated by the room owner may talk here. See the <a rel="noopener noreferrer" href="/faq">faq</a> for more information.
                        <form method="post" action="/rooms/requestaccess">
                            <input type="hidden" value="${room.id}" id="roomId" name="roomId"/><input name="fkey" type="hidden" value="${frame.fkey}" />
                            <input class="button" type="submit" value="request access" />
                        </form>`;
  }
  return html`                        <div id="tabcomplete-container"><ul id="tabcomplete" role="listbox" aria-label="people" hidden></ul></div>
                        <div id="inputerror" role="alert"></div>
                        <div id="input-mode" role="status" hidden></div>
                        <textarea id="input" rows="2" aria-label="message to ${room.name}" placeholder="Message ${room.name}" aria-describedby="input-hint" aria-autocomplete="list" aria-haspopup="listbox" aria-controls="tabcomplete" maxlength="20000"></textarea>
                        <div id="chat-buttons">
                            <button type="button" class="button primary" id="sayit-button">send</button>
                            <button type="button" class="button" id="upload-button" title="Send an image; you can also paste or drop one">image</button>
                            <input type="file" id="upload-file" accept="image/png,image/jpeg,image/gif,image/bmp,image/webp" aria-label="image to send" hidden />
                            <button type="button" class="button" id="cancel-editing-button" hidden>cancel</button>
                            <button type="button" class="button" id="codify-button" title="Toggle fixed-width formatting (ctrl+k)">fixed font</button>
                            <span id="input-hint"><kbd>Enter</kbd> sends, <kbd>Shift</kbd>+<kbd>Enter</kbd> adds a line, <kbd>&uarr;</kbd> edits your last message</span>
                            <span id="input-count" role="status"></span>
                        </div>`;
}

function sidebar(view: RoomPageView): Markup {
  const { frame, room } = view;
  return html`            <div id="sidebar" role="complementary" aria-label="about this room"><div id="sidebar-content">
                    <div id="info">
                        <div class="sidebar-top">
                            <a rel="noopener noreferrer" id="allrooms" class="button" href="/">all rooms</a>
                            ${view.siteRoomsPath && html`<a rel="noopener noreferrer" id="siterooms" class="button" href="${view.siteRoomsPath}" title="all rooms of ${room.parentSiteName}">site rooms</a>`}
                            <button type="button" class="button" id="switch-button" title="go to another room (alt+r)">switch</button>
                            <form method="get" action="/search" role="search">
                                <input type="text" id="searchbox" name="q" placeholder="search this room" aria-label="search this room"/>
                                <input type="hidden" name="room" value="${room.id}" />
                            </form>
                        </div>
                        <h1 id="roomtitle">
                            ${accessSprite(room)}<span id="roomname">${room.name}</span>
                            ${favorite(view)}
                        </h1>
                        <div id="roomdesc">${descriptionOf(view)}</div>
                        <div id="room-tags">${tagLinks(room.tags, room.parentSiteUrl)}</div>
                        <div id="sidebar-menu">
${
  frame.me &&
  html`                            <a rel="noopener noreferrer" title="leave this room" id="leave" href="/chats/leave/${room.id}">leave</a>
                            (<a rel="noopener noreferrer" title="leave all rooms" id="leaveall" href="/chats/leave/all">all</a>) |`
}
                            <a rel="noopener noreferrer" id="room-menu" title="the archived messages of this room" href="/transcript/${room.id}">transcript</a> |
                            <a rel="noopener noreferrer" id="about-room" title="about this room" href="${roomInfoPath(room.id, room.name)}">info</a>
                        </div>
                    </div>
                    <div id="widgets">
                        <div class="sidebar-widget">
                            <h2>people here <span id="present-count" class="tabcount"></span></h2>
                            <ul id="present-users" class="collapsible"${view.presentMarkup !== "js-present" && html` data-present="${presentJson(room.present)}"`}></ul>
                        </div>
${view.myRooms.length > 0 && myRooms(view)}
                        <div class="sidebar-widget">
                            <h2>starred <span id="show-all-starred"><a rel="noopener noreferrer" href="${roomInfoPath(room.id, room.name)}?tab=stars">show all</a></span>
                                <a rel="noopener noreferrer" class="feed" href="/feeds/rooms/starred/${room.id}" title="feed of starred messages"><span class="feed-icon">feed</span></a></h2>
                            <div id="starred-posts"><div class="votesummary"><ul class="collapsible"></ul></div><p id="no-stars" class="empty" hidden>No starred messages yet. Star a message to list it here for everyone.</p></div>
                        </div>
                    </div>
                    <div id="footer-logo"><a rel="noreferrer noopener" href="${room.parentSiteUrl}" title="${room.parentSiteName}">${room.parentSiteName}</a></div>
                    <div id="footer-legal"><a rel="noopener noreferrer" id="mini-help" href="/faq#formatting">help</a> | <a rel="noopener noreferrer" href="/faq">faq</a></div>
            </div></div>`;
}

function favorite({ frame, room }: RoomPageView): Markup | "" {
  if (!frame.me) return "";
  return html`<span id="toggle-favorite" role="button" tabindex="0" aria-pressed="${String(room.isFavorite)}" aria-label="favorite room" title="Toggle this as a favorite room" class="favorite-room-vote${room.isFavorite && "  favorite-room"}"> </span>`;
}

function descriptionOf({ room }: RoomPageView): Markup {
  return contentOf({ content: room.descriptionHtml });
}

function myRooms({ myRooms }: RoomPageView): Markup {
  return html`                        <div class="sidebar-widget">
                            <h2>other rooms you're in</h2>
                            <ul id="my-rooms" class="collapsible">${myRooms.map(
                              ({ id, name, lastMessage }) => html`
                                <li id="room-${id}">
                                    <a rel="noreferrer noopener" href="${roomPath(id, name)}" title="switch to ${name}">${name}</a>
                                    <button type="button" class="quickleave" title="leave that room" aria-label="leave ${name}"></button>
                                    <div class="room-info">${
                                      lastMessage &&
                                      html`
                                        <div class="last-message">
                                            <span class="user-name">${lastMessage.userName}</span>:
                                            <span class="text">${contentOf(lastMessage)}</span>
                                            <div class="time data">
                                                ${lastMessage.timeStamp}
                                            </div>
                                        </div>`
                                    }
                                    </div>
                                </li>`,
                            )}
                            </ul>
                        </div>`;
}
