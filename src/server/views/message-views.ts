/** The views of the history page and of the search page. */
import { setImmediate } from "node:timers/promises";
import type { HistoryPageView, RevisionView, SearchPageView } from "../pages/views.js";
import { mayRead } from "../world/access.js";
import { lowerBound } from "../world/ascending.js";
import { roomOf } from "../world/posting.js";
import type { MessageRecord } from "../world/records.js";
import { frameView, messageView, roomView } from "./frame-view.js";
import { pageOf } from "./paging.js";
import type { ViewContext } from "./view-context.js";

export function historyView(context: ViewContext, message: MessageRecord): HistoryPageView {
  const { state, world, viewer } = context;
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
    frame: frameView(context),
    room: roomView(state, roomOf(world, message), viewer),
    message: messageView(state, message, viewer),
    revisions: revisions.reverse(),
    purged: message.purged,
    pinners,
  };
}

/** The messages that a search scans before it yields to other requests. */
const SEARCH_STEP = 5_000;

/** Searches messages that contain a text, newest first, in rooms that the viewer may read. */
export async function searchView(context: ViewContext): Promise<SearchPageView> {
  const { world, viewer, params, state } = context;
  const query = (params.get("q") ?? "").trim();
  const room = params.integer("room", 0) || null;
  const user = params.integer("user", 0) || null;
  const pageSize = Math.max(1, Math.min(100, params.integer("pagesize", 50)));
  const needle = query.toLowerCase();
  const found: MessageRecord[] = [];
  for (const candidate of needle ? world.rooms.values() : []) {
    if ((room !== null && candidate.id !== room) || !mayRead(candidate, viewer)) continue;
    for await (const part of newestFirst(user === null ? candidate.messages : world.index(candidate).byAuthor(user))) {
      found.push(...part.filter((message) => !message.deleted && message.source.toLowerCase().includes(needle)));
    }
  }
  found.sort((a, b) => b.id - a.id);
  const { shown, page, pageCount } = pageOf(params, found, pageSize);
  const messages = shown.map((message) => ({
    ...messageView(state, message, viewer),
    roomName: world.rooms.get(message.roomId)?.name ?? "",
  }));
  return { frame: frameView(context), query, room, user, total: found.length, messages, page, pageCount };
}

/** Yields a list in chunks from its end, each newest first, with a pause after each. The list may change in the pauses. */
async function* newestFirst(messages: readonly MessageRecord[]): AsyncGenerator<MessageRecord[]> {
  let before = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const end = lowerBound(messages, before);
    const part = messages.slice(Math.max(0, end - SEARCH_STEP), end).reverse();
    yield part;
    if (part.length < SEARCH_STEP) return;
    before = part[part.length - 1]?.id ?? 0;
    await setImmediate();
  }
}
