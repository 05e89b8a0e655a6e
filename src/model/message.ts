/** A message on a chat site. */
import {
  cancelStars,
  deleteMessage,
  editMessage,
  removePins,
  togglePin,
  toggleStar,
} from "../protocol/actions/messages.js";
import { htmlToText } from "../protocol/markup/index.js";
import type { RawEvent } from "../protocol/raw.js";
import { checkText } from "../protocol/text-rules.js";
import type { ClientCore, RequestOptions } from "./core.js";
import type { LazyFacts } from "./lazy.js";
import { factsOfEvent, type MessageFacts, messageFacts } from "./message-facts.js";
import type { Room, SendOptions } from "./room.js";
import type { User } from "./user.js";

/**
 * A message, the same object for the same id as long as anybody holds it.
 *
 * Every property but {@link Message.id} is fetched when first asked for, and may reject: with `NOT_FOUND` when there is
 * no such message or it is hidden from you. A message that came with an event knows most of them already.
 */
export class Message {
  readonly id: number;
  readonly #core: ClientCore;
  readonly #facts: LazyFacts<MessageFacts>;

  /** @internal */
  constructor(core: ClientCore, id: number) {
    this.id = id;
    this.#core = core;
    this.#facts = messageFacts(core, id);
  }

  /** The room the message is in. */
  get room(): Promise<Room> {
    return this.#facts.get("room");
  }

  /** The content as HTML; null when the message is deleted. */
  get content(): Promise<string | null> {
    return this.#facts.get("content");
  }

  /** The content as plain text, formatting discarded; empty when the message is deleted. */
  get textContent(): Promise<string> {
    return this.#facts.get("content").then((html) => (html === null ? "" : htmlToText(html)));
  }

  /** The markdown as typed; for a reply with its `:id ` in front. */
  get contentSource(): Promise<string> {
    return this.#facts.get("contentSource");
  }

  /** Who sent it; null when that account is gone. */
  get owner(): Promise<User | null> {
    return this.#facts.get("owner");
  }

  /** How many people starred it. */
  get stars(): Promise<number> {
    return this.#facts.get("stars");
  }

  /** Whether you starred it. */
  get starredByYou(): Promise<boolean> {
    return this.#facts.get("starredByYou");
  }

  /** Whether a room owner pinned it. */
  get pinned(): Promise<boolean> {
    return this.#facts.get("pinned");
  }

  /** How many room owners pinned it. */
  get pins(): Promise<number> {
    return this.#facts.get("pins");
  }

  /** When it was posted, in unix seconds. */
  get timeStamp(): Promise<number> {
    return this.#facts.get("timeStamp");
  }

  /** Whether it was edited. */
  get edited(): Promise<boolean> {
    return this.#facts.get("edited");
  }

  /** How often it was edited. */
  get edits(): Promise<number> {
    return this.#facts.get("edits");
  }

  /** Whether it was deleted. */
  get deleted(): Promise<boolean> {
    return this.#facts.get("deleted");
  }

  /** The message this one replies to; null when it is no reply. */
  get parent(): Promise<Message | null> {
    return this.#facts.get("parent");
  }

  /** The address of the message in the transcript. */
  get permalink(): string {
    return `${this.#core.session.site.chatOrigin}/transcript/message/${this.id}#${this.id}`;
  }

  /** What is known now, without a request. */
  get peek(): Readonly<Partial<MessageFacts>> {
    return this.#facts.known;
  }

  /** Fetches again what is known. */
  refresh(): Promise<void> {
    return this.#facts.refresh();
  }

  /**
   * Replies; resolves to the reply.
   * @throws {NOT_LOGGED_IN} and everything `room.sendMessage` can.
   */
  reply(text: string, options: Omit<SendOptions, "replyTo"> = {}): Promise<Message> {
    return this.#core.tend(async () => (await this.room).sendMessage(text, { ...options, replyTo: this }));
  }

  /**
   * Replaces the text; a reply stays one. Works for about two minutes after the post.
   * @throws {TOO_LATE} {NOT_YOURS} {ALREADY_DELETED} {EMPTY} {TOO_LONG} {NOT_LOGGED_IN}
   */
  edit(text: string, options: RequestOptions = {}): Promise<void> {
    return this.#core.act(async () => {
      checkText(text, { tried: `edit message ${this.id}`, messageId: this.id });
      const { room, parent } = this.peek;
      const call = editMessage(this.id, text, {
        ...(room ? { roomId: room.id } : {}),
        ...(parent ? { replyTo: parent.id } : {}),
      });
      await this.#core.session.call(call, options);
      this.#facts.forget("content", "contentSource", "edits");
      this.#facts.learn({ edited: true });
    }, options);
  }

  /**
   * Deletes the message. Works for about two minutes after the post.
   * @throws {TOO_LATE} {NOT_YOURS} {ALREADY_DELETED} {NOT_LOGGED_IN}
   */
  delete(options: RequestOptions = {}): Promise<void> {
    return this.#core.act(async () => {
      await this.#core.session.call(deleteMessage(this.id, this.peek.room?.id), options);
      this.#facts.learn({ deleted: true, content: null });
    }, options);
  }

  /**
   * Stars the message, or takes your star back. Looks first, because the server only toggles: saying it twice changes
   * nothing.
   * @param on - false takes the star back. @default true
   * @throws {FORBIDDEN} {STAR_LIMIT} {NOT_LOGGED_IN}
   */
  star(on: boolean = true, options: RequestOptions = {}): Promise<void> {
    return this.#core.act(async () => {
      this.#facts.forget("starredByYou");
      if ((await this.starredByYou) === on) return;
      const before = this.peek.stars;
      await this.#core.session.call(toggleStar(this.id, this.peek.room?.id), options);
      this.#facts.learn({ starredByYou: on });
      // The event of this star may have been faster than the answer; then the count is known already.
      if (before !== undefined && this.peek.stars === before) this.#facts.learn({ stars: before + (on ? 1 : -1) });
    }, options);
  }

  /**
   * Pins the message, or unpins it. Looks first: saying it twice changes nothing. For room owners.
   * @param on - false unpins, also what another owner pinned. @default true
   * @throws {FORBIDDEN} {NOT_LOGGED_IN}
   */
  pin(on: boolean = true, options: RequestOptions = {}): Promise<void> {
    return this.#core.act(async () => {
      this.#facts.forget("pinned", "pinnedByYou", "pins");
      if ((await this.#facts.get("pinned")) === on) return;
      const roomId = this.peek.room?.id;
      await this.#core.session.call(on ? togglePin(this.id, roomId) : removePins(this.id, roomId), options);
      this.#facts.learn({ pinned: on, pinnedByYou: on, pins: on ? 1 : 0 });
    }, options);
  }

  /**
   * Takes all stars away. For room owners.
   * @throws {FORBIDDEN} {NOT_LOGGED_IN}
   */
  cancelStars(options: RequestOptions = {}): Promise<void> {
    return this.#core.act(async () => {
      await this.#core.session.call(cancelStars(this.id, this.peek.room?.id), options);
      this.#facts.learn({ stars: 0, starredByYou: false });
    }, options);
  }

  /** @internal */
  learn(facts: Partial<MessageFacts>): void {
    this.#facts.learn(facts);
  }

  /** @internal */
  learnFromEvent(raw: RawEvent): void {
    if (raw.content !== this.peek.content) this.#facts.forget("contentSource");
    this.#facts.learn(factsOfEvent(this.#core, raw));
  }

  toString(): string {
    return `Message ${this.id}`;
  }
}
