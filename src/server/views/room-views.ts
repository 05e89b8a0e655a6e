/** The views of the room page and of the room info page. */
import type { PersonView, RoomInfoPageView, RoomPageView } from "../pages/views.js";
import { siteRoomsPath } from "../paths.js";
import { canModerate, mayRead, mayWrite } from "../world/access.js";
import { roomsOf } from "../world/attendance.js";
import type { MessageRecord, RoomRecord, UserRecord } from "../world/records.js";
import { dayOf } from "../world/room-index.js";
import { starredMessages } from "../world/starring.js";
import type { World } from "../world/world.js";
import { conversationView } from "./conversation-view.js";
import { frameView, messageView, peopleOf, personView, roomView, siteHostOf } from "./frame-view.js";
import { pageOf } from "./paging.js";
import type { ViewContext } from "./view-context.js";

const DAY_SECONDS = 86_400;
const PAGE_SIZE = 50;
const STARS_FILTERS = ["mystars", "mymessages"] as const;
const TABS = ["general", "stars", "conversations", "schedule", "feeds", "access"] as const;

export function roomPageView(context: ViewContext, room: RoomRecord): RoomPageView {
  const { state, world, viewer } = context;
  const others = viewer ? roomsOf(world, viewer.id).filter((other) => other !== room) : [];
  const frame = frameView(context);
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

/** The viewer's unacknowledged pings in rooms that they can still read: message id to room id. */
function mentionsOf(world: World, viewer: UserRecord | null): Record<string, number> {
  const readable = [...(viewer?.pings ?? [])].filter(([messageId, roomId]) => {
    const room = world.rooms.get(world.messages.get(messageId)?.roomId ?? roomId);
    return room !== undefined && mayRead(room, viewer);
  });
  return Object.fromEntries(readable);
}

export function roomInfoView(context: ViewContext, room: RoomRecord): RoomInfoPageView {
  const { state, viewer, params } = context;
  const tab = TABS.find((name) => name === params.get("tab")?.toLowerCase()) ?? "general";
  const usersTab = params.get("users")?.toLowerCase() === "frequent" ? "frequent" : "current";
  const people = peopleOf(state, room, usersTab === "frequent" ? room.visits.keys() : room.present);
  if (usersTab === "frequent") people.sort((a, b) => b.messageCount - a.messageCount);
  const starred = starredMessages(context.world, room);
  const starsFilter = STARS_FILTERS.find((name) => name === params.get("filter")?.toLowerCase()) ?? null;
  const filtered = starred.filter((message) => passes(starsFilter, message, viewer?.id ?? null));
  const stars = pageOf(params, tab === "stars" ? filtered : [], PAGE_SIZE);
  const shownPeople = pageOf(params, people, PAGE_SIZE);
  const { page, pageCount } = tab === "stars" ? stars : shownPeople;
  return {
    frame: frameView(context),
    room: roomView(state, room, viewer),
    tab,
    owners: persons(context, room, room.owners),
    users: shownPeople.shown.map((person) => {
      const lastMessageId = room.visits.get(person.id)?.lastMessageId;
      return lastMessageId ? { ...person, lastMessageId } : person;
    }),
    usersTab,
    stats: statsOf(context.world, room),
    access: {
      owner: persons(context, room, room.owners),
      "read-write": persons(context, room, granted(room, "read-write")),
      "read-only": persons(context, room, granted(room, "read-only")),
    },
    requests: canModerate(room, viewer) ? persons(context, room, room.requests) : [],
    starred: stars.shown.map((message) => messageView(state, message, viewer)),
    starsFilter,
    starredCount: starred.length,
    conversations: [...room.bookmarks.values()].reverse().map((bookmark) => conversationView(context, room, bookmark)),
    page,
    pageCount,
  };
}

/** Whether a starred message passes the filter: starred by the viewer, or posted by the viewer. */
function passes(filter: RoomInfoPageView["starsFilter"], message: MessageRecord, viewerId: number | null): boolean {
  if (!filter) return true;
  return viewerId !== null && (filter === "mystars" ? message.stars.has(viewerId) : message.userId === viewerId);
}

function granted(room: RoomRecord, level: "read-write" | "read-only"): number[] {
  return [...room.granted].filter(([, own]) => own === level).map(([id]) => id);
}

function persons(context: ViewContext, room: RoomRecord, ids: Iterable<number>): PersonView[] {
  return [...ids].flatMap((id) => {
    const user = context.world.users.get(id);
    return user ? [personView(context.state, user, room)] : [];
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
  const days = Math.max(1, (now - first) / DAY_SECONDS);
  const perDay = Math.round(room.messageCount / days);
  const perWeek = Math.round(room.messageCount / Math.max(1, days / 7));
  return { ...stats, perDay, perWeek };
}
