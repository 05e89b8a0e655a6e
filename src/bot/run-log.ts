/**
 * The records of commands: which messages answer which command, and what is still open. In memory for as long as
 * messages can be edited, and in the store, so that a restarted bot edits the answers of the one before it.
 */
import type { Clock } from "../index.js";
import type { Json, Store } from "./store/index.js";

/** One answer of a command; a long one has several messages. */
export interface AnswerRecord {
  /** A hash of its text. */
  readonly hash: string;
  /** The ids of its messages; empty while it is being sent. */
  readonly ids: readonly number[];
  /** When its oldest message was sent, in milliseconds since the epoch. */
  readonly at: number;
}

/** How an action is done: by sending, or by editing earlier messages. */
export type Way = "send" | "edit";

/** One action of a run, noted before it is done. */
export interface Step {
  readonly way: Way;
  /** How many invisible characters make the text differ from equal ones before it. @default 0 */
  readonly joiners?: number;
  /** A hash of the text, to notice when a repeated run says something else. */
  readonly hash: string;
}

/** A question that waits for an answer. */
export interface OpenQuestion {
  /** Which question of its run it is. */
  readonly ordinal: number;
  readonly from: number | null;
  readonly ids: readonly number[];
  readonly choices: readonly string[] | null;
  /** When it gives up, in milliseconds since the epoch. */
  readonly until: number;
}

/** The record of a command, by the message that gave it. */
export interface CommandRecord {
  readonly host: string;
  readonly roomId: number;
  readonly messageId: number;
  readonly userId: number | null;
  /** The key of the run: of the post or edit that it handles. */
  run: string;
  /** The id of that event; 0 if it has none. */
  event: number;
  /** A hash of the command's text. */
  source: string;
  /** When the run began, in milliseconds since the epoch. */
  at: number;
  /** Whether the run has not finished. */
  isOpen: boolean;
  hasFailed: boolean;
  /** The handlers whose cooldown this message has used: its edits do not use it again. */
  used: string[];
  answers: AnswerRecord[];
  /** The answers of the run before an edit, which this run replaces. */
  previous: AnswerRecord[];
  /** The actions of the run. One that edits does so after a kill too, although it may be too late for a new edit. */
  steps: Record<string, Step>;
  /** The answers to the questions of this run, by ordinal; null after a timeout. */
  asked: Record<string, string | null>;
  question: OpenQuestion | null;
}

/** The most records in memory. */
const MAX_RECORDS = 5_000;
/** How long a record is kept after its window has closed, in milliseconds. */
const EXTRA_MS = 480_000;
/** How long a record is kept whose run has not finished, in milliseconds: its event may never come again. */
const MAX_OPEN_MS = 86_400_000;
const FOLDER = "command/";

/** The parts of a {@link RunLog}. */
export interface RunLogParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly windowMs: number;
  /** Hears of a store that fails. */
  readonly report: (error: unknown) => void;
}

export class RunLog {
  readonly #parts: RunLogParts;
  readonly #records = new Map<string, CommandRecord>();
  /** The greatest message id among them: nearly all messages are newer, so none of them is looked up. */
  #newestId = 0;

  constructor(parts: RunLogParts) {
    this.#parts = parts;
  }

  /** Reads the records of the last process, and removes those that are too old. */
  async load(): Promise<void> {
    const old: string[] = [];
    for await (const [key, value] of this.#parts.store.list(FOLDER)) {
      const record = recordOf(value);
      if (record && !this.#isOld(record)) this.#add(key, record);
      else old.push(key);
    }
    for (const key of old) await this.#parts.store.delete(key);
  }

  /** The records whose run has not finished. */
  get open(): readonly CommandRecord[] {
    return [...this.#records.values()].filter(({ isOpen }) => isOpen);
  }

  find(host: string, messageId: number): CommandRecord | undefined {
    return messageId > this.#newestId ? undefined : this.#records.get(keyOf(host, messageId));
  }

  /** Keeps the record of a run that says nothing in memory only: only an edit needs it. */
  keep(record: CommandRecord): Promise<void> | undefined {
    const key = keyOf(record.host, record.messageId);
    if (this.#records.has(key)) return undefined;
    this.#add(key, record);
    return this.#prune();
  }

  /** Keeps a record in memory and stores it. Never rejects: a store that fails is reported, and the bot goes on. */
  async save(record: CommandRecord): Promise<void> {
    const key = keyOf(record.host, record.messageId);
    await this.keep(record);
    await this.#store(() => this.#parts.store.set(key, { ...record, v: 1 } as unknown as Json));
  }

  async remove(record: CommandRecord): Promise<void> {
    const key = keyOf(record.host, record.messageId);
    this.#records.delete(key);
    await this.#store(() => this.#parts.store.delete(key));
  }

  #add(key: string, record: CommandRecord): void {
    this.#records.set(key, record);
    this.#newestId = Math.max(this.#newestId, record.messageId);
  }

  /** Removes records that are too old, oldest first. */
  async #prune(): Promise<void> {
    for (const [key, record] of this.#records) {
      const isOld = this.#isOld(record);
      // A command that waits for people holds back no others.
      if (!isOld && record.isOpen) continue;
      if (!isOld && this.#records.size <= MAX_RECORDS) break;
      this.#records.delete(key);
      await this.#store(() => this.#parts.store.delete(key));
    }
  }

  #isOld({ at, isOpen }: CommandRecord): boolean {
    const keptMs = isOpen ? MAX_OPEN_MS : this.#parts.windowMs + EXTRA_MS;
    return at + keptMs < this.#parts.clock.now();
  }

  async #store(change: () => Promise<unknown>): Promise<void> {
    try {
      await change();
    } catch (error) {
      this.#parts.report(error);
    }
  }
}

function keyOf(host: string, messageId: number): string {
  return `${FOLDER}${host}/${messageId}`;
}

/** A stored record, if it is one of this version. */
function recordOf(value: Json): CommandRecord | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  if (Reflect.get(value, "v") !== 1) return undefined;
  // Records come back frozen, and runs change them.
  const { v: _, ...record } = structuredClone(value) as { readonly v: 1 } & Record<string, Json>;
  return { steps: {}, ...record } as unknown as CommandRecord;
}
