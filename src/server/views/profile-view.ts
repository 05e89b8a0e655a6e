/** The view of the profile page, by tab (protocol.md §6.10). */
import type { ProfilePageView } from "../pages/views.js";
import { mayRead } from "../world/access.js";
import type { MessageRecord, RoomRecord, UserRecord } from "../world/records.js";
import { conversationView } from "./conversation-view.js";
import { frameView, messageView, personView, roomView } from "./frame-view.js";
import { pageOf } from "./paging.js";
import type { ViewContext } from "./view-context.js";

const ROOMS_PER_PAGE = 20;
const MESSAGES_PER_PAGE = 50;
const TABS = ["general", "recent", "replies", "conversations"] as const;

export function profileView(context: ViewContext, user: UserRecord): ProfilePageView {
  const { world, state, viewer, params } = context;
  const tab = TABS.find((name) => name === params.get("tab")?.toLowerCase()) ?? "general";
  const roomsTab = params.get("rooms")?.toLowerCase() === "frequent" ? "frequent" : "current";
  const readable = [...world.rooms.values()].filter((room) => mayRead(room, viewer));
  const said = (room: RoomRecord): number => room.visits.get(user.id)?.messageCount ?? 0;
  const withCount = (room: RoomRecord): ProfilePageView["rooms"][number] => ({
    ...roomView(state, room, viewer),
    messagesByUser: said(room),
  });
  const talked = readable.filter((room) => said(room) > 0);
  const rooms = pageOf(params, roomsOn(roomsTab, readable, talked, user), ROOMS_PER_PAGE);
  const messages = pageOf(params, messagesOn(context, tab, readable, user), MESSAGES_PER_PAGE);
  return {
    frame: frameView(context),
    person: personView(state, user, null),
    memberSince: new Date(user.createdAt * 1000).toISOString().slice(0, 10),
    messageCount: talked.reduce((sum, room) => sum + said(room), 0),
    roomCount: talked.length,
    owning: readable.filter((room) => room.owners.has(user.id)).map(withCount),
    rooms: rooms.shown.map(withCount),
    tab,
    roomsTab,
    messages: messages.shown.map((message) => ({
      ...messageView(state, message, viewer),
      roomName: world.rooms.get(message.roomId)?.name ?? "",
    })),
    conversations: tab === "conversations" ? conversationsOf(context, readable, user) : [],
    page: tab === "general" ? rooms.page : messages.page,
    pageCount: tab === "general" ? rooms.pageCount : messages.pageCount,
  };
}

/** The rooms that a user is in, most recent posts first; or those with most of their messages. */
function roomsOn(
  list: "current" | "frequent",
  readable: readonly RoomRecord[],
  talked: readonly RoomRecord[],
  user: UserRecord,
): RoomRecord[] {
  const visit = (room: RoomRecord, field: "lastPost" | "messageCount"): number =>
    room.visits.get(user.id)?.[field] ?? 0;
  if (list === "frequent") return talked.toSorted((a, b) => visit(b, "messageCount") - visit(a, "messageCount"));
  const present = readable.filter((room) => room.present.has(user.id));
  return present.toSorted((a, b) => visit(b, "lastPost") - visit(a, "lastPost") || a.id - b.id);
}

function messagesOn(
  { world }: ViewContext,
  tab: (typeof TABS)[number],
  readable: readonly RoomRecord[],
  user: UserRecord,
): readonly MessageRecord[] {
  if (tab !== "recent" && tab !== "replies") return [];
  const listed = (room: RoomRecord): readonly MessageRecord[] =>
    tab === "recent" ? world.index(room).byAuthor(user.id) : world.index(room).pinging(user.id);
  return readable
    .flatMap(listed)
    .filter((message) => !message.deleted)
    .sort((a, b) => b.id - a.id);
}

function conversationsOf(
  context: ViewContext,
  readable: readonly RoomRecord[],
  user: UserRecord,
): NonNullable<ProfilePageView["conversations"]> {
  return readable
    .flatMap((room) => [...room.bookmarks.values()].map((bookmark) => ({ room, bookmark })))
    .filter(({ bookmark }) => bookmark.userId === user.id)
    .sort((a, b) => b.bookmark.createdAt - a.bookmark.createdAt)
    .map(({ room, bookmark }) => conversationView(context, room, bookmark));
}
