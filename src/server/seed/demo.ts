/**
 * The world of the demo: a handful of people and rooms, and two days of talk that shows everything a message can be.
 * The same every time, but that its times end shortly before now.
 */
import type { SiteState } from "../site-state.js";
import { deleteMessage, editMessage, postMessage } from "../world/posting.js";
import type { MessageRecord, RoomRecord, UserRecord } from "../world/records.js";
import { togglePin, toggleStar } from "../world/starring.js";
import { type DemoLine, type DemoName, demoPeople, demoRooms, talk } from "./demo-talk.js";
import { seedEmpty } from "./empty.js";

/** The password of everybody in the demo. */
const password = "password";

export function seedDemo(state: SiteState): void {
  const { world, network } = state;
  const now = world.now();
  const people = new Map<DemoName, UserRecord>();
  for (const person of demoPeople) {
    const email = `${person.key}@example.com`;
    network.addAccount(email, person.name, password);
    const createdAt = now - person.memberForDays * 86_400;
    people.set(person.key, world.addUser({ ...person, email, createdAt }));
  }
  const rooms = new Map<number, RoomRecord>();
  const sandbox = seedEmpty(state);
  rooms.set(sandbox.id, sandbox);
  for (const { owner, ...room } of demoRooms) {
    const ownerId = people.get(owner)?.id;
    rooms.set(room.id, world.addRoom({ ...room, owners: ownerId === undefined ? [] : [ownerId] }));
  }
  const alice = people.get("alice");
  if (alice) sandbox.owners.add(alice.id);
  replay(state, people, rooms, now);
  const frozen = rooms.get(9);
  if (frozen) frozen.frozen = true;
  for (const user of people.values()) user.pings.clear();
}

function replay(
  { world }: SiteState,
  people: ReadonlyMap<DemoName, UserRecord>,
  rooms: ReadonlyMap<number, RoomRecord>,
  now: number,
): void {
  const said = new Map<string, MessageRecord>();
  // Everybody was here before the first word, so that @names mean them.
  for (const room of rooms.values()) {
    for (const user of people.values())
      world.at(now - 3 * 86_400, () => room.access === "public" && world.visit(room, user.id));
  }
  const ordered = [...talk].sort((a, b) => b.minutesAgo - a.minutesAgo);
  for (const line of ordered) {
    const room = rooms.get(line.room);
    const user = people.get(line.who);
    if (!room || !user) continue;
    const parentId = line.replyTo ? (said.get(line.replyTo)?.id ?? null) : null;
    const time = now - line.minutesAgo * 60;
    const text = parentId === null ? line.text : `:${parentId} ${line.text}`;
    const message = world.at(time, () => postMessage(world, room, user, text, { allowDuplicate: true }));
    if (line.key) said.set(line.key, message);
    world.at(time + 40, () => afterwards(world, line, message, user, people));
  }
}

/** What happened to a message within its first minute. */
function afterwards(
  world: SiteState["world"],
  line: DemoLine,
  message: MessageRecord,
  author: UserRecord,
  people: ReadonlyMap<DemoName, UserRecord>,
): void {
  if (line.editedTo) editMessage(world, message, author, line.editedTo, { parentId: message.parentId });
  for (const name of line.starredBy ?? []) {
    const user = people.get(name);
    if (user) toggleStar(world, message, user);
  }
  const pinner = line.pinnedBy && people.get(line.pinnedBy);
  if (pinner) togglePin(world, message, pinner);
  if (line.deleted) deleteMessage(world, message, author);
}
