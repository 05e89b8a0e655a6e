/**
 * Prints the messages and events of `tail` and the REPL's `.watch`, for people or for programs. Skips events that add
 * nothing to what was printed about a message, so that past and present overlap without repetition.
 */
import {
  type ChatEvent,
  ChatMessageEvent,
  type Message,
  MessageDeleted,
  MessageEdited,
  MessageMovedIn,
  MessageMovedOut,
  MessagePosted,
  MessageReply,
  MessageStarred,
  type Room,
  RoomNameChanged,
  StreamGap,
  UserEntered,
  UserLeft,
  UserMentioned,
} from "../../index.js";
import { htmlToText } from "../../protocol/markup/index.js";
import type { Output } from "../context.js";
import { isoSeconds, type MessageLine, messageJson, messageLine } from "../output/message-line.js";
import type { MessagePrinter } from "../output/message-printer.js";
import { type Shown, TailMemory } from "./memory.js";

/** The `type` of a JSON line. */
type LineType =
  | "message"
  | "edited"
  | "deleted"
  | "starred"
  | "moved-out"
  | "moved-in"
  | "entered"
  | "left"
  | "room-changed"
  | "gap"
  | "event";

const WHAT_BY_TYPE: Readonly<Partial<Record<LineType, MessageLine["what"]>>> = {
  message: "said",
  edited: "edited",
  deleted: "deleted",
  starred: "starred",
};

/** Options of a {@link TailWriter}. */
export interface TailOptions {
  readonly context: Pick<Output, "json" | "printJson">;
  readonly printer: MessagePrinter;
  readonly rooms: ReadonlyMap<number, string>;
  /** Whether to omit users entering and leaving. */
  readonly quiet: boolean;
  /** The most unknown parents to fetch for past messages. */
  readonly parentsAtMost: number;
}

/** How long a reply waits for its parent, in milliseconds. */
const PARENT_TIMEOUT_MS = 2_000;

export class TailWriter {
  readonly #options: TailOptions;
  readonly #memory = new TailMemory();
  #parentsLeft: number;

  constructor(options: TailOptions) {
    this.#options = options;
    this.#parentsLeft = options.parentsAtMost;
  }

  /** Prints a past message. */
  async past(message: Message): Promise<void> {
    const line = messageLine(message);
    const { edits = 0, stars = 0, pins = 0 } = message.peek;
    this.#memory.note(message.id, { line, edits, stars, pins, deleted: line.deleted });
    const { context } = this.#options;
    if (context.json) return this.#json("message", message.peek.room ?? null, null, messageKeys(message));
    const parent = message.peek.parent ?? null;
    await this.#options.printer.print({ ...line, parent: parent && (await this.#parentOf(line, parent)) });
  }

  /** Prints an event. */
  async event(event: ChatEvent): Promise<void> {
    if (event instanceof UserMentioned || event instanceof MessageReply) return; // the message itself also arrives
    if (event instanceof ChatMessageEvent) return this.#ofMessage(event);
    if (event instanceof UserEntered || event instanceof UserLeft) {
      if (!this.#options.quiet) await this.#comeOrGo(event);
      return;
    }
    if (event instanceof StreamGap) {
      const { from, to, kind, reason } = event;
      if (kind === "reset") this.#memory.clear();
      if (this.#options.context.json) return this.#json("gap", event.room, null, { from, to, kind, reason });
      const text = `!! events ${from} to ${to} may be missing: ${reason}`;
      return this.#options.printer.notice(null, event.room?.id ?? null, text, "red");
    }
    const type = event instanceof RoomNameChanged ? "room-changed" : "event";
    if (this.#options.context.json) {
      const keys = { ...userKeys(event), time: isoSeconds(event.timeStamp), text: event.textContent ?? "" };
      return this.#json(
        type,
        event.room,
        event.id,
        type === "event" ? { ...keys, event: event.constructor.name } : keys,
      );
    }
    const what = type === "room-changed" ? "room changed: " : "";
    const text = `· ${what}${event.textContent ?? event.constructor.name}`;
    await this.#options.printer.notice(event.timeStamp * 1000, event.room?.id ?? null, text);
  }

  async #comeOrGo(event: UserEntered | UserLeft): Promise<void> {
    const { context, printer } = this.#options;
    const isIn = event instanceof UserEntered;
    const keys = { ...userKeys(event), time: isoSeconds(event.timeStamp) };
    if (context.json) return this.#json(isIn ? "entered" : "left", event.room, event.id, keys);
    const text = `${isIn ? "→" : "←"} ${event.user?.peek.name ?? "somebody"} ${isIn ? "entered" : "left"}`;
    await printer.notice(event.timeStamp * 1000, event.room?.id ?? null, text);
  }

  async #ofMessage(event: ChatMessageEvent): Promise<void> {
    const before = this.#before(event);
    const type = typeOf(event);
    if (type === undefined || isKnown(event, before)) return;
    const line = this.#lineOf(event, type, before?.line);
    const deleted = type === "deleted";
    const after = {
      edits: Math.max(event.edits, before?.edits ?? 0),
      stars: type === "starred" || !before ? event.stars : before.stars,
      pins: type === "starred" || !before ? event.pins : before.pins,
      deleted: deleted || (before?.deleted ?? false),
    };
    this.#memory.note(event.messageId, { line: { ...line, what: "said" }, ...after });
    const { context, printer } = this.#options;
    if (context.json) return this.#json(type, event.room, event.id, eventKeys(event, line));
    const isSaying = type === "message" || type === "edited";
    const quote = isSaying ? await this.#parentOf(line, event.message.peek.parent ?? null) : null;
    await printer.print({ ...line, parent: quote, time: type === "message" ? line.time : event.receivedAt });
  }

  /** The message as it was last printed, unless the server restarted its counter and reused its id. */
  #before(event: ChatMessageEvent): Shown | undefined {
    const shown = this.#memory.get(event.messageId);
    const isAnother = event.timeStamp > 0 && shown?.line.time !== event.timeStamp * 1000;
    return isAnother && shown?.line.time ? undefined : shown;
  }

  /** The line of an event, completed from what was printed before. */
  #lineOf(event: ChatMessageEvent, type: LineType, before: MessageLine | undefined): MessageLine {
    const hasAuthor = type === "message" || type === "edited";
    const content = event.content ?? before?.html ?? null;
    const isSaying = event.isReply && event.parentId !== null;
    const asBefore = before?.parent ?? null;
    return {
      what: WHAT_BY_TYPE[type] ?? "moved",
      messageId: event.messageId,
      roomId: event.room?.id ?? null,
      time: event.timeStamp * 1000,
      userId: hasAuthor ? (event.user?.id ?? null) : (before?.userId ?? event.message.peek.owner?.id ?? null),
      name: hasAuthor ? (event.user?.peek.name ?? null) : (before?.name ?? event.message.peek.owner?.peek.name ?? null),
      html: content,
      edited: event.edits > 0,
      deleted: type === "deleted",
      stars: type === "starred" || !before ? event.stars : before.stars,
      pinned: type === "starred" || !before ? event.pins > 0 : before.pinned,
      parent: isSaying ? { id: event.parentId ?? 0, name: event.parentName, html: event.parentContent } : asBefore,
    };
  }

  /** The parent of a reply: from memory, from the event, or fetched. */
  async #parentOf({ parent }: MessageLine, message: Message | null): Promise<MessageLine["parent"]> {
    if (parent === null) return null;
    const shown = this.#memory.get(parent.id)?.line;
    if (shown) return { id: parent.id, name: shown.name, html: shown.html };
    if (parent.html !== null || message === null || this.#parentsLeft <= 0) return parent;
    this.#parentsLeft -= 1;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, PARENT_TIMEOUT_MS, null);
    });
    const html = await Promise.race([message.content.catch(() => null), late]);
    clearTimeout(timer);
    return { ...parent, html };
  }

  /** Lifts the limit of fetched parents, because new messages arrive one at a time. */
  startFollowing(): void {
    this.#parentsLeft = Number.POSITIVE_INFINITY;
  }

  #json(type: LineType, room: Room | null, eventId: number | null, keys: object): Promise<void> {
    const name = room ? (this.#options.rooms.get(room.id) ?? room.peek.name ?? null) : null;
    return this.#options.context.printJson({ type, eventId, roomId: room?.id ?? null, room: name, ...keys });
  }
}

function typeOf(event: ChatMessageEvent): LineType | undefined {
  if (event instanceof MessagePosted) return "message";
  if (event instanceof MessageEdited) return "edited";
  if (event instanceof MessageDeleted) return "deleted";
  if (event instanceof MessageStarred) return "starred";
  if (event instanceof MessageMovedOut) return "moved-out";
  return event instanceof MessageMovedIn ? "moved-in" : undefined;
}

/** Whether the event adds nothing to what was printed about the message. */
function isKnown(event: ChatMessageEvent, before: Shown | undefined): boolean {
  if (!before) return false;
  if (event instanceof MessagePosted) return true;
  if (event instanceof MessageEdited) return event.edits <= before.edits;
  if (event instanceof MessageDeleted) return before.deleted;
  return event instanceof MessageStarred && event.stars === before.stars && event.pins === before.pins;
}

function messageKeys(message: Message): object {
  const { roomId: _, timeStamp: __, permalink: ___, ...keys } = messageJson(message);
  return keys;
}

function userKeys(event: ChatEvent): { userId: number | null; user: string | null } {
  return { userId: event.user?.id ?? null, user: event.user?.peek.name ?? null };
}

function movedBy(event: MessageMovedOut | MessageMovedIn): object {
  return { movedById: event.movedBy?.id ?? null, movedBy: event.userName };
}

/** The same keys as those of a past message. */
function eventKeys(event: ChatMessageEvent, line: MessageLine): object {
  const content = line.deleted ? null : event.content;
  return {
    id: event.messageId,
    userId: line.userId,
    user: line.name,
    time: isoSeconds(event.timeStamp),
    text: content === null ? "" : htmlToText(content),
    content,
    parentId: line.parent?.id ?? null,
    edits: event.edits,
    stars: line.stars,
    pins: event.pins,
    deleted: line.deleted,
    ...(event instanceof MessageMovedOut || event instanceof MessageMovedIn ? movedBy(event) : {}),
  };
}
