/** What the history page and the search page show. */
import type { Call } from "../http/call.js";
import type { HistoryPageView, RevisionView, SearchPageView } from "../pages/views.js";
import { mayRead } from "../world/access.js";
import { roomOf } from "../world/posting.js";
import type { MessageRecord } from "../world/records.js";
import { frameView, messageView, roomView } from "./frame-view.js";
import { pageOf } from "./paging.js";

export function historyView(call: Call, message: MessageRecord): HistoryPageView {
  const { state, world, viewer } = call;
  const revisions = message.revisions.map((revision): RevisionView => {
    const user = world.users.get(revision.userId);
    return {
      userId: user?.id ?? null,
      userName: world.nameOf(revision.userId),
      emailHash: user?.emailHash ?? "",
      label: revision.label,
      timeStamp: revision.timeStamp,
      content: revision.content,
      source: revision.source,
    };
  });
  const pinners = [...message.pins].map(([id, timeStamp]) => ({ id, name: world.nameOf(id), timeStamp }));
  return {
    frame: frameView(call),
    room: roomView(state, roomOf(world, message), viewer),
    message: messageView(state, message, viewer),
    revisions: revisions.reverse(),
    purged: message.purged,
    pinners,
  };
}

/** Messages that contain the text, newest first, in rooms that the viewer may read. */
export function searchView(call: Call): SearchPageView {
  const { world, viewer, params, state } = call;
  const query = (params.get("q") ?? "").trim();
  const room = params.integer("room", 0) || null;
  const user = params.integer("user", 0) || null;
  const pageSize = Math.max(1, Math.min(100, params.integer("pagesize", 50)));
  const needle = query.toLowerCase();
  const found: MessageRecord[] = [];
  for (const candidate of needle ? world.rooms.values() : []) {
    if ((room !== null && candidate.id !== room) || !mayRead(candidate, viewer)) continue;
    for (const message of candidate.messages) {
      if (message.deleted || (user !== null && message.userId !== user)) continue;
      if (message.source.toLowerCase().includes(needle)) found.push(message);
    }
  }
  found.sort((a, b) => b.id - a.id);
  const { shown, page, pageCount } = pageOf(params, found, pageSize);
  const messages = shown.map((message) => ({
    ...messageView(state, message, viewer),
    roomName: world.rooms.get(message.roomId)?.name ?? "",
  }));
  return { frame: frameView(call), query, room, user, messages, page, pageCount };
}
