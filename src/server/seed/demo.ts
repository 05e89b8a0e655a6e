/**
 * Seeds the demo world: a handful of users and rooms, and two days of messages that show every kind of message. It is
 * always the same, except that its times end shortly before now.
 */
import type { SiteState } from "../site-state.js";
import { deleteMessage, editMessage, postMessage } from "../world/posting.js";
import type { MessageRecord, RoomRecord, UserRecord } from "../world/records.js";
import { togglePin, toggleStar } from "../world/starring.js";
import { DEMO_LINES, DEMO_PEOPLE, DEMO_ROOMS, type DemoLine, type DemoName } from "./demo-talk.js";
import { seedEmpty } from "./empty.js";

/** The password of all demo users. */
const PASSWORD = "password";

export function seedDemo(state: SiteState): void {
  const { world, network } = state;
  const now = world.now();
  const people = new Map<DemoName, UserRecord>();
  for (const person of DEMO_PEOPLE) {
    const email = `${person.key}@example.com`;
    network.addAccount(email, person.name, PASSWORD);
    const createdAt = now - person.memberForDays * 86_400;
    people.set(person.key, world.addUser({ ...person, email, createdAt }));
  }
  const rooms = new Map<number, RoomRecord>();
  const sandbox = seedEmpty(state);
  rooms.set(sandbox.id, sandbox);
  for (const { owner, ...room } of DEMO_ROOMS) {
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
  // Everyone has visited the rooms before the first message, so that @names resolve to them.
  for (const room of rooms.values()) {
    for (const user of people.values())
      world.at(now - 3 * 86_400, () => room.access === "public" && world.visit(room, user.id));
  }
  const ordered = [...DEMO_LINES].sort((a, b) => b.minutesAgo - a.minutesAgo);
  for (const line of ordered) {
    const room = rooms.get(line.room);
    const user = people.get(line.who);
    if (!room || !user) continue;
    const parentId = line.replyTo ? (said.get(line.replyTo)?.id ?? null) : null;
    const time = now - line.minutesAgo * 60;
    const text = parentId === null ? line.text : `:${parentId} ${line.text}`;
    const message = world.at(time, () => postMessage(world, room, user, text, { allowDuplicate: true }));
    if (line.key) said.set(line.key, message);
    world.at(time + 40, () => applyLaterActions(world, line, message, user, people));
  }
}

/** Applies the edit, stars, pin and deletion of a message. */
function applyLaterActions(
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
