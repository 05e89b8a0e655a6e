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
import { idOf } from "../protocol/ids.js";
import { htmlToText } from "../protocol/markup/index.js";
import type { RevisionKind } from "../protocol/pages/index.js";
import { EventType, type RawEvent } from "../protocol/raw.js";
import type { Site } from "../protocol/sites.js";
import { checkText } from "../protocol/text-rules.js";
import { again } from "../sending/actions.js";
import { type EditOptions, edit } from "../sending/edit.js";
import { isSameText } from "../sending/find-post.js";
import type { Found, Task } from "../sending/job.js";
import { messageLane } from "../sending/lanes.js";
import type { ActionOptions } from "../sending/options.js";
import type { SendOptions } from "../sending/post.js";
import { type InspectArguments, inspectCustom, inspected, quoted } from "../util/inspect.js";
import type { RequestOptions } from "../util/options.js";
import type { ObjectContext } from "./context.js";
import { type Dated, dated } from "./dated.js";
import type { LazyFields } from "./lazy-fields.js";
import { factsOfEvent, factsOfHistory, type MessageFacts, messageFields } from "./message-facts.js";
import type { Room } from "./room.js";
import type { User } from "./user.js";

/** One step in the life of a message. */
export interface MessageRevision {
  /** The kind of step: `said`, `edited`, `deleted`, `moved`, or `other` for words that we do not know. */
  readonly kind: RevisionKind;
  /** Markdown as typed; null for steps without a text. */
  readonly source: string | null;
  /** Time to the minute, UTC, as the page shows it; with the date when older. */
  readonly timeLabel: string | null;
  /** The user who did it; null when that account is gone. */
  readonly user: User | null;
}

/**
 * A message, the same object for the same id as long as it is referenced.
 *
 * Every property but {@link Message.id} is fetched when first asked for, and may reject: with `NOT_FOUND` when there is
 * no such message or it is hidden from you. A message that came with an event knows most of them already.
 */
export class Message {
  /** The number of the message on its site; later messages have higher ones. */
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

  /** The content as plain text, formatting discarded; empty when the message is deleted. */
  get textContent(): Promise<string> {
    return this.#fields.map("content", "textContent", (html) =>
      html === null ? "" : htmlToText(html, { origin: this.#context.identity.origin }),
    );
  }

  /** The markdown as typed; for a reply with its `:id ` in front. Known of a message that this client sent. */
  get contentSource(): Promise<string> {
    return this.#fields.get("contentSource");
  }

  /** The author; null when that account is gone. */
  get owner(): Promise<User | null> {
    return this.#fields.get("owner");
  }

  /** How many people starred it. */
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

  /** How many room owners pinned it. */
  get pins(): Promise<number> {
    return this.#fields.get("pins");
  }

  /**
   * When it was posted, in unix seconds: to the second, but where the server refuses its lists and pages alone tell the
   * time. Then it is the earliest they allow, and `peek.timeSpan` says how many seconds later it may have been.
   */
  get timeStamp(): Promise<number> {
    return this.#fields.get("timeStamp");
  }

  /** Whether it was edited, ever. */
  get edited(): Promise<boolean> {
    return this.#fields.get("edited");
  }

  /** How often it was edited. */
  get edits(): Promise<number> {
    return this.#fields.get("edits");
  }

  /** Whether it was deleted. */
  get deleted(): Promise<boolean> {
    return this.#fields.get("deleted");
  }

  /** The message this one replies to; null when it is no reply. */
  get parent(): Promise<Message | null> {
    return this.#fields.get("parent");
  }

  /** The user who changed the text last; null when nobody did. From `GET /messages/{id}/history`. */
  get editor(): Promise<User | null> {
    return this.#fields.get("editor");
  }

  /** The room owners who pinned it. From `GET /messages/{id}/history`. */
  get pinners(): Promise<User[]> {
    return this.#fields.get("pinners");
  }

  /** The address of the message in the transcript. */
  get permalink(): string {
    return `${this.#context.session.site.chatOrigin}/transcript/message/${this.id}#${this.id}`;
  }

  /** The known facts, without a request. */
  get peek(): Readonly<Partial<MessageFacts>> {
    return this.#fields.known;
  }

  /** Fetches all known facts again. */
  refresh(): Promise<void> {
    return this.#fields.refresh();
  }

  /**
   * Replies; resolves to the reply.
   * @throws {NOT_LOGGED_IN} and everything `room.sendMessage` can.
   */
  reply(text: string, options: Omit<SendOptions, "replyTo"> = {}): Promise<Message> {
    const send = (room: Room): Promise<Message> => room.sendMessage(text, { ...options, replyTo: this });
    const { room } = this.peek;
    // At once if the room is known, so that messages to it keep the order of the calls.
    return room ? send(room) : this.#context.actions.tend(async () => send(await this.room));
  }

  /**
   * Replaces the text; a reply stays one. Works for about two minutes after the post, for moderators always.
   * `POST /messages/{id}`.
   * @throws {TOO_LATE} {NOT_YOURS} {ALREADY_DELETED} {EMPTY} {TOO_LONG} {NOT_LOGGED_IN}
   */
  edit(text: string, options: EditOptions = {}): Promise<void> {
    return edit(this.#context, this, text, options);
  }

  /**
   * Deletes the message. Works for about two minutes after the post. `POST /messages/{id}/delete`.
   * @throws {TOO_LATE} {NOT_YOURS} {ALREADY_DELETED} {NOT_LOGGED_IN}
   */
  delete(options: ActionOptions = {}): Promise<void> {
    const attempt = async (signal: AbortSignal): Promise<void> => {
      const { asOf } = await this.#call(deleteMessage(this.id, this.peek.room?.id), signal);
      this.#fields.merge({ deleted: true, content: null }, asOf);
    };
    return this.#act("delete", { attempt, find: () => this.#ifDeleted() }, options);
  }

  /**
   * Stars the message, or takes your star back. Looks first, because the server only toggles: saying it twice changes
   * nothing. `POST /messages/{id}/star`.
   * @param on - false takes the star back. @default true
   * @throws {FORBIDDEN} {STAR_LIMIT} {NOT_LOGGED_IN}
   */
  star(on: boolean = true, options: ActionOptions = {}): Promise<void> {
    const attempt = async (signal: AbortSignal): Promise<void> => {
      this.#fields.invalidate("starredByYou");
      if ((await this.starredByYou) === on) return;
      const before = this.peek.stars;
      const { asOf } = await this.#call(toggleStar(this.id, this.peek.room?.id), signal);
      // The event of this star may have been faster than the answer; then the count is known already.
      const counted = before === undefined ? {} : { stars: before + (on ? 1 : -1) };
      this.#fields.merge({ starredByYou: on, ...counted }, asOf);
    };
    return this.#act("star", { attempt, find: again }, options);
  }

  /**
   * Pins the message, or unpins it. Looks first: saying it twice changes nothing. For room owners.
   * `POST /messages/{id}/owner-star`, and `unowner-star` to unpin.
   * @param on - false unpins, also a pin of another owner. @default true
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
    return this.#act("pin", { attempt, find: again }, options);
  }

  /**
   * Takes all stars away. For room owners. `POST /messages/{id}/unstar`.
   * @throws {FORBIDDEN} {NOT_LOGGED_IN}
   */
  cancelStars(options: ActionOptions = {}): Promise<void> {
    const attempt = async (signal: AbortSignal): Promise<void> => {
      const { asOf } = await this.#call(cancelStars(this.id, this.peek.room?.id), signal);
      this.#fields.merge({ stars: 0, starredByYou: false }, asOf);
    };
    return this.#act("cancel the stars of", { attempt, find: again }, options);
  }

  /**
   * The revisions, oldest first: the post, then every change. `GET /messages/{id}/history`.
   * @throws {NOT_FOUND} also when the message is deleted and you are neither its author nor a moderator
   */
  history(options: RequestOptions = {}): Promise<MessageRevision[]> {
    return this.#context.actions.tend(async () => {
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
   * Moves the message to another room. For owners of the room it is in. `POST /admin/movePosts/{id}`.
   * @throws {FORBIDDEN} {BAD_ARGUMENT} {REFUSED} when the server moved nothing
   */
  moveTo(room: Room | number, options: ActionOptions = {}): Promise<void> {
    return this.#context.actions.tend(async () => {
      const target = idOf(this.site, "room", room);
      const moved = await (await this.room).moveMessages([this], target, options);
      if (moved !== 1)
        throw new RefusedError("the server moved nothing", { tried: `move message ${this.id}`, messageId: this.id });
    });
  }

  /**
   * Flags the message as spam or offensive, or with a reason for the moderators. Unlike a star, a second flag without a
   * reason takes the first back, because the server only toggles. `POST /messages/{id}/flag`, with a reason `/mod`.
   * @param reason - a note for the moderators of at most 400 characters; without it the flag means spam or offensive
   * @throws {FORBIDDEN} {BAD_ARGUMENT}
   */
  flag(reason?: string, options: ActionOptions = {}): Promise<void> {
    const attempt = async (signal: AbortSignal): Promise<void> => {
      if (reason !== undefined && (typeof reason !== "string" || reason.trim() === "" || reason.length > 400)) {
        throw new UsageError("a reason for a flag has 1 to 400 characters");
      }
      const call = reason === undefined ? flagMessage(this.id) : flagForModerator(this.id, reason);
      await this.#context.session.call(call, { signal });
    };
    return this.#act("flag", { attempt }, options);
  }

  /** Tells the server that you saw this message, which pinged you. `POST /messages/ack`. */
  acknowledge(options: ActionOptions = {}): Promise<void> {
    const attempt = (signal: AbortSignal): Promise<void> =>
      this.#context.session.call(acknowledgeMessages([this.id]), { signal });
    return this.#act("acknowledge", { attempt, find: again }, options);
  }

  /** The task that replaces the text, and finds out whether it was replaced. @internal */
  editTask(text: string, replyForm: ReplyForm | undefined): Task<Message> {
    return {
      attempt: async (signal) => {
        // An edit that does not name the parent would end the reply, so the parent must be known.
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
      find: (_, signal) => this.#ifEdited(text, signal),
    };
  }

  /** @internal */
  merge(facts: Partial<MessageFacts>, asOf?: number): void {
    this.#fields.merge(facts, asOf);
  }

  /** @internal */
  learnFromEvent(raw: RawEvent, moment: number): void {
    const known = this.#fields.peek("content");
    // The post of a message of ours, whose source is known from sending it, tells the content first.
    const isFirst = known === undefined && raw.event_type === EventType.MessagePosted;
    if (raw.content !== known && !isFirst) this.#fields.invalidate("contentSource");
    if (raw.event_type === EventType.MessageEdited) this.#fields.invalidate("editor");
    if (raw.event_type === EventType.MessageStarred) this.#fields.invalidate("pinners");
    // It is elsewhere now: the event of its arrival says where, if that room is listened to.
    const isGone = raw.event_type === EventType.MessageMovedOut && this.#fields.peek("room")?.id === raw.room_id;
    if (isGone) this.#fields.invalidate("room");
    this.#fields.merge(factsOfEvent(this.#context, raw), moment);
  }

  /** Acts on this message, in the lane of its other actions. */
  #act(verb: string, task: Task<void>, options: ActionOptions): Promise<void> {
    const { actions } = this.#context;
    return actions.act({ ...task, tried: `${verb} message ${this.id}`, lane: messageLane(this.id) }, options);
  }

  /** Makes the call of an action, dated: events that come meanwhile are newer than its answer. */
  #call(call: Call<void>, signal: AbortSignal): Promise<Dated<void>> {
    return dated(this.#context, call, { signal });
  }

  /** Looks up an edit that was not answered: done, if the message has the text. */
  async #ifEdited(text: string, signal: AbortSignal): Promise<Found<Message> | undefined> {
    const source = await this.#context.session.call(messageSource(this.id), { signal, retry: false });
    this.#fields.invalidate("content", "contentSource", "edits", "edited", "editor");
    const plain = (value: string): string => value.replace(/^:\d+ /, "");
    return isSameText(plain(source), plain(text)) ? { result: this } : undefined;
  }

  /** Looks up a deletion that was not answered: done, if the message is gone. */
  async #ifDeleted(): Promise<Found<void> | undefined> {
    this.#fields.invalidate("deleted");
    return (await this.deleted) ? { result: undefined } : undefined;
  }

  /** @internal */
  [inspectCustom](...given: InspectArguments): string {
    const facts = this.peek;
    const text = facts.content ? htmlToText(facts.content) : undefined;
    const by = quoted(facts.owner?.peek.name, given);
    const said = facts.deleted ? "(deleted)" : quoted(text, given);
    return inspected(`Message ${this.id}`, facts, given, by && `by ${by}`, said);
  }

  /** Names it by its id, such as `Message 44402065`. */
  toString(): string {
    return `Message ${this.id}`;
  }
}
