/**
 * One run of a handler: what it says, under keys that a repetition of the run uses again, and which earlier answers that
 * replaces. A run that was interrupted by a kill is repeated with the same keys, so nothing is said twice.
 */
import { ChatError, isChatError, type Message, type Room, splitMessage } from "../index.js";
import { digest } from "../util/digest.js";
import { ActionPromise } from "../util/promises.js";
import { Answer } from "./answer.js";
import { sendDistinct } from "./distinct.js";
import type { AnswerRecord, CommandRecord, Way } from "./run-log.js";
import type { RunParts } from "./run-parts.js";

/** Options of everything that a bot says. */
export interface SayOptions {
  /** Whether it is a reply to the message that is handled. @default true for `c.reply`, false for `c.say` */
  readonly isReply?: boolean;
  /** How to split a long text. @default "words" */
  readonly split?: "words" | "lines";
  /** The priority in the client's queue. @default "normal" */
  readonly priority?: "high" | "normal" | "low";
}

/** The subject of a run. */
export interface RunSubject {
  /** The start of the keys of all its actions. */
  readonly key: string;
  readonly room: Room;
  /** The message that is handled; null for events and schedules. */
  readonly message: Message | null;
  /** The record of the command; null where nothing is edited later. */
  readonly record: CommandRecord | null;
}

/** Keys have at most 200 characters. */
const KEY_LENGTH = 150;

export class Run {
  readonly subject: RunSubject;
  readonly #parts: RunParts;
  /** Aborted when nothing more is to be done. Both controllers are made when somebody needs them. */
  #abort: AbortController | undefined;
  /** Aborted when what is being sent is to be given up, too. */
  #sending: AbortController | undefined;
  #ending: { readonly reason: unknown; readonly endsSending: boolean } | undefined;
  #onEnd: (reason: unknown) => void = () => {};
  /** The answers of the same run before a kill. */
  readonly #before: readonly AnswerRecord[];
  /** Whether the store may have a record that differs. */
  readonly #isStored: boolean;
  readonly #pending = new Set<Promise<unknown>>();
  readonly #answers: Answer[] = [];
  /** When the oldest message of each answer was sent. */
  readonly #sentAt = new Map<number, number>();
  #ordinal = 0;
  #questions = 0;
  #edits = 0;
  #progress: { readonly answer: Answer; readonly ordinal: number } | undefined;
  #isSuperseded = false;
  #onWaiting: (isWaiting: boolean) => void = () => {};
  #onSending: (isSending: boolean) => void = () => {};

  constructor(parts: RunParts, subject: RunSubject) {
    this.#parts = parts;
    const { key } = subject;
    this.subject = key.length <= KEY_LENGTH ? subject : { ...subject, key: `bot ${digest(key)}` };
    this.#before = [...(subject.record?.answers ?? [])];
    this.#isStored = this.#before.length + (subject.record?.previous.length ?? 0) > 0;
  }

  /** The answers so far. */
  get answers(): readonly Answer[] {
    return this.#answers;
  }

  /** The ordinal of the next question. Not that of its message: the question may be an edit of a progress message. */
  nextQuestion(): number {
    return this.#questions++;
  }

  /** Aborted when nothing more is to be done. */
  get signal(): AbortSignal {
    this.#abort ??= controllerOf(this.#ending);
    return this.#abort.signal;
  }

  get #sendingSignal(): AbortSignal {
    this.#sending ??= controllerOf(this.#ending?.endsSending ? this.#ending : undefined);
    return this.#sending.signal;
  }

  /** Whether nothing more is to be done. */
  get isEnded(): boolean {
    return this.#ending !== undefined;
  }

  /** Sets the function that hears the reason when the run is ended. */
  onEnd(listener: (reason: unknown) => void): void {
    this.#onEnd = listener;
  }

  /** Ends the run: everything it asks for from now on is rejected. */
  abort(reason: unknown): void {
    this.#end({ reason, endsSending: true });
  }

  #end(ending: { readonly reason: unknown; readonly endsSending: boolean }): void {
    this.#ending ??= ending;
    const { reason } = this.#ending;
    this.#abort?.abort(reason);
    if (ending.endsSending) {
      this.#ending = { reason, endsSending: true };
      this.#sending?.abort(reason);
    }
    this.#onEnd(reason);
  }

  /** Whether its message was edited or deleted meanwhile. */
  get isSuperseded(): boolean {
    return this.#isSuperseded;
  }

  /**
   * Ends the run because its message was edited or deleted. A message on its way is still sent, so that its id is known and
   * the next run can edit it; everything else is rejected.
   */
  supersede(): void {
    this.#isSuperseded = true;
    const reason = new ChatError("ABORTED", "the message was edited or deleted, so its handler ends");
    this.#end({ reason, endsSending: false });
  }

  /** Sets the function that hears when the run begins and ends to wait for its answers to be sent. */
  onSending(listener: (isSending: boolean) => void): void {
    this.#onSending = listener;
  }

  /** Sets the function that hears when the run begins and ends to wait for people. */
  onWaiting(listener: (isWaiting: boolean) => void): void {
    this.#onWaiting = listener;
  }

  /** Waits for people: the time does not count, and the lane goes on. */
  async waitFor<T>(promise: Promise<T>): Promise<T> {
    this.#onWaiting(true);
    try {
      return await promise;
    } finally {
      this.#onWaiting(false);
    }
  }

  /** Says a text. If a progress message is open, it becomes this text. */
  say(text: string, options: SayOptions = {}): Promise<Answer> {
    const open = this.#progress;
    this.#progress = undefined;
    return this.#track(async () => {
      this.signal.throwIfAborted();
      if (!open) return this.#post(this.#ordinal++, String(text), options);
      await open.answer.edit(text);
      return open.answer;
    });
  }

  /** Says a text that the next `say` replaces. */
  progress(text: string, options: SayOptions = {}): Promise<Answer> {
    return this.#track(async () => {
      this.signal.throwIfAborted();
      const ordinal = this.#ordinal++;
      const answer = await this.#post(ordinal, String(text), options);
      this.#progress = { answer, ordinal };
      return answer;
    });
  }

  /** Answers that the handler failed, even after its time limit. Never rejects. */
  async apologize(text: string): Promise<void> {
    const { message, room } = this.subject;
    const ordinal = this.#ordinal++;
    const step = `${ordinal}`;
    try {
      this.#open(ordinal, text);
      await this.#plan(step, text, "send");
      const reply = message ? { replyTo: message } : {};
      const sent = await this.#distinctly(step, text, (said, key) => room.sendMessage(said, { key, ...reply }));
      await this.#note(ordinal, text, { messages: [sent], at: this.#parts.now() });
    } catch (error) {
      this.#parts.noteLost(this, error);
    }
  }

  /** Resolves when everything that the run has asked for is done; then removes answers that an edit no longer gives. */
  async finish(hasFailed: boolean): Promise<void> {
    await this.#settled();
    const { record } = this.subject;
    if (!record) return;
    // A run that failed leaves the earlier answers; the next edit replaces them.
    const left = hasFailed ? [] : record.previous.slice(record.answers.length);
    for (const answer of left) await this.#parts.removeMessages(this.subject.room, answer.ids);
    if (!hasFailed) record.previous = [];
    record.steps = {};
    record.question = null;
    record.isOpen = false;
    record.hasFailed = hasFailed;
    const isSilent = record.answers.length === 0 && Object.keys(record.asked).length === 0;
    await (isSilent && !this.#isStored ? this.#parts.keep(record) : this.#parts.save(record));
  }

  async #settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled([...this.#pending]);
  }

  #track<T>(act: () => Promise<T>): Promise<T> {
    const promise = act();
    this.#pending.add(promise);
    if (this.#pending.size === 1) this.#onSending(true);
    const forget = (): void => {
      this.#pending.delete(promise);
      if (this.#pending.size === 0) this.#onSending(false);
    };
    promise.then(forget, forget);
    return this.watch(() => promise);
  }

  /** Does something for the handler; a failure is reported if the handler does not look at it. */
  watch<T>(act: () => Promise<T>): Promise<T> {
    return ActionPromise.run(act, (error) => this.#parts.noteLost(this, error));
  }

  async #post(ordinal: number, text: string, options: SayOptions): Promise<Answer> {
    const step = `${ordinal}`;
    const old = this.subject.record?.previous[ordinal];
    this.#open(ordinal, text);
    const way = await this.#plan(step, text, old && this.#parts.isEditable(old) ? "edit" : "send");
    const said =
      way === "edit" && old ? await this.#rewrite(old, text, step, options) : await this.#send(text, step, options);
    await this.#note(ordinal, text, said);
    const answer: Answer = new Answer(said.messages, this.subject.record?.userId ?? null, {
      watch: (act) => this.watch(act),
      revise: (changed) => this.#track(() => this.#revise(answer, ordinal, changed, options)),
      remove: () =>
        this.#parts.removeMessages(
          this.subject.room,
          answer.messages.map(({ id }) => id),
        ),
    });
    this.#answers.push(answer);
    this.#parts.answered(this.subject.room, answer);
    return answer;
  }

  async #revise(answer: Answer, ordinal: number, text: string, options: SayOptions): Promise<readonly Message[]> {
    this.signal.throwIfAborted();
    const step = `${ordinal}e${this.#edits++}`;
    const old = { hash: "", ids: answer.messages.map(({ id }) => id), at: this.#sentAt.get(ordinal) ?? 0 };
    const way = await this.#plan(step, text, this.#parts.isEditable(old) ? "edit" : "send");
    const said = way === "edit" ? await this.#rewrite(old, text, step, options) : await this.#send(text, step, options);
    await this.#note(ordinal, text, said);
    return said.messages;
  }

  async #send(text: string, step: string, options: SayOptions): Promise<Said> {
    const { isReply, split = "words", priority } = options;
    const { message, room } = this.subject;
    const how = {
      split,
      signal: this.#sendingSignal,
      ...(isReply && message ? { replyTo: message } : {}),
      ...(priority ? { priority } : {}),
    };
    const messages = await this.#distinctly(step, text, (said, key) => room.sendParts(said, { ...how, key }));
    return { messages, at: this.#parts.now() };
  }

  /** Sends a text that may equal the account's last one. */
  #distinctly<T>(step: string, text: string, send: (text: string, key: string) => Promise<T>): Promise<T> {
    const { record, key } = this.subject;
    const onRefused = async (joiners: number): Promise<void> => {
      if (!record) return;
      record.steps[step] = { way: "send", hash: digest(text), joiners };
      await this.#parts.save(record);
    };
    const sendOne = (said: string, suffix: string): Promise<T> => send(said, `${key} ${step}${suffix}`);
    return sendDistinct(text, sendOne, { joiners: record?.steps[step]?.joiners ?? 0, onRefused });
  }

  /** Edits earlier messages to a new text: superfluous ones are deleted, missing ones are added. */
  async #rewrite(old: AnswerRecord, text: string, step: string, options: SayOptions): Promise<Said> {
    const { message, room } = this.subject;
    const { client } = room;
    const isReply = options.isReply === true && message !== null;
    const replyPrefixLength = isReply ? `:${message.id} `.length : 0;
    const parts = splitMessage(text, { mode: options.split ?? "words", replyPrefixLength });
    if (old.hash === digest(text) && old.ids.length === parts.length)
      return { messages: old.ids.map((id) => client.getMessage(id)), at: old.at };
    const messages: Message[] = [];
    let edits = 0;
    for (const [at, part] of parts.entries()) {
      const id = old.ids[at];
      const key = `${this.subject.key} ${step} e${at}`;
      const edited = id === undefined ? undefined : await this.#editOne(client.getMessage(id), part, key);
      if (edited) edits += 1;
      const reply = at === 0 && isReply ? { replyTo: message } : {};
      const send = (said: string, sendKey: string): Promise<Message> =>
        room.sendMessage(said, { key: sendKey, signal: this.#sendingSignal, ...reply });
      messages.push(edited ?? (await this.#distinctly(`${step}#${at}`, part, send)));
    }
    await this.#parts.removeMessages(room, old.ids.slice(parts.length));
    return { messages, at: edits > 0 ? old.at : this.#parts.now() };
  }

  /** Edits a message; undefined if it is too late or the message is gone. */
  async #editOne(message: Message, text: string, key: string): Promise<Message | undefined> {
    try {
      await message.edit(text, { key, signal: this.#sendingSignal });
      return message;
    } catch (error) {
      if (isChatError(error, "TOO_LATE", "NOT_FOUND", "ALREADY_DELETED", "NOT_YOURS")) return undefined;
      throw error;
    }
  }

  /** Notes that an answer begins, unless it is known from before a kill. */
  #open(ordinal: number, text: string): void {
    const { record } = this.subject;
    if (record) record.answers[ordinal] ??= { hash: digest(text), ids: [], at: this.#parts.now() };
  }

  /** Stores what a step is before it is done. Returns how to do it: as the run before a kill began to do it. */
  async #plan(step: string, text: string, way: Way): Promise<Way> {
    const { record, room } = this.subject;
    if (!record) return way;
    const hash = digest(text);
    const before = record.steps[step];
    if (before && before.hash !== hash) this.#parts.noteOtherBranch(this, step);
    if (before) return before.way;
    record.steps[step] = { way, hash };
    if (this.#parts.isDurable(room)) await this.#parts.save(record);
    return way;
  }

  async #note(ordinal: number, text: string, { messages, at }: Said): Promise<void> {
    const before = this.#before[ordinal];
    const ids = messages.map(({ id }) => id);
    // Known from before a kill: it was sent then.
    const sentAt = before && ids.length > 0 && before.ids[0] === ids[0] ? before.at : at;
    this.#sentAt.set(ordinal, sentAt);
    const { record } = this.subject;
    if (!record) return;
    record.answers[ordinal] = { hash: digest(text), ids, at: sentAt };
    await this.#parts.save(record);
  }
}

function controllerOf(ending: { readonly reason: unknown } | undefined): AbortController {
  const controller = new AbortController();
  if (ending) controller.abort(ending.reason);
  return controller;
}

/** The messages of an answer, and when the oldest of them was sent. */
interface Said {
  readonly messages: Message[];
  readonly at: number;
}
