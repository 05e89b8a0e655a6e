/** The tools of room owners: each a free function that takes the context first. */

import { NotFoundError, UsageError } from "../errors/index.js";
import { roomAccessPage } from "../protocol/actions/pages.js";
import {
  type AccessLevel,
  bookmarkConversation,
  type DefaultAccess,
  inviteUser,
  kickUser,
  movePosts,
  requestAccess,
  saveRoom,
  setUserAccess,
  timeoutRoom,
  toggleFavorite,
} from "../protocol/actions/room-tools.js";
import { idOf } from "../protocol/ids.js";
import { htmlToMarkdown } from "../protocol/markup/index.js";
import { again } from "../sending/actions.js";
import { settingsLane } from "../sending/lanes.js";
import type { ActionOptions } from "../sending/options.js";
import type { RequestOptions } from "../util/options.js";
import { checkChoice, checkCount, checkOptions } from "../util/options.js";
import type { ObjectContext } from "./context.js";
import { type Dated, dated } from "./dated.js";
import type { Message } from "./message.js";
import type { Room } from "./room.js";
import type { User } from "./user.js";

/** The settings of a room that can be changed. */
export interface RoomChange {
  /** Plain text, not empty. */
  readonly name?: string;
  /** Markdown. */
  readonly description?: string;
  /** All of the tags, without spaces; they replace the present ones. */
  readonly tags?: readonly string[];
  /** `public`: anyone may talk. `gallery`: anyone may read. `private`: only those let in. */
  readonly access?: DefaultAccess;
}

/** The settings of a new room. */
export interface NewRoom extends RoomChange {
  /** Plain text, not empty. */
  readonly name: string;
  /** The host of the site it belongs to, such as `codegolf.stackexchange.com`. @default the chat's own site */
  readonly host?: string;
}

/** The rights given to users of a room. */
export interface AccessList {
  /** May do everything in the room. */
  readonly owners: readonly User[];
  /** May read and write. */
  readonly readWrite: readonly User[];
  /** May only read. */
  readonly readOnly: readonly User[];
}

/** The most messages moved by one request: the server's own limit is not known, this keeps the request small. */
const moveBatch = 100;

const levels: readonly AccessLevel[] = ["remove", "read-only", "read-write", "owner"];
const accesses: readonly DefaultAccess[] = ["public", "gallery", "private"];

/** Makes a new room. */
export async function createRoom(context: ObjectContext, room: NewRoom, options: RequestOptions): Promise<Room> {
  checkChange("createRoom", room, ["name", "description", "tags", "access", "host"]);
  if (room.name === undefined) throw new UsageError("a room needs a name");
  const { name, description = "", tags = [], access = "public", host = context.session.chatHost } = room;
  const { roomId } = await context.session.call(saveRoom({ name, description, tags, access, host }), options);
  return context.identity.room(roomId);
}

/** Changes a room: the server wants all of its settings, so the others are read first. */
export function updateRoom(
  context: ObjectContext,
  room: Room,
  change: RoomChange,
  options: ActionOptions,
): Promise<void> {
  return set(context, room, `change room ${room.id}`, options, async (request) => {
    checkChange("update", change, ["name", "description", "tags", "access"]);
    room.invalidate("name", "descriptionHtml", "description", "tags", "state");
    const { access } = await room.state;
    const settings = {
      name: change.name ?? (await room.name),
      description: change.description ?? htmlToMarkdown(await room.descriptionHtml),
      tags: change.tags ?? (await room.tags),
      access: change.access ?? access,
      // Nothing, as one client sends it, so that the room keeps its site (protocol.md §5.8).
      host: "",
    };
    await context.session.call(saveRoom(settings, room.id), request);
    room.invalidate("name", "descriptionHtml", "description", "tags", "state");
  });
}

function checkChange(method: string, change: RoomChange, known: readonly string[]): void {
  checkOptions(method, change, known);
  const { name, access, tags } = change;
  if (name !== undefined && (typeof name !== "string" || name.trim() === ""))
    throw new UsageError("the name of a room is a text that is not empty");
  if (access !== undefined) checkChoice("the access of a room", access, accesses);
  if (tags?.some((tag) => typeof tag !== "string" || /\s/.test(tag) || tag === ""))
    throw new UsageError("a tag is a text without spaces");
}

/** Moves messages to another room, in batches; returns how many the server moved. */
export async function moveMessages(
  context: ObjectContext,
  from: Room,
  messages: readonly (Message | number)[],
  target: Room | number,
  options: ActionOptions,
): Promise<number> {
  const { site } = context.session;
  const ids = messages.map((message) => idOf(site, "message", message));
  const to = idOf(site, "room", target);
  if (to === from.id) throw new UsageError(`the messages are in room ${to} already`);
  let moved = 0;
  for (let start = 0; start < ids.length; start += moveBatch) {
    const batch = ids.slice(start, start + moveBatch);
    const attempt = (signal: AbortSignal): Promise<Dated<number>> =>
      dated(context, movePosts(from.id, batch, to), { signal });
    const act = { tried: `move messages from room ${from.id}`, attempt };
    const { value: count, asOf } = await context.actions.act(act, options);
    moved += count;
    if (count === batch.length)
      for (const id of batch) context.identity.message(id).merge({ room: context.identity.room(to) }, asOf);
  }
  return moved;
}

/** Kicks a user for a while; returns the server's sentence. */
export function kick(
  context: ObjectContext,
  room: Room,
  user: User | number,
  reason: string | undefined,
  options: ActionOptions,
): Promise<string> {
  return act(context, `kick somebody from room ${room.id}`, options, (request) =>
    context.session.call(kickUser(room.id, idOf(context.session.site, "user", user), reason), request),
  );
}

/** Invites a user; returns the server's sentence. */
export function invite(
  context: ObjectContext,
  room: Room,
  user: User | number,
  options: ActionOptions,
): Promise<string> {
  return act(context, `invite somebody to room ${room.id}`, options, (request) =>
    context.session.call(inviteUser(room.id, idOf(context.session.site, "user", user)), request),
  );
}

/** Asks the owners to be let in. */
export function askForAccess(context: ObjectContext, room: Room, options: ActionOptions): Promise<void> {
  return act(context, `request access to room ${room.id}`, options, (request) =>
    context.session.call(requestAccess(room.id), request),
  );
}

/** Gives a user a right, or takes it back. */
export function setAccess(
  context: ObjectContext,
  room: Room,
  user: User | number,
  level: AccessLevel,
  options: ActionOptions,
): Promise<void> {
  return set(context, room, `set access to room ${room.id}`, options, async (request) => {
    checkChoice("an access level", level, levels);
    await context.session.call(setUserAccess(room.id, idOf(context.session.site, "user", user), level), request);
    room.invalidate("owners");
  });
}

/** Reads the rights given to users. */
export async function accessList(context: ObjectContext, room: Room, options: RequestOptions): Promise<AccessList> {
  const { value: page, asOf } = await dated(context, roomAccessPage(room.id), options);
  const users = (cards: readonly { id: number; name: string }[]): User[] =>
    cards.map(({ id, name }) => context.identity.named(id, name, asOf));
  return { owners: users(page.owners), readWrite: users(page.readWrite), readOnly: users(page.readOnly) };
}

/** Lets nobody but owners post for a while. */
export function timeout(
  context: ObjectContext,
  room: Room,
  seconds: number,
  reason: string,
  options: ActionOptions,
): Promise<void> {
  return set(context, room, `set a timeout for room ${room.id}`, options, async (request) => {
    checkCount("the seconds of a timeout", seconds, 5);
    if (typeof reason !== "string") throw new UsageError("a timeout needs a reason to show");
    await context.session.call(timeoutRoom(room.id, seconds, reason), request);
  });
}

/** Keeps a conversation under a title; returns the server's sentence. */
export function bookmark(
  context: ObjectContext,
  room: Room,
  [first, last]: readonly [Message | number, Message | number],
  title: string,
  options: ActionOptions,
): Promise<string> {
  return act(context, `bookmark a conversation in room ${room.id}`, options, (request) => {
    const { site } = context.session;
    if (typeof title !== "string" || title.trim() === "") throw new UsageError("a bookmark needs a title");
    const [from, to] = [idOf(site, "message", first), idOf(site, "message", last)];
    if (from > to) throw new UsageError("a conversation goes forward: the first message comes before the last");
    return context.session.call(bookmarkConversation(room.id, from, to, title), request);
  });
}

/** Makes a room a favorite or not; looks first, because the server only toggles. */
export function setFavorite(context: ObjectContext, room: Room, on: boolean, options: ActionOptions): Promise<void> {
  const tried = `mark room ${room.id} as a favourite`;
  return set(context, room, tried, options, async (request) => {
    room.invalidate("isFavorite");
    if ((await room.isFavorite) === on) return;
    const isFavorite = await context.session.call(toggleFavorite(room.id), request);
    if (isFavorite !== on) throw new NotFoundError({ tried, roomId: room.id }, "the server did not");
    room.merge({ isFavorite });
  });
}

function act<T>(
  { actions }: ObjectContext,
  tried: string,
  options: ActionOptions,
  run: (request: RequestOptions) => Promise<T>,
): Promise<T> {
  return actions.act({ tried, attempt: async (signal) => run({ signal }) }, options);
}

/** Changes a setting, which is idempotent; the last call wins. */
function set(
  { actions }: ObjectContext,
  room: Room,
  tried: string,
  options: ActionOptions,
  run: (request: RequestOptions) => Promise<void>,
): Promise<void> {
  const attempt = (signal: AbortSignal): Promise<void> => run({ signal });
  return actions.act({ tried, lane: settingsLane(room.id), attempt, find: again }, options);
}
