/** What the room page and the room info page show. */
import type { Call } from "../http/call.js";
import type { PersonView, RoomInfoPageView, RoomPageView } from "../pages/views.js";
import { mayWrite, rules } from "../world/access.js";
import { roomsOf } from "../world/attendance.js";
import type { RoomRecord } from "../world/records.js";
import { starredMessages } from "../world/starring.js";
import { conversationView } from "./conversation-view.js";
import { frameView, messageView, peopleOf, personView, roomView } from "./frame-view.js";
import { pageOf } from "./paging.js";

const daySeconds = 86_400;
const pageSize = 50;
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
    myRooms: others.map((other) => {
      const last = other.messages[other.messages.length - 1];
      return { id: other.id, name: other.name, lastMessage: last ? messageView(state, last, viewer) : null };
    }),
    mentions: Object.fromEntries(viewer?.pings ?? []),
    ignored: [...(viewer?.ignored ?? [])],
    desktopNotify: viewer?.desktopNotify ?? false,
  };
}

export function roomInfoView(call: Call, room: RoomRecord): RoomInfoPageView {
  const { state, viewer, params } = call;
  const tab = tabs.find((name) => name === params.get("tab")?.toLowerCase()) ?? "general";
  const usersTab = params.get("users")?.toLowerCase() === "frequent" ? "frequent" : "current";
  const people = peopleOf(state, room, usersTab === "frequent" ? room.visits.keys() : room.present);
  if (usersTab === "frequent") people.sort((a, b) => b.messageCount - a.messageCount);
  const starred = starredMessages(room.messages);
  const stars = pageOf(params, tab === "stars" ? starred : [], pageSize);
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
    stats: statsOf(room, call.world.now()),
    access: {
      owner: persons(call, room, room.owners),
      "read-write": persons(call, room, granted(room, "read-write")),
      "read-only": persons(call, room, granted(room, "read-only")),
    },
    requests: rules(room, viewer) ? persons(call, room, room.requests) : [],
    starred: stars.shown.map((message) => messageView(state, message, viewer)),
    starredCount: starred.length,
    conversations: [...room.bookmarks.values()].reverse().map((bookmark) => conversationView(call, room, bookmark)),
    page,
    pageCount,
  };
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

function statsOf(room: RoomRecord, now: number): RoomInfoPageView["stats"] {
  const today = Math.floor(now / daySeconds);
  // Days since the epoch began on a Thursday; weeks here begin on Sunday.
  const week = Math.floor((today + 4) / 7);
  const stats = { today: 0, yesterday: 0, thisWeek: 0, lastWeek: 0 };
  for (const { timeStamp } of room.messages) {
    const day = Math.floor(timeStamp / daySeconds);
    const ownWeek = Math.floor((day + 4) / 7);
    if (day === today) stats.today++;
    if (day === today - 1) stats.yesterday++;
    if (ownWeek === week) stats.thisWeek++;
    if (ownWeek === week - 1) stats.lastWeek++;
  }
  const first = room.messages[0]?.timeStamp ?? now;
  const days = Math.max(1, (now - first) / daySeconds);
  const perDay = Math.round(room.messageCount / days);
  const perWeek = Math.round(room.messageCount / Math.max(1, days / 7));
  return { ...stats, perDay, perWeek };
}
