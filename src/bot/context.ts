/** The argument of a handler: the event, its place, and the ways to answer. */
import {
  type ChatEvent,
  type ChatMessageEvent,
  type Client,
  type Message,
  type Room,
  UsageError,
  type User,
} from "../index.js";
import type { AddressedBy } from "./addressed.js";
import type { Answer } from "./answer.js";
import type { Bot } from "./bot.js";
import type { ContextParts } from "./context-parts.js";
import { type AskOptions, ask, confirm } from "./conversation.js";
import { type PageOptions, page } from "./pages.js";
import { type Duration, durationMs, formatDuration } from "./pattern/index.js";
import { type RecentOptions, recent } from "./recent.js";
import type { Run, SayOptions } from "./run.js";
import type { Store } from "./store/index.js";
import { type StreamTextOptions, streamText } from "./stream-text.js";

/** Options of an answer. */
export interface AnswerOptions extends SayOptions {
  /** Delete the answer after this time, which must be shorter than the bot's `window`. @default never */
  readonly expires?: Duration;
  /** Replace a link that is shown as a box by its address after this time, shorter than `window`. @default never */
  readonly hideOnebox?: Duration;
}

/** The context of a schedule, an event or a message. */
export class BotContext {
  /** The bot. */
  readonly bot: Bot;
  /** The room it happened in. */
  readonly room: Room;
  readonly #run: Run;
  readonly #parts: ContextParts;
  readonly #event: ChatEvent | null;

  /** @internal */
  constructor(parts: ContextParts, run: Run, event: ChatEvent | null) {
    this.bot = parts.bot;
    this.room = run.subject.room;
    this.#parts = parts;
    this.#run = run;
    this.#event = event;
  }

  /** The client of the room. */
  get client(): Client {
    return this.room.client;
  }

  /** Aborted when the handler has taken too long, or when the bot stops. Pass it to everything that waits. */
  get signal(): AbortSignal {
    return this.#run.signal;
  }

  /** The event; null for schedules. */
  get event(): ChatEvent | null {
    return this.#event;
  }

  /** The message that is handled; null for schedules and for events that are not about a message. */
  get message(): Message | null {
    return this.#run.subject.message;
  }

  /** The person who caused it; null if nobody did, or the server does not say. */
  get user(): User | null {
    return this.#event?.user ?? null;
  }

  /** The id of {@link BotContext.user}. */
  get userId(): number | null {
    return this.user?.id ?? null;
  }

  /** The name of {@link BotContext.user} at that time; makes no request. */
  get userName(): string | null {
    return this.#event?.userName ?? null;
  }

  /** The text of the message, plain; empty if there is none. */
  get text(): string {
    return this.#event?.textContent ?? "";
  }

  /** The bot's store, for values of your own. */
  get store(): Store {
    return this.#parts.store;
  }

  /** A store for this person in this room. */
  get session(): Store {
    return this.#parts.sessionOf(this.room, this.userId);
  }

  /** Whether somebody has not said anything in this room before. `GET /users/{id}`. */
  get firstTimeHere(): Promise<boolean> {
    return isFirstTime(this.user, this.room.id);
  }

  /** Answers with a reply to the message, or with a message where there is none. Long texts are split. */
  reply(text: string, options: AnswerOptions = {}): Promise<Answer> {
    return this.#run.watch(() => this.#say(text, { isReply: true, ...options }));
  }

  /** Answers with a message that is not a reply. */
  say(text: string, options: AnswerOptions = {}): Promise<Answer> {
    return this.#run.watch(() => this.#say(text, options));
  }

  /** Says what is going on; the next `reply` or `say` replaces it. */
  progress(text: string, options: SayOptions = {}): Promise<Answer> {
    return this.#run.progress(text, { isReply: true, ...options });
  }

  /** Edits the latest answer of this handler. */
  edit(text: string): Promise<Answer> {
    const answer = this.#run.answers.at(-1);
    return answer ? this.#run.watch(() => answer.edit(text).then(() => answer)) : this.reply(text);
  }

  /** Deletes the answers of this handler, as far as the window allows. */
  delete(): Promise<void> {
    return this.#run.watch(async () => {
      for (const answer of this.#run.answers) await answer.delete();
    });
  }

  /**
   * Asks a question and waits for a message: of the same person, or in reply to the question. Resolves to its text, or
   * to null after the timeout. Everything else in the room goes on.
   */
  ask(question: string, options: AskOptions = {}): Promise<string | null> {
    return this.#run.watch(() => ask(this.#parts, this.#run, this.userId, question, options));
  }

  /** Asks a question that is answered with yes or no; false after the timeout. */
  confirm(question: string, options: Omit<AskOptions, "choices"> = {}): Promise<boolean> {
    return this.#run.watch(() => confirm(this.#parts, this.#run, this.userId, question, options));
  }

  /** Says a list in pages; "more" gives the next one. Resolves when the list or the person's patience is at its end. */
  page(items: readonly string[], options: PageOptions = {}): Promise<void> {
    return this.#run.watch(() =>
      page(
        (question, asked) => this.ask(question, asked),
        (text) => this.reply(text),
        items,
        options,
      ),
    );
  }

  /** Says a text that grows, such as that of a language model, by editing the answer. Resolves when it is complete. */
  stream(texts: AsyncIterable<string>, options: StreamTextOptions = {}): Promise<Answer | null> {
    return this.#run.watch(() =>
      streamText(this.#parts.clock, this.signal, (text) => this.reply(text), texts, options),
    );
  }

  /** The latest messages of the room, newest first, of a person or of the last minutes. */
  recent(options: RecentOptions = {}): Promise<Message[]> {
    return recent(this.room, this.#parts.clock, options);
  }

  async #say(text: string, { expires, hideOnebox, ...options }: AnswerOptions): Promise<Answer> {
    const removeMs = this.#withinWindow("expires", expires);
    const condenseMs = this.#withinWindow("hideOnebox", hideOnebox);
    const answer = await this.#run.say(text, options);
    const ids = answer.messages.map(({ id }) => id);
    if (removeMs !== undefined) await this.#parts.later("delete", this.room, ids, removeMs);
    if (condenseMs !== undefined) await this.#parts.later("condense", this.room, ids, condenseMs);
    return answer;
  }

  /** A time in milliseconds after which messages can still be changed. @throws {BAD_ARGUMENT} for a longer one */
  #withinWindow(what: string, time: Duration | undefined): number | undefined {
    if (time === undefined) return undefined;
    const ms = durationMs(what, time);
    if (ms < this.#parts.windowMs) return ms;
    throw new UsageError(
      `${what} must be shorter than the ${formatDuration(this.#parts.windowMs)} in which messages can be changed`,
    );
  }
}

/** The context of a command. */
export class CommandContext<A = Readonly<Record<string, unknown>>> extends BotContext {
  /** The values of the parameters, by name. */
  readonly args: A;
  /** The name that was used: the command, or one of its aliases. */
  readonly name: string;
  /** The markdown after the name of the command. */
  readonly markdown: string;
  /** Whether the command was edited and runs again. */
  readonly isEdit: boolean;
  /** How the message addresses the bot. */
  readonly addressedBy: AddressedBy;

  /** @internal */
  constructor(
    parts: ContextParts,
    run: Run,
    event: ChatMessageEvent,
    call: {
      readonly args: A;
      readonly name: string;
      readonly markdown: string;
      readonly isEdit: boolean;
      readonly addressedBy: AddressedBy;
    },
  ) {
    super(parts, run, event);
    this.args = call.args;
    this.name = call.name;
    this.markdown = call.markdown;
    this.isEdit = call.isEdit;
    this.addressedBy = call.addressedBy;
  }

  /** The message with the command. */
  override get message(): Message {
    return messageOf(super.message);
  }
}

/** The context of a `hears` handler. */
export class HearsContext extends BotContext {
  /** The match of the regular expression; of a text, the whole text. */
  readonly match: RegExpExecArray;

  /** @internal */
  constructor(parts: ContextParts, run: Run, event: ChatMessageEvent, match: RegExpExecArray) {
    super(parts, run, event);
    this.match = match;
  }

  /** The message. */
  override get message(): Message {
    return messageOf(super.message);
  }
}

/** The context of an `on` handler. */
export class EventContext<E extends ChatEvent = ChatEvent> extends BotContext {
  readonly #own: E;

  /** @internal */
  constructor(parts: ContextParts, run: Run, event: E) {
    super(parts, run, event);
    this.#own = event;
  }

  /** The event. */
  override get event(): E {
    return this.#own;
  }
}

/** Whether a person has no message in a room. A count that is known may be old, unless it shows that they have. */
async function isFirstTime(user: User | null, roomId: number): Promise<boolean> {
  if (!user) return false;
  const known = user.peek.messagesByRoom;
  if ((known?.get(roomId) ?? 0) > 0) return false;
  if (known) await user.refresh();
  return ((await user.messagesByRoom).get(roomId) ?? 0) === 0;
}

function messageOf(message: Message | null): Message {
  if (!message) throw new TypeError("a run of a message without a message"); // the dispatcher never makes one
  return message;
}
