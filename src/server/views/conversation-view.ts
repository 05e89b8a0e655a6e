/** What lists and pages of bookmarked conversations show, and the feeds of a room (protocol.md §6.12). */
import type { Call } from "../http/call.js";
import type { ConversationPageView, ConversationView, FeedView } from "../pages/views.js";
import { bookmarkedMessages } from "../world/bookmarks.js";
import type { Bookmark, RoomRecord } from "../world/records.js";
import { starredMessages } from "../world/starring.js";
import { frameView, messageView, roomView } from "./frame-view.js";

/** Messages in a feed. */
const feedLength = 30;

export function conversationView({ world }: Call, room: RoomRecord, bookmark: Bookmark): ConversationView {
  const messages = bookmarkedMessages(room, bookmark);
  return {
    roomId: room.id,
    roomName: room.name,
    slug: bookmark.slug,
    title: bookmark.title,
    byId: bookmark.userId,
    byName: world.nameOf(bookmark.userId),
    messageCount: messages.length,
    startedAt: messages[0]?.timeStamp ?? null,
    endedAt: messages[messages.length - 1]?.timeStamp ?? null,
  };
}

export function conversationPageView(call: Call, room: RoomRecord, bookmark: Bookmark): ConversationPageView {
  return {
    frame: frameView(call),
    room: roomView(call.state, room, call.viewer),
    conversation: conversationView(call, room, bookmark),
    messages: bookmarkedMessages(room, bookmark).map((message) => messageView(call.state, message, call.viewer)),
  };
}

/** The newest messages of a room, or its starred ones. */
export function feedView(call: Call, room: RoomRecord, kind: "messages" | "starred"): FeedView {
  const { state, viewer, place, world } = call;
  const alive = room.messages.filter((message) => !message.deleted);
  const chosen = kind === "starred" ? starredMessages(room.messages).slice(0, feedLength) : alive.slice(-feedLength);
  const newestFirst = kind === "starred" ? chosen : chosen.reverse();
  return {
    origin: place.chatUrl,
    path: kind === "starred" ? `/feeds/rooms/starred/${room.id}` : `/feeds/rooms/${room.id}`,
    title: kind === "starred" ? `starred messages in ${room.name}` : room.name,
    room: roomView(state, room, viewer),
    messages: newestFirst.map((message) => messageView(state, message, viewer)),
    now: world.now(),
  };
}
