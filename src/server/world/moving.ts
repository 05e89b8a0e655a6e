/**
 * Moving messages between rooms, and deleting several at once (protocol.md §4.2, §5.6). A move is one frame in each room:
 * an event per message and, last, the mover's notice. The events of the two rooms alternate (INF: the recorded ids
 * increase by 2).
 */
import { escapeHtml } from "../../protocol/markup/escape.js";
import { EventType } from "../../protocol/raw.js";
import { roomPath } from "../paths.js";
import { mayBeNamedIn, mayWrite, requireModerator, requireOwner } from "./access.js";
import { removeById } from "./ascending.js";
import { messageEvent } from "./events.js";
import { deleteMessage, postMessage } from "./posting.js";
import type { MessageRecord, RoomRecord, UserRecord } from "./records.js";
import { Refusal } from "./refusal.js";
import type { World } from "./world.js";

/**
 * Moves messages to another room. Emits a type 19 per message and a notice in the source room, a type 20 per message and a
 * notice in the target room. Returns the number of messages moved.
 * @throws a {@link Refusal}
 */
export function moveMessages(
  world: World,
  from: RoomRecord,
  to: RoomRecord,
  actor: UserRecord,
  messages: readonly MessageRecord[],
): number {
  requireOwner(from, actor);
  const moving = [...new Set(messages)].filter((message) => message.roomId === from.id && !message.deleted);
  if (moving.length === 0 || from === to) return 0;
  if (!mayWrite(to, actor, world.now())) throw new Refusal("not-allowed", "You cannot move messages to that room");
  const count = moving.length === 1 ? "1 message" : `${moving.length} messages`;
  for (const message of moving) {
    removeById(from.messages, message.id);
    message.roomId = to.id;
    message.moved = true;
    world.insertMessage(message, to, "roomId", "moved");
  }
  const first = moving[0]?.id ?? 0;
  const link = `<a href="${world.chatOrigin}/transcript/message/${first}#${first}">${count}</a>`;
  world.log.batch(() => {
    for (const message of moving) {
      emitMoved(world, from, actor, message, EventType.MessageMovedOut);
      emitMoved(world, to, actor, message, EventType.MessageMovedIn);
    }
    const [left, came] = [namedIn(world, to, from), namedIn(world, from, to)];
    postNotice(world, from, actor, `→ ${count} moved to ${came.name}`, `&rarr; <i>${link} moved to ${came.html}</i>`);
    postNotice(
      world,
      to,
      actor,
      `← ${count} moved from ${left.name}`,
      `&larr; <i>${count} moved from ${left.html}</i>`,
    );
  });
  return moving.length;
}

/** The other room of a move as readers of a room may see it: the name of a private room is hidden. */
function namedIn(
  world: World,
  readers: RoomRecord,
  room: RoomRecord,
): { readonly name: string; readonly html: string } {
  const name = mayBeNamedIn(readers, room) ? room.name : "a private room";
  const path = roomPath(room.id, name === room.name ? name : "");
  return { name, html: `<a href="${world.chatOrigin}${path}">${escapeHtml(name)}</a>` };
}

/** Emits type 19 or 20, whose user is the mover, not the author (OBS for 19). */
function emitMoved(world: World, room: RoomRecord, actor: UserRecord, message: MessageRecord, type: number): void {
  world.log.append(room.id, null, (id) => messageEvent(type, message, { id, room, user: actor }));
}

/** Posts a message of the mover with HTML that the server wrote itself. */
function postNotice(world: World, room: RoomRecord, actor: UserRecord, source: string, content: string): void {
  postMessage(world, room, actor, source, { allowDuplicate: true, content });
}

/** Deletes messages of a room by any author. Returns how many. @throws a {@link Refusal} unless the actor is a moderator */
export function deleteMessages(
  world: World,
  room: RoomRecord,
  actor: UserRecord,
  messages: readonly MessageRecord[],
): number {
  requireModerator(actor);
  const doomed = messages.filter((message) => message.roomId === room.id && !message.deleted);
  world.log.batch(() => {
    for (const message of doomed) deleteMessage(world, message, actor);
  });
  return doomed.length;
}
