/** Bookmarked conversations: a range of a room's messages under a title (protocol.md §5.8, §6.12). */
import { slugOf } from "../paths.js";
import { canModerate, mayWrite } from "./access.js";
import { lowerBound } from "./ascending.js";
import { checkLength } from "./limits.js";
import type { Bookmark, MessageRecord, RoomRecord, UserRecord } from "./records.js";
import { Refusal } from "./refusal.js";
import type { World } from "./world.js";

/** The most bookmarks of one room. The live limit is unknown; this one bounds memory. */
const MAX_BOOKMARKS = 10_000;

/** Bookmarks a range of messages under a title. @throws a {@link Refusal} */
export function bookmark(
  world: World,
  room: RoomRecord,
  user: UserRecord,
  range: { readonly firstId: number; readonly lastId: number; readonly title: string },
): Bookmark {
  if (!mayWrite(room, user, world.now())) {
    throw new Refusal("not-allowed", "You cannot bookmark conversations in this room");
  }
  const title = range.title.trim();
  if (title === "") throw new Refusal("not-allowed", "A conversation needs a title");
  checkLength("The title of a conversation", title, world.rules.textLimits.title);
  for (const id of [range.firstId, range.lastId]) {
    if (world.messages.get(id)?.roomId !== room.id) {
      throw new Refusal("not-allowed", "The first and the last message must be of this room");
    }
  }
  const firstId = Math.min(range.firstId, range.lastId);
  const lastId = Math.max(range.firstId, range.lastId);
  const slug = slugOf(title) || String(firstId);
  if (room.bookmarks.has(slug)) throw new Refusal("not-allowed", "There is a conversation with this title already");
  if (room.bookmarks.size >= MAX_BOOKMARKS) throw new Refusal("not-allowed", "This room has too many conversations");
  const made: Bookmark = { slug, title, firstId, lastId, userId: user.id, createdAt: world.now() };
  room.bookmarks.set(slug, made);
  world.changes.room(room, ["bookmarks", slug]);
  return made;
}

/** Deletes a bookmark, as its creator, a room owner or a moderator. @throws a {@link Refusal} */
export function deleteBookmark(world: World, room: RoomRecord, user: UserRecord, slug: string): void {
  const found = room.bookmarks.get(slug);
  if (!found) throw new Refusal("not-allowed", "There is no such conversation");
  if (found.userId !== user.id && !canModerate(room, user)) {
    throw new Refusal("not-allowed", "You can only delete your own bookmarks");
  }
  room.bookmarks.delete(slug);
  world.changes.room(room, ["bookmarks", slug]);
}

/** The messages of a bookmarked conversation, except those that were moved to another room. */
export function bookmarkedMessages(room: RoomRecord, { firstId, lastId }: Bookmark): MessageRecord[] {
  return room.messages.slice(lowerBound(room.messages, firstId), lowerBound(room.messages, lastId + 1));
}
