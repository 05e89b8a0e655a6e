/** What the room page and the room info page show. */
import type { Call } from "../http/call.js";
import type { PersonView, RoomInfoPageView, RoomPageView } from "../pages/views.js";
import { siteRoomsPath } from "../paths.js";
import { mayRead, mayWrite, rules } from "../world/access.js";
import { roomsOf } from "../world/attendance.js";
import type { MessageRecord, RoomRecord, UserRecord } from "../world/records.js";
import { dayOf } from "../world/room-index.js";
import { starredMessages } from "../world/starring.js";
import type { World } from "../world/world.js";
import { conversationView } from "./conversation-view.js";
import { frameView, messageView, peopleOf, personView, roomView, siteHostOf } from "./frame-view.js";
import { pageOf } from "./paging.js";

const daySeconds = 86_400;
const pageSize = 50;
const starsFilters = ["mystars", "mymessages"] as const;
const tabs = ["general", "stars", "conversations", "schedule", "feeds", "access"] as const;

export function roomPageView(call: Call, room: RoomRecord): RoomPageView {
  const { state, world, viewer } = call;
  const others = viewer ? roomsOf(world, viewer.id).filter((other) => other !== room) : [];
  const frame = frameView(call);
  return {
    frame: { ...frame, me: frame.me && { ...frame.me, isOwner: room.owners.has(frame.me.id) } },
    room: roomView(state, room, viewer),
    mayPost: mayWrite(room, viewer, world.now()) && !room.frozen,
    presentMarkup: state.options.presentMarkup,
    siteRoomsPath: state.host === "stackexchange.com" ? siteRoomsPath(siteHostOf(state, room)) : null,
    myRooms: others.map((other) => {
      const last = other.messages[other.messages.length - 1];
      return { id: other.id, name: other.name, lastMessage: last ? messageView(state, last, viewer) : null };
    }),
    mentions: mentionsOf(world, viewer),
    ignored: [...(viewer?.ignored ?? [])],
    desktopNotify: viewer?.desktopNotify ?? false,
  };
}

/** The pings that somebody has not acknowledged, in rooms that they may still read: message id to room id. */
function mentionsOf(world: World, viewer: UserRecord | null): Record<string, number> {
  const readable = [...(viewer?.pings ?? [])].filter(([messageId, roomId]) => {
    const room = world.rooms.get(world.messages.get(messageId)?.roomId ?? roomId);
    return room !== undefined && mayRead(room, viewer);
  });
  return Object.fromEntries(readable);
}

export function roomInfoView(call: Call, room: RoomRecord): RoomInfoPageView {
  const { state, viewer, params } = call;
  const tab = tabs.find((name) => name === params.get("tab")?.toLowerCase()) ?? "general";
  const usersTab = params.get("users")?.toLowerCase() === "frequent" ? "frequent" : "current";
  const people = peopleOf(state, room, usersTab === "frequent" ? room.visits.keys() : room.present);
  if (usersTab === "frequent") people.sort((a, b) => b.messageCount - a.messageCount);
  const starred = starredMessages(call.world, room);
  const starsFilter = starsFilters.find((name) => name === params.get("filter")?.toLowerCase()) ?? null;
  const filtered = starred.filter((message) => passes(starsFilter, message, viewer?.id ?? null));
  const stars = pageOf(params, tab === "stars" ? filtered : [], pageSize);
  const shownPeople = pageOf(params, people, pageSize);
  const { page, pageCount } = tab === "stars" ? stars : shownPeople;
  return {
    frame: frameView(call),
    room: roomView(state, room, viewer),
    tab,
    owners: persons(call, room, room.owners),
    users: shownPeople.shown.map((person) => {
      const lastMessageId = room.visits.get(person.id)?.lastMessageId;
      return lastMessageId ? { ...person, lastMessageId } : person;
    }),
    usersTab,
    stats: statsOf(call.world, room),
    access: {
      owner: persons(call, room, room.owners),
      "read-write": persons(call, room, granted(room, "read-write")),
      "read-only": persons(call, room, granted(room, "read-only")),
    },
    requests: rules(room, viewer) ? persons(call, room, room.requests) : [],
    starred: stars.shown.map((message) => messageView(state, message, viewer)),
    starsFilter,
    starredCount: starred.length,
    conversations: [...room.bookmarks.values()].reverse().map((bookmark) => conversationView(call, room, bookmark)),
    page,
    pageCount,
  };
}

/** Whether a starred message is among those asked for: the viewer's stars, or stars on the viewer's messages. */
function passes(filter: RoomInfoPageView["starsFilter"], message: MessageRecord, viewerId: number | null): boolean {
  if (!filter) return true;
  return viewerId !== null && (filter === "mystars" ? message.stars.has(viewerId) : message.userId === viewerId);
}

function granted(room: RoomRecord, level: "read-write" | "read-only"): number[] {
  return [...room.granted].filter(([, own]) => own === level).map(([id]) => id);
}

function persons(call: Call, room: RoomRecord, ids: Iterable<number>): PersonView[] {
  return [...ids].flatMap((id) => {
    const user = call.world.users.get(id);
    return user ? [personView(call.state, user, room)] : [];
  });
}

function statsOf(world: World, room: RoomRecord): RoomInfoPageView["stats"] {
  const now = world.now();
  const index = world.index(room);
  const today = dayOf(now);
  // Days since the epoch began on a Thursday; weeks here begin on Sunday.
  const sunday = today - ((today + 4) % 7);
  const count = (from: number, days: number): number =>
    Array.from({ length: days }, (_, at) => index.onDay(from + at).length).reduce((sum, length) => sum + length, 0);
  const stats = {
    today: count(today, 1),
    yesterday: count(today - 1, 1),
    thisWeek: count(sunday, 7),
    lastWeek: count(sunday - 7, 7),
  };
  const first = room.messages[0]?.timeStamp ?? now;
  const days = Math.max(1, (now - first) / daySeconds);
  const perDay = Math.round(room.messageCount / days);
  const perWeek = Math.round(room.messageCount / Math.max(1, days / 7));
  return { ...stats, perDay, perWeek };
}
