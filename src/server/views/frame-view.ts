/** Turns records into views of users, rooms, messages, and the frame around every page. No HTML here. */
import { renderMarkdown } from "../../protocol/markup/render.js";
import type { FrameView, MessageView, PersonView, RoomView } from "../pages/views.js";
import { userPath } from "../paths.js";
import type { SiteState } from "../site-state.js";
import { mayRead } from "../world/access.js";
import type { MessageRecord, RoomRecord, UserRecord } from "../world/records.js";
import type { ViewContext } from "./view-context.js";

/** The view of the frame around every page. */
export function frameView(context: ViewContext): FrameView {
  const { state, world, viewer, place } = context;
  const rooms = [...world.rooms.values()].filter((room) => room.access !== "private" && !room.frozen && !room.deleted);
  const present = new Set(rooms.flatMap((room) => [...room.present]));
  return {
    siteName: state.live.name,
    siteUrl: state.siteUrl,
    chatHost: new URL(state.live.chatOrigin).host,
    loginUrl: `${place.loopback ? "" : place.loginUrl}/users/login?returnurl=${encodeURIComponent(`${place.chatUrl}/`)}`,
    me: viewer && personView(state, viewer, null),
    fkey: context.fkey,
    activeUsers: present.size,
    activeRooms: rooms.length,
    now: world.now(),
    headerMarkup: state.options.headerMarkup,
  };
}

/** The view of a user, in a room or outside of any. */
export function personView(state: SiteState, user: UserRecord, room: RoomRecord | null): PersonView {
  const visit = room?.visits.get(user.id);
  return {
    id: user.id,
    name: user.name,
    emailHash: user.emailHash,
    reputation: user.reputation,
    isModerator: user.isModerator,
    isOwner: room?.owners.has(user.id) ?? false,
    lastPost: visit ? visit.lastPost || null : user.lastPost,
    lastSeen: visit?.lastSeen ?? user.lastSeen,
    about: user.about,
    parentProfileUrl: user.id > 0 ? `//${new URL(state.live.loginOrigin).host}${userPath(user.id, user.name)}` : null,
    parentSiteName: state.live.name,
  };
}

/** The view of a room in lists and cards. */
export function roomView(state: SiteState, room: RoomRecord, viewer: UserRecord | null): RoomView {
  const first = room.messages[0];
  const last = room.messages[room.messages.length - 1];
  const lastAuthor = last && state.world.users.get(last.userId);
  return {
    id: room.id,
    name: room.name,
    description: room.description,
    descriptionHtml: renderMarkdown(room.description, { siteUrl: state.world.siteUrlOf(room) }),
    tags: room.tags,
    access: room.access,
    frozen: room.frozen,
    deleted: room.deleted,
    isFavorite: viewer !== null && room.favoriteOf.has(viewer.id),
    parentSiteName: room.parentSite?.name ?? state.live.name,
    parentSiteUrl: state.world.siteUrlOf(room),
    messageCount: room.messageCount,
    userCount: [...room.visits.values()].filter((visit) => visit.messageCount > 0).length,
    firstMessageAt: first?.timeStamp ?? null,
    lastMessageAt: last?.timeStamp ?? null,
    lastMessageBy: lastAuthor ? personView(state, lastAuthor, room) : null,
    present: peopleOf(state, room, room.present),
  };
}

/** The host of a room's Q&A site. */
export function siteHostOf(state: SiteState, room: RoomRecord): string {
  return room.parentSite?.host ?? state.host;
}

/** The views of users of a room with their message counts, most recent posters first. */
export function peopleOf(
  state: SiteState,
  room: RoomRecord,
  userIds: Iterable<number>,
): (PersonView & { readonly messageCount: number })[] {
  const people: (PersonView & { readonly messageCount: number })[] = [];
  for (const id of userIds) {
    const user = state.world.users.get(id);
    if (!user) continue;
    people.push({ ...personView(state, user, room), messageCount: room.visits.get(id)?.messageCount ?? 0 });
  }
  return people.sort((a, b) => (b.lastPost ?? 0) - (a.lastPost ?? 0) || a.id - b.id);
}

/** The view of a message in a transcript, a history or a list. */
export function messageView(state: SiteState, message: MessageRecord, viewer: UserRecord | null): MessageView {
  const author = state.world.users.get(message.userId);
  const parent =
    message.showParent && message.parentId !== null ? state.world.messages.get(message.parentId) : undefined;
  const parentRoom = parent && state.world.rooms.get(parent.roomId);
  // The reply may have been moved out of a private room that still has its parent.
  const isKnown = parentRoom !== undefined && mayRead(parentRoom, viewer);
  return {
    id: message.id,
    roomId: message.roomId,
    userId: author?.id ?? null,
    userName: state.world.nameOf(message.userId),
    emailHash: author?.emailHash ?? "",
    content: message.deleted ? null : message.content,
    timeStamp: message.timeStamp,
    replyTo: message.showParent ? message.parentId : null,
    replyToName: parent && isKnown ? state.world.nameOf(parent.userId) : null,
    edits: message.edits,
    stars: message.stars.size,
    pins: message.pins.size,
    starredByMe: viewer !== null && message.stars.has(viewer.id),
    pinnedByMe: viewer !== null && message.pins.has(viewer.id),
    mine: viewer?.id === message.userId,
    replyMarkup: state.options.replyMarkup,
  };
}
