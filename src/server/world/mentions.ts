/** Whom an `@name` reaches in a room (protocol.md §7.1.8). Pure. */
import { mentionedNames, replaceMentions, simpleName } from "../../protocol/markup/mentions.js";
import type { RoomRecord, UserRecord, Visit } from "./records.js";
import type { World } from "./world.js";

/** People who were in the room within this time can be pinged (protocol.md §6.1: one to two weeks). */
const pingableSeconds = 14 * 86_400;

/** Everybody whom an `@name` can mean in a room, with what the room remembers of them. */
export function pingable(world: World, room: RoomRecord): (readonly [number, Visit])[] {
  return [...room.visits].filter(([id, visit]) => isPingable(world, room, id, visit));
}

function isPingable(world: World, room: RoomRecord, id: number, { lastSeen }: Visit): boolean {
  return id > 0 && (room.present.has(id) || lastSeen >= world.now() - pingableSeconds);
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

/**
 * Everybody that a text pings in a room, but for its author. When those are more than the rules allow, the people go first
 * who are named in full, and then those seen last.
 */
export function mentionedUsers(world: World, room: RoomRecord, author: UserRecord, text: string): UserRecord[] {
  if (!text.includes("@")) return [];
  const found = world.names.meant(mentionedNames(text)).flatMap(({ id, isWhole }) => {
    const user = world.users.get(id);
    const visit = room.visits.get(id);
    if (!user || !visit || id === author.id || !isPingable(world, room, id, visit)) return [];
    return [{ user, isWhole, lastSeen: visit.lastSeen }];
  });
  if (found.length > world.rules.maxPings) {
    found.sort((a, b) => Number(b.isWhole) - Number(a.isWhole) || b.lastSeen - a.lastSeen);
  }
  return found.slice(0, world.rules.maxPings).map(({ user }) => user);
}
