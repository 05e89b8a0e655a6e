/** A message on a chat site. */

import { RefusedError, UsageError } from "../errors/index.js";
import { acknowledgeMessages, flagForModerator, flagMessage } from "../protocol/actions/account.js";
import {
  cancelStars,
  deleteMessage,
  editMessage,
  messageSource,
  type ReplyForm,
  removePins,
  replyPrefix,
  togglePin,
  toggleStar,
} from "../protocol/actions/messages.js";
import { historyPage } from "../protocol/actions/pages.js";
import type { Call } from "../protocol/call.js";
import { resolveId } from "../protocol/ids.js";
import { htmlToText } from "../protocol/markup/index.js";
import type { RevisionKind } from "../protocol/pages/index.js";
import { EventType, type RawEvent } from "../protocol/raw.js";
import type { Site } from "../protocol/sites.js";
import { checkText } from "../protocol/text-rules.js";
import { repeatSafely } from "../sending/actions.js";
import { type EditOptions, edit } from "../sending/edit.js";
import { isSameText } from "../sending/find-post.js";
import type { Lookup, Task } from "../sending/job.js";
import { messageLane } from "../sending/lanes.js";
import type { ActionOptions } from "../sending/options.js";
import type { SendOptions } from "../sending/post.js";
import { type InspectArguments, inspectCustom, inspectFacts, inspectText } from "../util/inspect.js";
import type { RequestOptions } from "../util/options.js";
import type { ObjectContext } from "./context.js";
import { type Dated, dated } from "./dated.js";
import type { LazyFields } from "./lazy-fields.js";
import { factsOfEvent, factsOfHistory, type MessageFacts, messageFields } from "./message-facts.js";
import type { Room } from "./room.js";
import type { User } from "./user.js";

/** One step in the history of a message. */
export interface MessageRevision {
  /** The kind of step: `said`, `edited`, `deleted`, `moved`, or `other` for words this package does not know. */
  readonly kind: RevisionKind;
  /** The markdown source; null for steps without a text. */
  readonly source: string | null;
  /** The time as the page shows it: UTC, to the minute, with the date when it is older. */
  readonly timeLabel: string | null;
  /** The user who did it; null when the account was deleted. */
  readonly user: User | null;
}

/**
 * A message. The same id always gives the same object while it is referenced.
 *
 * Every property except {@link Message.id} is a promise: its value is fetched on first access and then remembered. It
 * rejects with `NOT_FOUND` when the message does not exist or is hidden from you. A message that came with an event
 * already knows most of them.
 */
export class Message {
  /** The id of the message on its site; later messages have higher ids. */
  readonly id: number;
  readonly #context: ObjectContext;
  readonly #fields: LazyFields<MessageFacts>;

  /** @internal */
  constructor(context: ObjectContext, id: number) {
    this.id = id;
    this.#context = context;
    this.#fields = messageFields(context, id);
  }

  /** The site the message is on. */
  get site(): Site {
    return this.#context.session.site;
  }

  /** The room the message is in. */
  get room(): Promise<Room> {
    return this.#fields.get("room");
  }

  /** The content as HTML; null when the message is deleted. */
  get content(): Promise<string | null> {
    return this.#fields.get("content");
  }

  /** The content as plain text without formatting; empty when the message is deleted. */
  get textContent(): Promise<string> {
    return this.#fields.map("content", "textContent", (html) =>
      html === null ? "" : htmlToText(html, { origin: this.#context.identity.origin }),
    );
  }

  /** The markdown source; a reply starts with `:id `. Already known for messages that this client sent. */
  get contentSource(): Promise<string> {
    return this.#fields.get("contentSource");
  }

  /** The author; null when the account was deleted. */
  get owner(): Promise<User | null> {
    return this.#fields.get("owner");
  }

  /** The number of stars. */
  get stars(): Promise<number> {
    return this.#fields.get("stars");
  }

  /** Whether you starred it. */
  get starredByYou(): Promise<boolean> {
    return this.#fields.get("starredByYou");
  }

  /** Whether a room owner pinned it. */
  get pinned(): Promise<boolean> {
    return this.#fields.get("pinned");
  }

  /** Whether you pinned it. */
  get pinnedByYou(): Promise<boolean> {
    return this.#fields.get("pinnedByYou");
  }

  /** The number of room owners who pinned it. */
  get pins(): Promise<number> {
    return this.#fields.get("pins");
  }

  /**
   * When it was posted, in Unix seconds. Exact to the second, unless the server refuses its lists and only pages tell
   * the time: then it is the earliest possible time, and `peek.timeSpan` says how many seconds later it may have been.
   */
  get timeStamp(): Promise<number> {
    return this.#fields.get("timeStamp");
  }

  /** Whether it was ever edited. */
  get edited(): Promise<boolean> {
    return this.#fields.get("edited");
  }

  /** The number of edits. */
  get edits(): Promise<number> {
    return this.#fields.get("edits");
  }

  /** Whether it was deleted. */
  get deleted(): Promise<boolean> {
    return this.#fields.get("deleted");
  }

  /** The message this one replies to; null when it is not a reply. */
  get parent(): Promise<Message | null> {
    return this.#fields.get("parent");
  }

  /** The user who last edited it; null when nobody did. From `GET /messages/{id}/history`. */
  get editor(): Promise<User | null> {
    return this.#fields.get("editor");
  }

  /** The room owners who pinned it. From `GET /messages/{id}/history`. */
  get pinners(): Promise<User[]> {
    return this.#fields.get("pinners");
  }

  /** The URL of the message in the transcript. */
  get permalink(): string {
    return `${this.#context.session.site.chatOrigin}/transcript/message/${this.id}#${this.id}`;
  }

  /** The values known so far. Makes no request. */
  get peek(): Readonly<Partial<MessageFacts>> {
    return this.#fields.known;
  }

  /** Fetches all known values again. */
  refresh(): Promise<void> {
    return this.#fields.refresh();
  }

  /**
   * Replies to this message; resolves to the reply.
   * @throws {NOT_LOGGED_IN} and everything `room.sendMessage` throws.
   */
  reply(text: string, options: Omit<SendOptions, "replyTo"> = {}): Promise<Message> {
    const send = (room: Room): Promise<Message> => room.sendMessage(text, { ...options, replyTo: this });
    const { room } = this.peek;
    // Send at once if the room is known, so that messages keep the order of the calls.
    return room ? send(room) : this.#context.actions.track(async () => send(await this.room));
  }

  /**
   * Replaces the text; a reply stays a reply. Possible for about two minutes after the post, for moderators always.
   * `POST /messages/{id}`.
   * @throws {TOO_LATE} {NOT_YOURS} {ALREADY_DELETED} {EMPTY} {TOO_LONG} {NOT_LOGGED_IN}
   */
  edit(text: string, options: EditOptions = {}): Promise<void> {
    return edit(this.#context, this, text, options);
  }

  /**
   * Deletes the message. Possible for about two minutes after the post, for moderators always. `POST
   * /messages/{id}/delete`.
   * @throws {TOO_LATE} {NOT_YOURS} {ALREADY_DELETED} {NOT_LOGGED_IN}
   */
  delete(options: ActionOptions = {}): Promise<void> {
    const attempt = async (signal: AbortSignal): Promise<void> => {
      const { asOf } = await this.#call(deleteMessage(this.id, this.peek.room?.id), signal);
      this.#fields.merge({ deleted: true, content: null }, asOf);
    };
    return this.#perform("delete", { attempt, lookUp: () => this.#lookUpDeletion() }, options);
  }

  /**
   * Stars the message, or removes your star. Idempotent: the server can only toggle, so the current state is read
   * first. `POST /messages/{id}/star`.
   * @param on - false removes your star. @default true
   * @throws {FORBIDDEN} {STAR_LIMIT} {NOT_LOGGED_IN}
   */
  star(on: boolean = true, options: ActionOptions = {}): Promise<void> {
    const attempt = async (signal: AbortSignal): Promise<void> => {
      this.#fields.invalidate("starredByYou");
      if ((await this.starredByYou) === on) return;
      const before = this.peek.stars;
      const { asOf } = await this.#call(toggleStar(this.id, this.peek.room?.id), signal);
      // The event of this star may have arrived before the answer; then the count is already known.
      const counted = before === undefined ? {} : { stars: before + (on ? 1 : -1) };
      this.#fields.merge({ starredByYou: on, ...counted }, asOf);
    };
    return this.#perform("star", { attempt, lookUp: repeatSafely }, options);
  }

  /**
   * Pins the message, or unpins it. For room owners. Idempotent: the current state is read first. `POST
   * /messages/{id}/owner-star`, and `unowner-star` to unpin.
   * @param on - false unpins, including pins of other owners. @default true
   * @throws {FORBIDDEN} {NOT_LOGGED_IN}
   */
  pin(on: boolean = true, options: ActionOptions = {}): Promise<void> {
    const attempt = async (signal: AbortSignal): Promise<void> => {
      this.#fields.invalidate("pinned", "pinnedByYou", "pins");
      if ((await this.#fields.get("pinned")) === on) return;
      const roomId = this.peek.room?.id;
      const { asOf } = await this.#call(on ? togglePin(this.id, roomId) : removePins(this.id, roomId), signal);
      this.#fields.invalidate("pinners");
      this.#fields.merge({ pinned: on, pinnedByYou: on, pins: on ? 1 : 0 }, asOf);
    };
    return this.#perform("pin", { attempt, lookUp: repeatSafely }, options);
  }

  /**
   * Removes all stars. For room owners. `POST /messages/{id}/unstar`.
   * @throws {FORBIDDEN} {NOT_LOGGED_IN}
   */
  cancelStars(options: ActionOptions = {}): Promise<void> {
    const attempt = async (signal: AbortSignal): Promise<void> => {
      const { asOf } = await this.#call(cancelStars(this.id, this.peek.room?.id), signal);
      this.#fields.merge({ stars: 0, starredByYou: false }, asOf);
    };
    return this.#perform("cancel the stars of", { attempt, lookUp: repeatSafely }, options);
  }

  /**
   * The revisions, oldest first: the original post, then every change. `GET /messages/{id}/history`.
   * @throws {NOT_FOUND} also when the message is deleted and you are neither its author nor a moderator
   */
  history(options: RequestOptions = {}): Promise<MessageRevision[]> {
    return this.#context.actions.track(async () => {
      const { value: page, asOf } = await dated(this.#context, historyPage(this.id), options);
      this.#fields.merge(factsOfHistory(this.#context, page, asOf), asOf);
      return page.revisions.map(({ kind, source, timeLabel, userId, userName }) => ({
        kind,
        source,
        timeLabel,
        user: userId === null ? null : this.#context.identity.named(userId, userName, asOf),
      }));
    });
  }

  /**
   * Moves the message to another room. For owners of its current room. `POST /admin/movePosts/{id}`.
   * @throws {FORBIDDEN} {BAD_ARGUMENT} {REFUSED} when the server moved nothing
   */
  moveTo(room: Room | number, options: ActionOptions = {}): Promise<void> {
    return this.#context.actions.track(async () => {
      const target = resolveId(this.site, "room", room);
      const moved = await (await this.room).moveMessages([this], target, options);
      if (moved !== 1)
        throw new RefusedError("the server moved nothing", { tried: `move message ${this.id}`, messageId: this.id });
    });
  }

  /**
   * Flags the message as spam or offensive, or, with a reason, for moderator attention. Not idempotent: a second flag
   * without a reason removes the first, because the server toggles it. `POST /messages/{id}/flag`, or `/flag/mod` with
   * a reason.
   * @param reason - a note for the moderators of at most 400 characters
   * @throws {FORBIDDEN} {BAD_ARGUMENT}
   */
  flag(reason?: string, options: ActionOptions = {}): Promise<void> {
    const attempt = async (signal: AbortSignal): Promise<void> => {
      if (reason !== undefined && (typeof reason !== "string" || reason.trim() === "" || reason.length > 400)) {
        throw new UsageError("the reason of a flag must have 1 to 400 characters");
      }
      const call = reason === undefined ? flagMessage(this.id) : flagForModerator(this.id, reason);
      await this.#context.session.call(call, { signal });
    };
    return this.#perform("flag", { attempt }, options);
  }

  /** Marks this mention or reply as read. `POST /messages/ack`. */
  acknowledge(options: ActionOptions = {}): Promise<void> {
    const attempt = (signal: AbortSignal): Promise<void> =>
      this.#context.session.call(acknowledgeMessages([this.id]), { signal });
    return this.#perform("acknowledge", { attempt, lookUp: repeatSafely }, options);
  }

  /** The task that edits the message, and looks up whether an unanswered edit was applied. @internal */
  editTask(text: string, replyForm: ReplyForm | undefined): Task<Message> {
    return {
      attempt: async (signal) => {
        // An edit without the reply prefix would turn the reply into a plain message, so the parent must be known.
        const parent = await this.parent.catch(() => null);
        const room = this.peek.room;
        const form = replyForm ?? this.#context.actions.replyForm;
        const replyTo = parent ? { messageId: parent.id, form } : undefined;
        checkText(text, { tried: `edit message ${this.id}`, messageId: this.id }, replyPrefix(text, replyTo).length);
        const call = editMessage(this.id, text, {
          ...(room ? { roomId: room.id } : {}),
          ...(replyTo ? { replyTo } : {}),
        });
        await this.#call(call, signal);
        this.#fields.invalidate("content", "contentSource", "edits", "editor");
        this.#fields.merge({ edited: true });
        return this;
      },
      lookUp: (_, signal) => this.#lookUpEdit(text, signal),
    };
  }

  /** @internal */
  merge(facts: Partial<MessageFacts>, asOf?: number): void {
    this.#fields.merge(facts, asOf);
  }

  /** @internal */
  learnFromEvent(raw: RawEvent, moment: number): void {
    const known = this.#fields.peek("content");
    // The source of our own message is known from sending it; the event of its post must not invalidate it.
    const isFirst = known === undefined && raw.event_type === EventType.MessagePosted;
    if (raw.content !== known && !isFirst) this.#fields.invalidate("contentSource");
    if (raw.event_type === EventType.MessageEdited) this.#fields.invalidate("editor");
    if (raw.event_type === EventType.MessageStarred) this.#fields.invalidate("pinners");
    // The message has left the room; the event of its arrival tells the new room, if you listen there.
    const isGone = raw.event_type === EventType.MessageMovedOut && this.#fields.peek("room")?.id === raw.room_id;
    if (isGone) this.#fields.invalidate("room");
    this.#fields.merge(factsOfEvent(this.#context, raw), moment);
  }

  /** Queues an action on this message, in the message's lane. */
  #perform(verb: string, task: Task<void>, options: ActionOptions): Promise<void> {
    const { actions } = this.#context;
    return actions.perform({ ...task, tried: `${verb} message ${this.id}`, lane: messageLane(this.id) }, options);
  }

  /** Makes the call of an action and dates its answer: events that arrive meanwhile are newer. */
  #call(call: Call<void>, signal: AbortSignal): Promise<Dated<void>> {
    return dated(this.#context, call, { signal });
  }

  /** Looks up an unanswered edit: it was applied if the message has the new text. */
  async #lookUpEdit(text: string, signal: AbortSignal): Promise<Lookup<Message> | undefined> {
    const source = await this.#context.session.call(messageSource(this.id), { signal, retry: false });
    this.#fields.invalidate("content", "contentSource", "edits", "edited", "editor");
    const plain = (value: string): string => value.replace(/^:\d+ /, "");
    return isSameText(plain(source), plain(text)) ? { result: this } : undefined;
  }

  /** Looks up an unanswered deletion: it was applied if the message is deleted. */
  async #lookUpDeletion(): Promise<Lookup<void> | undefined> {
    this.#fields.invalidate("deleted");
    return (await this.deleted) ? { result: undefined } : undefined;
  }

  /** @internal */
  [inspectCustom](...given: InspectArguments): string {
    const facts = this.peek;
    const text = facts.content ? htmlToText(facts.content) : undefined;
    const by = inspectText(facts.owner?.peek.name, given);
    const said = facts.deleted ? "(deleted)" : inspectText(text, given);
    return inspectFacts(`Message ${this.id}`, facts, given, by && `by ${by}`, said);
  }

  /** Such as `Message 44402065`. */
  toString(): string {
    return `Message ${this.id}`;
  }
}
