/** The parts of a bot that its runs use: an interface, so that imports form no cycle. */
import type { Room } from "../index.js";
import type { Answer } from "./answer.js";
import type { Run } from "./run.js";
import type { AnswerRecord, CommandRecord } from "./run-log.js";

export interface RunParts {
  now(): number;
  /** Stores a record. Never rejects. */
  save(record: CommandRecord): Promise<void>;
  /** Keeps a record in memory only, for edits. */
  keep(record: CommandRecord): Promise<void> | undefined;
  /** Whether a restart continues what this room's client does. */
  isDurable(room: Room): boolean;
  /** Whether the messages of an answer can still be edited. */
  isEditable(answer: AnswerRecord): boolean;
  /** Deletes messages of the bot as far as the window allows. Never rejects. */
  removeMessages(room: Room, ids: readonly number[]): Promise<void>;
  /** Notes an answer as the latest one in its room. */
  answered(room: Room, answer: Answer): void;
  /** Hears of an action that failed; the handler may not be waiting for it. */
  noteLost(run: Run, error: unknown): void;
  /** Hears that a repeated run says something else than before the kill. */
  noteOtherBranch(run: Run, step: string): void;
}
