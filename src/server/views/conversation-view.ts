/** The views of bookmarked conversations and of a room's feeds (protocol.md §6.12). */
import type { ConversationPageView, ConversationView, FeedView } from "../pages/views.js";
import { bookmarkedMessages } from "../world/bookmarks.js";
import type { Bookmark, MessageRecord, RoomRecord } from "../world/records.js";
import { starredMessages } from "../world/starring.js";
import { frameView, messageView, roomView } from "./frame-view.js";
import type { ViewContext } from "./view-context.js";

/** The most messages in a feed. */
const FEED_LENGTH = 30;

export function conversationView({ world }: ViewContext, room: RoomRecord, bookmark: Bookmark): ConversationView {
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

export function conversationPageView(context: ViewContext, room: RoomRecord, bookmark: Bookmark): ConversationPageView {
  return {
    frame: frameView(context),
    room: roomView(context.state, room, context.viewer),
    conversation: conversationView(context, room, bookmark),
    messages: bookmarkedMessages(room, bookmark).map((message) => messageView(context.state, message, context.viewer)),
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

/** The feed of a room's newest or starred messages. */
export function feedView(context: ViewContext, room: RoomRecord, kind: "messages" | "starred"): FeedView {
  const { state, viewer, place, world } = context;
  const newestFirst =
    kind === "starred" ? starredMessages(world, room).slice(0, FEED_LENGTH) : latest(room, FEED_LENGTH);
  return {
    origin: place.chatUrl,
    path: kind === "starred" ? `/feeds/rooms/starred/${room.id}` : `/feeds/rooms/${room.id}`,
    title: kind === "starred" ? `starred messages in ${room.name}` : room.name,
    room: roomView(state, room, viewer),
    messages: newestFirst.map((message) => messageView(state, message, viewer)),
    now: world.now(),
  };
}
