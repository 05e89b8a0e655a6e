/** Whom an `@name` reaches in a room (protocol.md §7.1.8). Pure. */
import { isMeant, mentionedNames, replaceMentions, simpleName } from "../../protocol/markup/mentions.js";
import type { RoomRecord, UserRecord, Visit } from "./records.js";
import type { World } from "./world.js";

/** People who were in the room within this time can be pinged (protocol.md §6.1: one to two weeks). */
const pingableSeconds = 14 * 86_400;

/** Everybody whom an `@name` can mean in a room, with what the room remembers of them. */
export function pingable(world: World, room: RoomRecord): (readonly [number, Visit])[] {
  const since = world.now() - pingableSeconds;
  return [...room.visits].filter(([id, { lastSeen }]) => id > 0 && (room.present.has(id) || lastSeen >= since));
}

/** Wraps what mentions somebody in rendered content, but not inside links and code. */
export function markMentions(html: string, user: UserRecord): string {
  const own = simpleName(user.name);
  let depth = 0;
  return html.replace(/<(\/?)(\w+)[^>]*>|[^<]+/g, (part, slash?: string, tag?: string) => {
    if (tag !== undefined) {
      if (["a", "code", "pre"].includes(tag)) depth += slash ? -1 : 1;
      return part;
    }
    if (depth > 0) return part;
    return replaceMentions(part, own, (word) => `<span class="mention">${word}</span>`);
  });
}

/** Everybody that a text pings in a room, but for its author. */
export function mentionedUsers(world: World, room: RoomRecord, author: UserRecord, text: string): UserRecord[] {
  if (!text.includes("@")) return [];
  const names = mentionedNames(text);
  if (names.size === 0) return [];
  const found: UserRecord[] = [];
  for (const [id] of pingable(world, room)) {
    const user = world.users.get(id);
    if (!user || id === author.id) continue;
    if (isMeant(simpleName(user.name), names)) found.push(user);
  }
  return found;
}
