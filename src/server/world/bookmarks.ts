/** Bookmarked conversations: a range of a room's messages under a title (protocol.md §5.8, §6.12). */
import { slugOf } from "../paths.js";
import { mayWrite, rules } from "./access.js";
import { firstIndex } from "./ascending.js";
import { refuseTooLong } from "./limits.js";
import type { Bookmark, MessageRecord, RoomRecord, UserRecord } from "./records.js";
import { Refusal } from "./refusal.js";
import type { World } from "./world.js";

/** Bookmarks of one room; no limit is known of the live site, memory needs one. */
const maxBookmarks = 10_000;

/** Gives a range of messages a title. @throws a {@link Refusal} */
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
  refuseTooLong("The title of a conversation", title, world.rules.textLimits.title);
  for (const id of [range.firstId, range.lastId]) {
    if (world.messages.get(id)?.roomId !== room.id) {
      throw new Refusal("not-allowed", "The first and the last message must be of this room");
    }
  }
  const firstId = Math.min(range.firstId, range.lastId);
  const lastId = Math.max(range.firstId, range.lastId);
  const slug = slugOf(title) || String(firstId);
  if (room.bookmarks.has(slug)) throw new Refusal("not-allowed", "There is a conversation with this title already");
  if (room.bookmarks.size >= maxBookmarks) throw new Refusal("not-allowed", "This room has too many conversations");
  const made: Bookmark = { slug, title, firstId, lastId, userId: user.id, createdAt: world.now() };
  room.bookmarks.set(slug, made);
  world.changes.room(room, ["bookmarks", slug]);
  return made;
}

/** Removes a bookmark: its maker may, and who rules in the room. @throws a {@link Refusal} */
export function deleteBookmark(world: World, room: RoomRecord, user: UserRecord, slug: string): void {
  const found = room.bookmarks.get(slug);
  if (!found) throw new Refusal("not-allowed", "There is no such conversation");
  if (found.userId !== user.id && !rules(room, user)) {
    throw new Refusal("not-allowed", "You can only delete your own bookmarks");
  }
  room.bookmarks.delete(slug);
  world.changes.room(room, ["bookmarks", slug]);
}

/** What was said in a bookmarked conversation; messages that moved away are no longer part of it. */
export function bookmarkedMessages(room: RoomRecord, { firstId, lastId }: Bookmark): MessageRecord[] {
  return room.messages.slice(firstIndex(room.messages, firstId), firstIndex(room.messages, lastId + 1));
}
