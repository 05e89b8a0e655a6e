/**
 * Posting, editing and deleting messages (protocol.md §5.1 to §5.3): refusals, replies, mentions, and the events. Pings
 * are emitted before the message event and have smaller ids.
 */
import { breakLongWords } from "../../protocol/markup/long-words.js";
import { mentionName } from "../../protocol/markup/mentions.js";
import { renderMarkdown } from "../../protocol/markup/render.js";
import { splitReplyPrefix } from "../../protocol/markup/reply-prefix.js";
import { EventType, type RawEvent } from "../../protocol/raw.js";
import { maxLineLength } from "../../protocol/text-rules.js";
import { isTimedOut, mayRead, mayWrite, requireMayPost, requireModerator } from "./access.js";
import { messageEvent } from "./events.js";
import { trimRevisions } from "./limits.js";
import { mentionedUsers } from "./mentions.js";
import { messageOnebox } from "./message-onebox.js";
import type { MessageRecord, RoomRecord, UserRecord } from "./records.js";
import { Refusal } from "./refusal.js";
import type { World } from "./world.js";

export interface PostOptions {
  /** The id of the message replied to; a leading `:123 ` in the text does the same. */
  readonly parentId?: number | null | undefined;
  /** Allows a text that the author just posted, as scripted users may. @default false */
  readonly allowDuplicate?: boolean;
  /** Runs after all other checks; the throttle counts the write here, and may still refuse it. */
  readonly onAccept?: () => void;
  /** HTML that the server writes itself, as in the notice of a move. Skips the permission check. */
  readonly content?: string;
}

/**
 * Posts a message.
 * @throws a {@link Refusal}; of rule `duplicate` if the author just posted the same text
 */
export function postMessage(
  world: World,
  room: RoomRecord,
  author: UserRecord,
  text: string,
  options: PostOptions = {},
): MessageRecord {
  const now = world.now();
  if (options.content === undefined) requireMayPost(room, author, now, world.rules.minimumReputation);
  // Notices of the server have no limit, because a room name in them may be long.
  const source = options.content === undefined ? checkedText(world, text) : text;
  if (!options.allowDuplicate && isRepeat(world, room, author, source)) {
    throw new Refusal("duplicate", "You just said exactly that");
  }
  options.onAccept?.();
  const composed = compose(world, room, author, source, options.parentId ?? null);
  const body = options.content === undefined ? composed : { ...composed, content: options.content };
  const message: MessageRecord = {
    id: world.nextMessageId(),
    roomId: room.id,
    userId: author.id,
    timeStamp: now,
    source,
    content: body.content,
    deleted: false,
    parentId: body.parentId,
    showParent: body.showParent,
    edits: 0,
    moved: false,
    revisions: [{ label: "said", userId: author.id, timeStamp: now, source, content: body.content }],
    purged: false,
    flags: null,
    stars: new Set(),
    pins: new Map(),
    pinged: new Set(),
  };
  recordPost(world, room, author, message);
  emitMessageEvents(world, room, author, message, EventType.MessagePosted, body);
  return message;
}

/** Edits a message. @throws a {@link Refusal} */
export function editMessage(
  world: World,
  message: MessageRecord,
  actor: UserRecord,
  text: string,
  options: PostOptions = {},
): void {
  const room = roomOf(world, message);
  if (message.deleted) {
    throw new Refusal("not-allowed", "This message has already been deleted and cannot be edited");
  }
  checkMayChange(world, message, room, actor, "edit");
  const source = checkedText(world, text);
  options.onAccept?.();
  const author = world.users.get(message.userId) ?? actor;
  const body = compose(world, room, author, source, options.parentId ?? null, message.id);
  message.source = source;
  message.content = body.content;
  message.parentId = body.parentId;
  message.showParent = body.showParent;
  message.edits++;
  message.revisions.push({ label: "edited", userId: actor.id, timeStamp: world.now(), source, content: body.content });
  const areTrimmed = trimRevisions(message, world.rules.textLimits);
  world.trackLength(message);
  const revisions = areTrimmed ? "revisions" : (["revisions", message.revisions.length - 1] as const);
  world.changes.message(message, revisions, "edits", "parentId", "showParent");
  emitMessageEvents(world, room, actor, message, EventType.MessageEdited, body);
}

/** Deletes a message. The record stays, but its content is no longer shown. @throws a {@link Refusal} */
export function deleteMessage(world: World, message: MessageRecord, actor: UserRecord, onAccept?: () => void): void {
  const room = roomOf(world, message);
  if (message.deleted) throw new Refusal("not-allowed", "This message has already been deleted.");
  checkMayChange(world, message, room, actor, "delete");
  onAccept?.();
  message.deleted = true;
  message.revisions.push({
    label: "deleted",
    userId: actor.id,
    timeStamp: world.now(),
    source: null,
    content: null,
  });
  world.changes.message(message, ["revisions", message.revisions.length - 1], "deleted");
  const targetId = actor.id === message.userId ? undefined : message.userId;
  world.log.append(room.id, null, (id) =>
    messageEvent(EventType.MessageDeleted, message, { id, room, user: actor, targetId }),
  );
}

/** Drops the earlier revisions of a message. @throws a {@link Refusal} */
export function purgeHistory(world: World, message: MessageRecord, actor: UserRecord): void {
  requireModerator(actor);
  message.purged = true;
  message.revisions = message.revisions.slice(-1);
  world.trackLength(message);
  world.changes.message(message, "purged", "revisions");
}

/** Returns a message that the viewer may read. @throws a {@link Refusal} of rule `no-message` */
export function findMessage(world: World, id: number, viewer: UserRecord | null): MessageRecord {
  const message = world.messages.get(id);
  const room = message && world.rooms.get(message.roomId);
  if (!message || !room || !mayRead(room, viewer)) throw new Refusal("no-message", "There is no such message");
  return message;
}

export function roomOf(world: World, message: MessageRecord): RoomRecord {
  const room = world.rooms.get(message.roomId);
  if (!room) throw new Refusal("no-room", "There is no such room");
  return room;
}

function checkMayChange(
  world: World,
  message: MessageRecord,
  room: RoomRecord,
  actor: UserRecord,
  verb: "edit" | "delete",
): void {
  const now = world.now();
  if (!mayWrite(room, actor, now) || room.frozen) {
    throw new Refusal("not-allowed", "You cannot write or edit messages in this room");
  }
  if (actor.isModerator) return;
  if (message.userId !== actor.id) throw new Refusal("not-allowed", `You can only ${verb} your own messages`);
  if (isTimedOut(room, actor, now)) {
    throw new Refusal("not-allowed", "You cannot write or edit messages in this room");
  }
  const { editWindowMs, editGraceMs } = world.rules;
  if ((now - message.timeStamp) * 1000 > editWindowMs + editGraceMs) {
    throw new Refusal("not-allowed", `It is too late to ${verb} this message`);
  }
}

/** Normalizes line ends, trims the end and checks the length. @throws a {@link Refusal} */
function checkedText({ rules }: World, text: string): string {
  const unix = text.replace(/\r\n?/g, "\n");
  if (unix.trim() === "") throw new Refusal("empty", "The message is empty");
  const most = unix.includes("\n") ? rules.textLimits.message : maxLineLength;
  if (unix.length > most) throw new Refusal("too-long", "The message is too long");
  return unix.trimEnd();
}

function isRepeat(world: World, room: RoomRecord, author: UserRecord, source: string): boolean {
  const lastId = room.visits.get(author.id)?.lastMessageId;
  const last = lastId ? world.messages.get(lastId) : undefined;
  if (!last || last.deleted || last.source !== source) return false;
  return (world.now() - last.timeStamp) * 1000 < world.rules.duplicateWindowMs;
}

interface Body {
  readonly content: string;
  readonly parentId: number | null;
  readonly showParent: boolean;
  /** The author of the message replied to; a reply to oneself emits a type 18 as well. */
  readonly repliedTo: UserRecord | null;
  readonly mentioned: readonly UserRecord[];
}

/** Resolves the reply and the mentions of a text, and renders the rest. */
function compose(
  world: World,
  room: RoomRecord,
  author: UserRecord,
  source: string,
  parentId: number | null,
  ownId?: number,
): Body {
  const { replyTo, text } = splitReplyPrefix(source);
  // The prefix is removed even if it names no message here (§7.1 step 1), or if the form field names the parent.
  const parent = parentOf(world, room, parentId, ownId) ?? parentOf(world, room, replyTo, ownId);
  const mentions = mentionedUsers(world, room, author, text);
  const parentAuthor = parent && world.users.get(parent.userId);
  const prefix = parentAuthor && world.rules.replyPrefixInContent ? `@${mentionName(parentAuthor.name)} ` : "";
  const onebox = (url: string): string | null => messageOnebox(world, room, url);
  const content = breakLongWords(renderMarkdown(`${prefix}${text}`, { siteUrl: world.siteUrlOf(room), onebox }));
  const repliedTo = parentAuthor ?? null;
  const [only] = mentions;
  const guess = !parent && mentions.length === 1 && only ? (room.visits.get(only.id)?.lastMessageId ?? null) : null;
  return {
    content,
    parentId: parent?.id ?? guess,
    showParent: parent !== undefined,
    repliedTo,
    mentioned: mentions.filter((user) => user.id !== repliedTo?.id || world.rules.mentionBesideReply),
  };
}

function parentOf(world: World, room: RoomRecord, id: number | null, ownId?: number): MessageRecord | undefined {
  const parent = id === null || id === ownId ? undefined : world.messages.get(id);
  return parent?.roomId === room.id ? parent : undefined;
}

function recordPost(world: World, room: RoomRecord, author: UserRecord, message: MessageRecord): void {
  world.insertMessage(message, room);
  room.messageCount++;
  const visit = world.visit(room, author.id);
  visit.messageCount++;
  visit.lastMessageId = message.id;
  visit.lastPost = message.timeStamp;
  visit.lastSeen = message.timeStamp;
  author.lastPost = message.timeStamp;
  author.lastSeen = message.timeStamp;
  world.changes.visit(room, author.id);
}

function emitMessageEvents(
  world: World,
  room: RoomRecord,
  actor: UserRecord,
  message: MessageRecord,
  type: number,
  body: Body,
): void {
  const told = new Set(message.pinged);
  const ping = (target: UserRecord, pingType: number): void => {
    if (told.has(target.id) || !mayRead(room, target)) return;
    // The limit covers the post and its edits together, so that repeated edits cannot ping more users.
    if (pingType === EventType.UserMentioned && message.pinged.size >= world.rules.maxPings) return;
    message.pinged.add(target.id);
    world.changes.message(message, ["pinged", target.id]);
    // Users need not acknowledge their own messages.
    if (target.id > 0 && target !== actor) addPing(world, target, message);
    world.log.append(room.id, target.id, (id) => make(pingType, id, target.id));
  };
  const parent = parentKeys(world, message);
  const make = (type: number, id: number, targetId: number | undefined): RawEvent => ({
    ...messageEvent(type, message, { id, room, user: actor, targetId }),
    ...parent,
  });
  const targetId = actor.id === message.userId ? undefined : message.userId;
  world.log.batch(() => {
    if (body.repliedTo) ping(body.repliedTo, EventType.MessageReply);
    for (const user of body.mentioned) ping(user, EventType.UserMentioned);
    world.log.append(room.id, null, (id) => make(type, id, targetId));
  });
}

/** The keys of a reply's event about its parent, if the server sends them (protocol.md §4.1). */
function parentKeys(
  world: World,
  { parentId, showParent }: MessageRecord,
): Pick<RawEvent, "parent_username" | "parent_text"> {
  const parent = parentId === null ? undefined : world.messages.get(parentId);
  if (!world.rules.parentInReplies || !showParent || !parent) return {};
  return { parent_username: world.nameOf(parent.userId), parent_text: parent.deleted ? null : parent.content };
}

/** Records an unacknowledged ping. Only the last 200 are kept, for users who never acknowledge any. */
function addPing(world: World, target: UserRecord, message: MessageRecord): void {
  target.pings.set(message.id, message.roomId);
  world.changes.user(target, ["pings", message.id]);
  if (target.pings.size <= 200) return;
  const [oldest] = target.pings.keys();
  if (oldest === undefined) return;
  target.pings.delete(oldest);
  world.changes.user(target, ["pings", oldest]);
}
