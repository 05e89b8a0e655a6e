/** The tools of room owners, each a free function that takes the context first. */

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
import { resolveId } from "../protocol/ids.js";
import { htmlToMarkdown } from "../protocol/markup/index.js";
import { repeatSafely } from "../sending/actions.js";
import { settingsLane } from "../sending/lanes.js";
import type { ActionOptions } from "../sending/options.js";
import type { RequestOptions } from "../util/options.js";
import { checkChoice, checkCount, checkOptions } from "../util/options.js";
import type { ObjectContext } from "./context.js";
import { type Dated, dated } from "./dated.js";
import type { Message } from "./message.js";
import type { Room } from "./room.js";
import type { User } from "./user.js";

/** The settings of a room to change; the others keep their values. */
export interface RoomChange {
  /** Plain text, not empty. */
  readonly name?: string;
  /** Markdown. */
  readonly description?: string;
  /** The complete list of tags, each without spaces; replaces the current tags. */
  readonly tags?: readonly string[];
  /** `public`: anyone may write. `gallery`: anyone may read. `private`: only users with access may read. */
  readonly access?: DefaultAccess;
}

/** The settings of a new room. */
export interface NewRoom extends RoomChange {
  /** Plain text, not empty. */
  readonly name: string;
  /** The host of the parent site, such as `codegolf.stackexchange.com`. @default the chat host */
  readonly host?: string;
}

/** The users with explicit access to a room. */
export interface AccessList {
  /** Room owners. */
  readonly owners: readonly User[];
  /** May read and write. */
  readonly readWrite: readonly User[];
  /** May only read. */
  readonly readOnly: readonly User[];
}

/** The most messages moved per request. The server's own limit is unknown; this keeps the request small. */
const MOVE_BATCH = 100;

const ACCESS_LEVELS: readonly AccessLevel[] = ["remove", "read-only", "read-write", "owner"];
const DEFAULT_ACCESSES: readonly DefaultAccess[] = ["public", "gallery", "private"];

/** Creates a room. */
export async function createRoom(context: ObjectContext, room: NewRoom, options: RequestOptions): Promise<Room> {
  checkChange("createRoom", room, ["name", "description", "tags", "access", "host"]);
  if (room.name === undefined) throw new UsageError("createRoom needs a name");
  const { name, description = "", tags = [], access = "public", host = context.session.chatHost } = room;
  const { roomId } = await context.session.call(saveRoom({ name, description, tags, access, host }), options);
  return context.identity.room(roomId);
}

/** Changes the settings of a room. The server wants all of them, so the others are read first. */
export function updateRoom(
  context: ObjectContext,
  room: Room,
  change: RoomChange,
  options: ActionOptions,
): Promise<void> {
  return changeSetting(context, room, `change room ${room.id}`, options, async (request) => {
    checkChange("update", change, ["name", "description", "tags", "access"]);
    room.invalidate("name", "descriptionHtml", "description", "tags", "state");
    const { access } = await room.state;
    const settings = {
      name: change.name ?? (await room.name),
      description: change.description ?? htmlToMarkdown(await room.descriptionHtml),
      tags: change.tags ?? (await room.tags),
      access: change.access ?? access,
      // Empty, as another client sends it, so that the room keeps its parent site (protocol.md §5.8).
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
    throw new UsageError("the name of a room must be a non-empty string");
  if (access !== undefined) checkChoice("the access of a room", access, DEFAULT_ACCESSES);
  if (tags?.some((tag) => typeof tag !== "string" || /\s/.test(tag) || tag === ""))
    throw new UsageError("a tag must be a non-empty string without spaces");
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
  const ids = messages.map((message) => resolveId(site, "message", message));
  const to = resolveId(site, "room", target);
  if (to === from.id) throw new UsageError(`the messages are already in room ${to}`);
  let moved = 0;
  for (let start = 0; start < ids.length; start += MOVE_BATCH) {
    const batch = ids.slice(start, start + MOVE_BATCH);
    const attempt = (signal: AbortSignal): Promise<Dated<number>> =>
      dated(context, movePosts(from.id, batch, to), { signal });
    const perform = { tried: `move messages from room ${from.id}`, attempt };
    const { value: count, asOf } = await context.actions.perform(perform, options);
    moved += count;
    if (count === batch.length)
      for (const id of batch) context.identity.message(id).merge({ room: context.identity.room(to) }, asOf);
  }
  return moved;
}

/** Kicks a user for some time; returns the server's message. */
export function kick(
  context: ObjectContext,
  room: Room,
  user: User | number,
  reason: string | undefined,
  options: ActionOptions,
): Promise<string> {
  return perform(context, `kick a user from room ${room.id}`, options, (request) =>
    context.session.call(kickUser(room.id, resolveId(context.session.site, "user", user), reason), request),
  );
}

/** Invites a user; returns the server's message. */
export function invite(
  context: ObjectContext,
  room: Room,
  user: User | number,
  options: ActionOptions,
): Promise<string> {
  return perform(context, `invite a user to room ${room.id}`, options, (request) =>
    context.session.call(inviteUser(room.id, resolveId(context.session.site, "user", user)), request),
  );
}

/** Asks the owners for access. */
export function askForAccess(context: ObjectContext, room: Room, options: ActionOptions): Promise<void> {
  return perform(context, `request access to room ${room.id}`, options, (request) =>
    context.session.call(requestAccess(room.id), request),
  );
}

/** Gives a user an access level, or removes it. */
export function setAccess(
  context: ObjectContext,
  room: Room,
  user: User | number,
  level: AccessLevel,
  options: ActionOptions,
): Promise<void> {
  return changeSetting(context, room, `set access to room ${room.id}`, options, async (request) => {
    checkChoice("an access level", level, ACCESS_LEVELS);
    await context.session.call(setUserAccess(room.id, resolveId(context.session.site, "user", user), level), request);
    room.invalidate("owners");
  });
}

/** Reads the users with explicit access. */
export async function accessList(context: ObjectContext, room: Room, options: RequestOptions): Promise<AccessList> {
  const { value: page, asOf } = await dated(context, roomAccessPage(room.id), options);
  const users = (cards: readonly { id: number; name: string }[]): User[] =>
    cards.map(({ id, name }) => context.identity.named(id, name, asOf));
  return { owners: users(page.owners), readWrite: users(page.readWrite), readOnly: users(page.readOnly) };
}

/** Allows only owners to post for some time. */
export function timeout(
  context: ObjectContext,
  room: Room,
  seconds: number,
  reason: string,
  options: ActionOptions,
): Promise<void> {
  return changeSetting(context, room, `set a timeout for room ${room.id}`, options, async (request) => {
    checkCount("the seconds of a timeout", seconds, 5);
    if (typeof reason !== "string") throw new UsageError("a timeout needs a reason, which the room shows");
    await context.session.call(timeoutRoom(room.id, seconds, reason), request);
  });
}

/** Bookmarks a conversation under a title; returns the server's message. */
export function bookmark(
  context: ObjectContext,
  room: Room,
  [first, last]: readonly [Message | number, Message | number],
  title: string,
  options: ActionOptions,
): Promise<string> {
  return perform(context, `bookmark a conversation in room ${room.id}`, options, (request) => {
    const { site } = context.session;
    if (typeof title !== "string" || title.trim() === "") throw new UsageError("a bookmark needs a title");
    const [from, to] = [resolveId(site, "message", first), resolveId(site, "message", last)];
    if (from > to) throw new UsageError("the first message of a conversation must come before the last");
    return context.session.call(bookmarkConversation(room.id, from, to, title), request);
  });
}

/** Adds a room to the favorites or removes it; reads the current state first, because the server toggles. */
export function setFavorite(context: ObjectContext, room: Room, on: boolean, options: ActionOptions): Promise<void> {
  const tried = `mark room ${room.id} as a favorite`;
  return changeSetting(context, room, tried, options, async (request) => {
    room.invalidate("isFavorite");
    if ((await room.isFavorite) === on) return;
    const isFavorite = await context.session.call(toggleFavorite(room.id), request);
    if (isFavorite !== on) throw new NotFoundError({ tried, roomId: room.id }, "the server did not");
    room.merge({ isFavorite });
  });
}

function perform<T>(
  { actions }: ObjectContext,
  tried: string,
  options: ActionOptions,
  run: (request: RequestOptions) => Promise<T>,
): Promise<T> {
  return actions.perform({ tried, attempt: async (signal) => run({ signal }) }, options);
}

/** Queues a change of a setting, which is safe to repeat; the last call wins. */
function changeSetting(
  { actions }: ObjectContext,
  room: Room,
  tried: string,
  options: ActionOptions,
  run: (request: RequestOptions) => Promise<void>,
): Promise<void> {
  const attempt = (signal: AbortSignal): Promise<void> => run({ signal });
  return actions.perform({ tried, lane: settingsLane(room.id), attempt, lookUp: repeatSafely }, options);
}
