/**
 * Moving messages between rooms, and deleting many at once (protocol.md §4.2, §5.6). Each move is one frame in either
 * room: an event for each message and, last, the mover's notice. The events of the two rooms alternate (INF: the ids of
 * the recorded ones go up by 2).
 */
import { escapeHtml } from "../../protocol/markup/escape.js";
import { EventType } from "../../protocol/raw.js";
import { roomPath } from "../paths.js";
import { mayBeNamedIn, mayWrite, refuseUnlessModerator, refuseUnlessRules } from "./access.js";
import { removeFrom } from "./ascending.js";
import { messageEvent } from "./events.js";
import { deleteMessage, postMessage } from "./posting.js";
import type { MessageRecord, RoomRecord, UserRecord } from "./records.js";
import { Refusal } from "./refusal.js";
import type { World } from "./world.js";

/**
 * Moves messages to another room: a type 19 each with a notice in the one, a type 20 each with a notice in the other.
 * @throws a {@link Refusal}
 */
export function moveMessages(
  world: World,
  from: RoomRecord,
  to: RoomRecord,
  actor: UserRecord,
  messages: readonly MessageRecord[],
): number {
  refuseUnlessRules(from, actor);
  const moving = [...new Set(messages)].filter((message) => message.roomId === from.id && !message.deleted);
  if (moving.length === 0 || from === to) return 0;
  if (!mayWrite(to, actor, world.now())) throw new Refusal("not-allowed", "You cannot move messages to that room");
  const count = moving.length === 1 ? "1 message" : `${moving.length} messages`;
  for (const message of moving) {
    removeFrom(from.messages, message.id);
    message.roomId = to.id;
    message.moved = true;
    world.file(message, to, "roomId", "moved");
  }
  const first = moving[0]?.id ?? 0;
  const link = `<a href="${world.chatOrigin}/transcript/message/${first}#${first}">${count}</a>`;
  world.log.together(() => {
    for (const message of moving) {
      tellMoved(world, from, actor, message, EventType.MessageMovedOut);
      tellMoved(world, to, actor, message, EventType.MessageMovedIn);
    }
    const [left, came] = [namedIn(world, to, from), namedIn(world, from, to)];
    notice(world, from, actor, `→ ${count} moved to ${came.name}`, `&rarr; <i>${link} moved to ${came.html}</i>`);
    notice(world, to, actor, `← ${count} moved from ${left.name}`, `&larr; <i>${count} moved from ${left.html}</i>`);
  });
  return moving.length;
}

/** The other room of a move, as the readers of a room may know it: a private one keeps its name. */
function namedIn(
  world: World,
  readers: RoomRecord,
  room: RoomRecord,
): { readonly name: string; readonly html: string } {
  const name = mayBeNamedIn(readers, room) ? room.name : "a private room";
  const path = roomPath(room.id, name === room.name ? name : "");
  return { name, html: `<a href="${world.chatOrigin}${path}">${escapeHtml(name)}</a>` };
}

/** The user of types 19 and 20 is who moved the message, not who wrote it (OBS for 19). */
function tellMoved(world: World, room: RoomRecord, actor: UserRecord, message: MessageRecord, type: number): void {
  world.log.append(room.id, null, (id) => messageEvent(type, message, { id, room, user: actor }));
}

/** A message of the mover whose HTML the server wrote itself. */
function notice(world: World, room: RoomRecord, actor: UserRecord, source: string, content: string): void {
  postMessage(world, room, actor, source, { allowDuplicate: true, content });
}

/** Deletes messages of a room whoever wrote them; answers how many. @throws a {@link Refusal} unless a moderator asks. */
export function deleteMessages(
  world: World,
  room: RoomRecord,
  actor: UserRecord,
  messages: readonly MessageRecord[],
): number {
  refuseUnlessModerator(actor);
  const doomed = messages.filter((message) => message.roomId === room.id && !message.deleted);
  world.log.together(() => {
    for (const message of doomed) deleteMessage(world, message, actor);
  });
  return doomed.length;
}
