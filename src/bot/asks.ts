/** Questions that wait for people: which message answers which question. */
import type { Clock, Room } from "../index.js";
import type { CommandRecord, OpenQuestion } from "./run-log.js";

/** A message that may answer a question. */
export interface Reply {
  readonly room: Room;
  readonly userId: number | null;
  readonly messageId: number;
  /** The message that it replies to; null if it is no reply. */
  readonly parentId: number | null;
  readonly text: string;
  /** Whether it calls a command by prefix or name. */
  readonly isCommand: boolean;
}

/** A message that arrived before the question that it may answer was known. */
interface EarlyReply {
  readonly reply: Reply;
  readonly settle: (isTaken: boolean | Promise<boolean>) => void;
}

/** A question that is being sent or that waits. */
interface Waiter {
  readonly room: Room;
  /** Null until the question is sent. */
  question: OpenQuestion | null;
  readonly from: number | null;
  /** Messages that arrived before the question's id was known; each may answer it. */
  readonly early: EarlyReply[];
  /** Takes the text; resolves when it is stored. */
  accept(text: string): Promise<void>;
}

/** A question of the last process, whose command has not run again yet. */
interface Parked {
  readonly record: CommandRecord;
  readonly run: string;
  readonly question: OpenQuestion;
  answer: string | undefined;
  /** Messages that may answer it, if the process ended before it knew the ids of the question. */
  readonly early: EarlyReply[];
}

/** A question on its way, from {@link Asks.begin}. */
export interface Asking {
  /** Waits for the answer, once the question is sent; null when the signal aborts. */
  answer(question: OpenQuestion, signal: AbortSignal): Promise<string | null>;
  /** The question could not be sent. */
  cancel(): void;
}

/** How long a question of the last process waits for its command to run again, in milliseconds. */
const MAX_PARKED_MS = 3_600_000;

export class Asks {
  readonly #waiters = new Set<Waiter>();
  readonly #parked = new Map<string, Parked>();
  readonly #clock: Clock;
  readonly #save: (record: CommandRecord) => Promise<void>;

  /** @param save - stores a record; never rejects */
  constructor(clock: Clock, save: (record: CommandRecord) => Promise<void>) {
    this.#clock = clock;
    this.#save = save;
  }

  /** The number of questions that wait. */
  get size(): number {
    return this.#waiters.size;
  }

  /** Whether any message may be an answer. */
  get isWaiting(): boolean {
    return this.#waiters.size + this.#parked.size > 0;
  }

  /** Notes the questions that the last process left open: their answers may arrive before their commands run again. */
  park(records: readonly CommandRecord[]): void {
    for (const record of records) {
      const { question, run } = record;
      if (!question || (question.ids.length > 0 && question.until <= this.#clock.now())) continue;
      this.#parked.set(run, { record, run, question, answer: undefined, early: [] });
      // Its event comes again at once, if it comes at all.
      this.#clock.setTimeout(() => this.#endParked(run), MAX_PARKED_MS);
    }
  }

  /** Forgets the question of the last process for a command: its run has ended, and has not asked again. */
  forget({ run }: CommandRecord): void {
    this.#endParked(run);
  }

  #endParked(run: string): void {
    const parked = this.#parked.get(run);
    this.#parked.delete(run);
    for (const early of parked?.early ?? []) this.#offer(early);
  }

  /** Offers a message to the other questions. */
  #offer({ reply, settle }: EarlyReply): void {
    settle(this.take(reply) ?? false);
  }

  /** Begins to listen, before the question is sent: an answer may arrive before the server has confirmed the question. */
  begin(room: Room, record: CommandRecord | null, from: number | null): Asking {
    const parked = record ? this.#parked.get(record.run) : undefined;
    if (record) this.#parked.delete(record.run);
    let resolve: (text: string | null) => void = () => {};
    const answered = new Promise<string | null>((settle) => (resolve = settle));
    const waiter: Waiter = {
      room,
      question: null,
      from,
      early: parked?.early ?? [],
      accept: async (text) => {
        this.#waiters.delete(waiter);
        // Stored before the event of the answer counts as handled: a kill must not lose it.
        if (record && waiter.question) await this.#note(record, waiter.question, text);
        resolve(text);
      },
    };
    const end = (): void => {
      this.#waiters.delete(waiter);
      this.#release(waiter);
      resolve(null);
    };
    this.#waiters.add(waiter);
    return {
      cancel: end,
      answer: async (question, signal) => {
        if (parked?.question.ordinal === question.ordinal && parked.answer !== undefined) {
          end();
          return parked.answer;
        }
        waiter.question = question;
        this.#release(waiter);
        if (signal.aborted) end();
        else signal.addEventListener("abort", end, { once: true });
        const text = await answered;
        signal.removeEventListener("abort", end);
        return text;
      },
    };
  }

  /**
   * Gives a message to the question that it may answer. Resolves to whether it does, when that is stored; undefined if
   * there is no such question.
   */
  take(reply: Reply): Promise<boolean> | undefined {
    return this.#answerKnown(reply) ?? this.#keepForUnknown(reply);
  }

  /** Gives a message to a question that it answers. */
  #answerKnown(reply: Reply): Promise<boolean> | undefined {
    const text = reply.text.trim();
    for (const { room, question, accept } of this.#waiters) {
      if (room === reply.room && question && answers(question, reply)) return accept(text).then(() => true);
    }
    for (const parked of this.#parkedIn(reply.room)) {
      const { record, question } = parked;
      if (parked.answer !== undefined || question.until <= this.#clock.now() || !answers(question, reply)) continue;
      parked.answer = text;
      return this.#note(record, question, text).then(() => true);
    }
    return undefined;
  }

  /** Keeps a message for a question that may be known to people, and whose id is not known yet. */
  #keepForUnknown(reply: Reply): Promise<boolean> | undefined {
    if (!mayAnswer(reply)) return undefined;
    const isAsked = (from: number | null): boolean => from === null || from === reply.userId;
    const unknown =
      [...this.#waiters].find(({ room, question, from }) => room === reply.room && !question && isAsked(from)) ??
      this.#parkedIn(reply.room).find(
        ({ answer, question }) => answer === undefined && question.ids.length === 0 && isAsked(question.from),
      );
    return unknown && new Promise((settle) => unknown.early.push({ reply, settle }));
  }

  #parkedIn(room: Room): Parked[] {
    return [...this.#parked.values()].filter(
      ({ record, run }) => record.run === run && record.roomId === room.id && record.host === room.site.host,
    );
  }

  /** Decides about the messages that arrived early. */
  #release({ early, question, accept }: Waiter): void {
    let isAnswered = false;
    for (const message of early.splice(0)) {
      const { reply, settle } = message;
      const isTaken = !isAnswered && question !== null && answers(question, reply);
      if (isTaken) isAnswered = true;
      if (isTaken) settle(accept(reply.text.trim()).then(() => true));
      else this.#offer(message);
    }
  }

  #note(record: CommandRecord, question: OpenQuestion, text: string): Promise<void> {
    record.asked[question.ordinal] = text;
    return this.#save(record);
  }
}

/** Whether a message may answer a question whose id is not known. A command does so only as a reply to it. */
function mayAnswer({ isCommand, parentId }: Reply): boolean {
  return !isCommand || parentId !== null;
}

function answers(question: OpenQuestion, { userId, messageId, parentId, text, isCommand }: Reply): boolean {
  const { from, ids, choices } = question;
  if ((from !== null && from !== userId) || messageId < Math.max(...ids)) return false;
  const isReply = parentId !== null && ids.includes(parentId);
  if (!isReply && (isCommand || parentId !== null)) return false;
  return choices === null || choices.includes(text.trim().toLowerCase());
}
