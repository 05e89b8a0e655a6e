/**
 * Who an `@name` means: at least three characters of a name without its spaces, whatever case and accents
 * (protocol.md §7.1.8). Pure.
 */
import type { RoomRecord, UserRecord, Visit } from "./records.js";
import type { World } from "./world.js";

/** People who were in the room within this time can be pinged (protocol.md §6.1: one to two weeks). */
const pingableSeconds = 14 * 86_400;

/** Everybody whom an `@name` can mean in a room, with what the room remembers of them. */
export function pingable(world: World, room: RoomRecord): (readonly [number, Visit])[] {
  const since = world.now() - pingableSeconds;
  return [...room.visits].filter(([id, { lastSeen }]) => id > 0 && (room.present.has(id) || lastSeen >= since));
}

const shortestName = 3;
const mention = /(?<![\p{L}\p{N}@])@([^\s@._!?();:/+&<,"'`*[\]-]{3,})/gu;

/** The names mentioned in a text, simplified for comparison, each once. */
function mentioned(text: string): ReadonlySet<string> {
  const words = new Set<string>();
  for (const [, word = ""] of text.matchAll(mention)) words.add(word);
  return new Set([...words].map(simplify).filter((name) => name.length >= shortestName));
}

/**
 * Whether one of these names is the beginning of somebody's. It costs what somebody's name is long, however many names
 * there are: a text may be full of them, and a room full of people.
 */
function isMeant(own: string, names: ReadonlySet<string>): boolean {
  for (let length = shortestName; length <= own.length; length++) if (names.has(own.slice(0, length))) return true;
  return false;
}

function simplify(name: string): string {
  return name
    .normalize("NFD")
    .replace(/[\p{M}\s._!?();:/+&<,"'`*[\]-]/gu, "")
    .toLowerCase();
}

/** Wraps what mentions somebody in rendered content, but not inside links and code. */
export function markMentions(html: string, user: UserRecord): string {
  const own = simplify(user.name);
  let depth = 0;
  return html.replace(/<(\/?)(\w+)[^>]*>|[^<]+/g, (part, slash?: string, tag?: string) => {
    if (tag !== undefined) {
      if (["a", "code", "pre"].includes(tag)) depth += slash ? -1 : 1;
      return part;
    }
    if (depth > 0) return part;
    return part.replace(mention, (word, written: string) => {
      const name = simplify(written);
      return name.length >= shortestName && own.startsWith(name) ? `<span class="mention">${word}</span>` : word;
    });
  });
}

/** Everybody that a text pings in a room, but for its author. */
export function mentionedUsers(world: World, room: RoomRecord, author: UserRecord, text: string): UserRecord[] {
  if (!text.includes("@")) return [];
  const names = mentioned(text);
  if (names.size === 0) return [];
  const found: UserRecord[] = [];
  for (const [id] of pingable(world, room)) {
    const user = world.users.get(id);
    if (!user || id === author.id) continue;
    if (isMeant(simplify(user.name), names)) found.push(user);
  }
  return found;
}

/** A name as it stands after an `@`: no spaces, no punctuation. */
export function mentionName(name: string): string {
  return name.replace(/[^\p{L}\p{N}]/gu, "");
}
