/**
 * Moving messages between rooms, and deleting many at once (protocol.md §4.2, §5.6). Each move is one frame in either
 * room: an event for each message and the mover's notice.
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
  world.log.together(() => {
    tellMoved(world, from, actor, moving, EventType.MessageMovedOut);
    const link = `<a href="/transcript/message/${first}#${first}">${count}</a>`;
    const { name, html } = namedIn(from, to);
    notice(world, from, actor, `→ ${count} moved to ${name}`, `&rarr; <i>${link} moved to ${html}</i>`);
  });
  world.log.together(() => {
    tellMoved(world, to, actor, moving, EventType.MessageMovedIn);
    const { name, html } = namedIn(to, from);
    notice(world, to, actor, `← ${count} moved from ${name}`, `&larr; <i>${count} moved from ${html}</i>`);
  });
  return moving.length;
}

/** A link to a room, as notices and invitations have it. */
export function roomLink(room: RoomRecord): string {
  return `<a href="${roomPath(room.id, room.name)}">${escapeHtml(room.name)}</a>`;
}

/** The other room of a move, as the readers of a room may know it: a private one keeps its name. */
function namedIn(readers: RoomRecord, room: RoomRecord): { readonly name: string; readonly html: string } {
  if (mayBeNamedIn(readers, room)) return { name: room.name, html: roomLink(room) };
  const name = "a private room";
  return { name, html: `<a href="${roomPath(room.id, "")}">${name}</a>` };
}

function tellMoved(
  world: World,
  room: RoomRecord,
  actor: UserRecord,
  messages: readonly MessageRecord[],
  type: number,
): void {
  for (const message of messages) {
    const user = world.users.get(message.userId) ?? actor;
    world.log.append(room.id, null, (id) => messageEvent(type, message, { id, room, user }));
  }
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
