/** Takes a line of a journal back into a world. The lines are our own; each record is checked for its id alone. */
import { isRecord, listOf, numberOf, stringOf } from "../../protocol/values.js";
import { chatJson } from "../chat-json.js";
import type { SiteState } from "../site-state.js";
import type { Audience, OwnVersion } from "../world/event-log.js";
import {
  restoreMessage,
  restoreRoom,
  restoreUser,
  restoreVisit,
  type StoredMessage,
  type StoredRoom,
  type StoredUser,
  type StoredVisit,
} from "./rows.js";

/** A picture is as long as so many records: what was dropped must not fill the file. */
export const pictureWeight = 50;

/** Answers how many records the line had. */
export function restoreSite({ world, images }: SiteState, row: Record<string, unknown>): number {
  const users = listOf(row.users).filter(hasId) as StoredUser[];
  const rooms = listOf(row.rooms).filter(hasId) as StoredRoom[];
  const messages = listOf(row.messages).filter(hasId) as StoredMessage[];
  const visits = listOf(row.visits).filter((visit) => isRecord(visit) && numberOf(visit.roomId)) as StoredVisit[];
  const events = listOf(row.events).filter(hasId);
  for (const user of users) restoreUser(world, user);
  for (const room of rooms) restoreRoom(world, room);
  for (const message of messages) restoreMessage(world, message);
  for (const visit of visits) restoreVisit(world, visit);
  for (const event of events) {
    world.log.restore({
      id: event.id,
      type: numberOf(event.type) ?? 0,
      roomId: numberOf(event.roomId) ?? 0,
      messageId: numberOf(event.messageId) ?? null,
      onlyFor: numberOf(event.onlyFor) ?? null,
      audience: audienceOf(event.audience),
      json: chatJson(event.raw),
      ...ownVersion(event.own),
    });
  }
  const pictures = listOf(row.images);
  for (const picture of pictures) {
    if (!isRecord(picture)) continue;
    const [name, type, base64] = [stringOf(picture.name), stringOf(picture.type), stringOf(picture.base64)];
    if (name && type && base64) images.keep(name, { type, bytes: new Uint8Array(Buffer.from(base64, "base64")) });
  }
  if (isRecord(row.next)) {
    world.skipIds({ message: numberOf(row.next.message) ?? 0, flag: numberOf(row.next.flag) ?? 0 });
    world.log.skipTo(numberOf(row.next.event) ?? 0);
  }
  return (
    users.length + rooms.length + messages.length + visits.length + events.length + pictureWeight * pictures.length
  );
}

function hasId(value: unknown): value is Record<string, unknown> & { readonly id: number } {
  return isRecord(value) && numberOf(value.id) !== undefined;
}

function ownVersion(own: unknown): { own?: OwnVersion } {
  const userId = isRecord(own) ? numberOf(own.userId) : undefined;
  return isRecord(own) && userId !== undefined ? { own: { userId, json: chatJson(own.raw) } } : {};
}

function audienceOf(value: unknown): Audience {
  return value === "flag-viewers" || value === "moderators" ? value : "everyone";
}
