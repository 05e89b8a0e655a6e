/** Resolves `@name` mentions to the users of a room (protocol.md §7.1.8). Pure. */
import { mentionedNames, normalizeName, replaceMentions } from "../../protocol/markup/mentions.js";
import type { RoomRecord, UserRecord, Visit } from "./records.js";
import type { World } from "./world.js";

/** Users who were in the room within this time can be pinged (protocol.md §6.1: one to two weeks). */
const PINGABLE_SECONDS = 14 * 86_400;

/** The users that an `@name` can ping in a room, with their visits. */
export function pingable(world: World, room: RoomRecord): (readonly [number, Visit])[] {
  return [...room.visits].filter(([id, visit]) => isPingable(world, room, id, visit));
}

function isPingable(world: World, room: RoomRecord, id: number, { lastSeen }: Visit): boolean {
  return id > 0 && (room.present.has(id) || lastSeen >= world.now() - PINGABLE_SECONDS);
}

/** Wraps mentions of a user in rendered content, except inside links and code. */
export function markMentions(html: string, user: UserRecord): string {
  const own = normalizeName(user.name);
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
 * The users that a text pings in a room, except its author. Beyond the limit, users named in full win over those named in
 * part, and recently seen ones over others.
 */
export function mentionedUsers(world: World, room: RoomRecord, author: UserRecord, text: string): UserRecord[] {
  if (!text.includes("@")) return [];
  const found = world.names.matching(mentionedNames(text)).flatMap(({ id, isWhole }) => {
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
