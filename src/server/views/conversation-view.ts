/** What lists and pages of bookmarked conversations show, and the feeds of a room (protocol.md §6.12). */
import type { Call } from "../http/call.js";
import type { ConversationPageView, ConversationView, FeedView } from "../pages/views.js";
import { bookmarkedMessages } from "../world/bookmarks.js";
import type { Bookmark, MessageRecord, RoomRecord } from "../world/records.js";
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

function latest(room: RoomRecord, count: number): MessageRecord[] {
  const found: MessageRecord[] = [];
  for (let at = room.messages.length - 1; at >= 0 && found.length < count; at--) {
    const message = room.messages[at];
    if (message && !message.deleted) found.push(message);
  }
  return found;
}

/** The newest messages of a room, or its starred ones. */
export function feedView(call: Call, room: RoomRecord, kind: "messages" | "starred"): FeedView {
  const { state, viewer, place, world } = call;
  const newestFirst = kind === "starred" ? starredMessages(world, room).slice(0, feedLength) : latest(room, feedLength);
  return {
    origin: place.chatUrl,
    path: kind === "starred" ? `/feeds/rooms/starred/${room.id}` : `/feeds/rooms/${room.id}`,
    title: kind === "starred" ? `starred messages in ${room.name}` : room.name,
    room: roomView(state, room, viewer),
    messages: newestFirst.map((message) => messageView(state, message, viewer)),
    now: world.now(),
  };
}
