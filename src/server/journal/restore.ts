/** Takes a line of a journal back into a world. Every field is checked before it is believed. */
import type { SiteState } from "../site-state.js";
import type { RoomRecord } from "../world/records.js";
import type { World } from "../world/world.js";
import { loadedEvent } from "./event-table.js";
import { BadField, knownRow, loaded, loadedSome } from "./fields.js";
import { loadedMessage, messageFields, saidBy } from "./message-table.js";
import { changedId, withParts } from "./parts.js";
import {
  nextFields,
  pictureFields,
  roomFields,
  type StoredRoom,
  type StoredVisit,
  userFields,
  visitFields,
} from "./tables.js";

const siteFields = ["site", "next", "users", "rooms", "messages", "changed", "visits", "events", "images"];
const changedFields = ["users", "rooms", "messages"];

/**
 * Takes the records of a row, and what changed of others.
 * @param isOld - whether it is of version 1, whose records lack no field
 * @throws a {@link BadField}
 */
export function restoreSite({ world, images }: SiteState, given: unknown, isOld: boolean): void {
  const row = knownRow(given, "", (name) => siteFields.includes(name));
  for (const [user, where] of listIn(row, "users")) world.keepUser(loaded(userFields, user, where, isOld));
  for (const [room, where] of listIn(row, "rooms")) keepRoom(world, loaded(roomFields, room, where, isOld));
  for (const [message, where] of listIn(row, "messages")) world.keepMessage(loadedMessage(message, where, isOld));
  if (row.changed !== undefined) restoreChanges(world, row.changed);
  for (const [visit, where] of listIn(row, "visits")) keepVisit(world, loaded(visitFields, visit, where, isOld));
  for (const [event, where] of listIn(row, "events")) world.log.restore(loadedEvent(world, event, where));
  for (const [picture, where] of listIn(row, "images")) {
    const { name, type, base64 } = loaded(pictureFields, picture, where);
    images.keep(name, { type, bytes: new Uint8Array(Buffer.from(base64, "base64")) });
  }
  if (row.next === undefined) return;
  const next = loadedSome(nextFields, row.next, "next");
  world.skipIds(next);
  world.log.skipTo(next.event ?? 0);
}

/** A record that is no longer there, as a message that a full room has let go, has no changes. */
function restoreChanges(world: World, given: unknown): void {
  const row = knownRow(given, "changed", (name) => changedFields.includes(name));
  for (const [change, where] of listIn(row, "users", "changed.")) {
    const user = world.users.get(changedId(change, where));
    if (user) world.keepUser(withParts(userFields, user, change, where));
  }
  for (const [change, where] of listIn(row, "rooms", "changed.")) {
    const room = world.rooms.get(changedId(change, where));
    if (room) world.keepRoom({ ...room, ...withParts(roomFields, room, change, where) });
  }
  for (const [change, where] of listIn(row, "messages", "changed.")) {
    const message = world.messages.get(changedId(change, where));
    if (!message) continue;
    const after = { ...message, ...withParts(messageFields, message, change, where) };
    world.keepMessage({ ...after, ...saidBy(after.revisions, message) });
  }
}

function keepRoom(world: World, room: StoredRoom): void {
  const before: RoomRecord | undefined = world.rooms.get(room.id);
  world.keepRoom({
    ...room,
    messages: before?.messages ?? [],
    visits: before?.visits ?? new Map(),
    present: before?.present ?? new Set(),
    messageCount: before?.messageCount ?? 0,
  });
}

function keepVisit(world: World, { roomId, userId, isPresent, roomMessageCount, ...visit }: StoredVisit): void {
  const room = world.rooms.get(roomId);
  if (!room) return;
  room.visits.set(userId, visit);
  if (isPresent) room.present.add(userId);
  else room.present.delete(userId);
  room.messageCount = roomMessageCount;
  const user = world.users.get(userId);
  if (!user) return;
  user.lastSeen = Math.max(user.lastSeen ?? 0, visit.lastSeen);
  if (visit.lastPost > 0) user.lastPost = Math.max(user.lastPost ?? 0, visit.lastPost);
}

function* listIn(
  row: Record<string, unknown>,
  name: string,
  before: string = "",
): Generator<readonly [row: unknown, where: string]> {
  const list = row[name];
  if (list === undefined) return;
  if (!Array.isArray(list)) throw new BadField(`${before}${name}`, "a list");
  for (const [at, member] of list.entries()) yield [member, `${before}${name}[${at}]`];
}
