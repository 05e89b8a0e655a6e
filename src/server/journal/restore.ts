/** Replays a row of a journal into a world. Every field is validated first. */
import type { SiteState } from "../site-state.js";
import type { RoomRecord } from "../world/records.js";
import type { World } from "../world/world.js";
import { decodeEvent } from "./event-table.js";
import { BadField, checkRow, decodePartial, decodeRecord } from "./fields.js";
import { decodeMessage, messageCodecs, textAfter } from "./message-table.js";
import { applyParts, changedId } from "./parts.js";
import {
  imageCodecs,
  nextIdCodecs,
  roomCodecs,
  type StoredRoom,
  type StoredVisit,
  userCodecs,
  visitCodecs,
  withRecordKeys,
} from "./tables.js";

const SITE_FIELDS = ["site", "next", "users", "rooms", "messages", "changed", "visits", "events", "images"];
const CHANGED_FIELDS = ["users", "rooms", "messages"];

/**
 * Replays the records and the changes of a row.
 * @param isOld - whether the journal has version 1, which omits no field
 * @throws a {@link BadField}
 */
export function restoreSite({ world, images }: SiteState, given: unknown, isOld: boolean): void {
  const row = checkRow(given, "", (name) => SITE_FIELDS.includes(name));
  for (const [user, where] of listIn(row, "users")) world.putUser(decodeRecord(userCodecs, user, where, isOld));
  for (const [room, where] of listIn(row, "rooms"))
    putRoom(world, decodeRecord(roomCodecs, withRecordKeys(room), where, isOld));
  for (const [message, where] of listIn(row, "messages")) world.putMessage(decodeMessage(message, where, isOld));
  if (row.changed !== undefined) restoreChanges(world, row.changed);
  for (const [visit, where] of listIn(row, "visits")) putVisit(world, decodeRecord(visitCodecs, visit, where, isOld));
  for (const [event, where] of listIn(row, "events")) world.log.restore(decodeEvent(world, event, where));
  for (const [picture, where] of listIn(row, "images")) {
    const { name, type, base64 } = decodeRecord(imageCodecs, picture, where);
    images.put(name, { type, bytes: new Uint8Array(Buffer.from(base64, "base64")) });
  }
  if (row.next === undefined) return;
  const next = decodePartial(nextIdCodecs, row.next, "next");
  world.skipIds(next);
  world.log.skipTo(next.event ?? 0);
}

/** Skips changes of records that no longer exist, such as evicted messages. */
function restoreChanges(world: World, given: unknown): void {
  const row = checkRow(given, "changed", (name) => CHANGED_FIELDS.includes(name));
  for (const [change, where] of listIn(row, "users", "changed.")) {
    const user = world.users.get(changedId(change, where));
    if (user) world.putUser(applyParts(userCodecs, user, change, where));
  }
  for (const [change, where] of listIn(row, "rooms", "changed.")) {
    const room = world.rooms.get(changedId(change, where));
    if (room) world.putRoom({ ...room, ...applyParts(roomCodecs, room, withRecordKeys(change), where) });
  }
  for (const [change, where] of listIn(row, "messages", "changed.")) {
    const message = world.messages.get(changedId(change, where));
    if (!message) continue;
    const after = { ...message, ...applyParts(messageCodecs, message, change, where) };
    world.putMessage({ ...after, ...textAfter(after.revisions, message) });
  }
}

function putRoom(world: World, room: StoredRoom): void {
  const before: RoomRecord | undefined = world.rooms.get(room.id);
  world.putRoom({
    ...room,
    messages: before?.messages ?? [],
    visits: before?.visits ?? new Map(),
    present: before?.present ?? new Set(),
    messageCount: before?.messageCount ?? 0,
  });
}

function putVisit(world: World, { roomId, userId, isPresent, roomMessageCount, ...visit }: StoredVisit): void {
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
