/** Handles failures of handlers: reports them, answers in the room, and tells the owners. */
import { isChatError } from "../index.js";
import { callSafely } from "../util/call-safely.js";
import type { BotContext } from "./context.js";
import type { RunSubject } from "./run.js";

/** The parts of {@link Failures}. */
export interface FailureParts {
  /** The function of `bot.catch`, if there is one. */
  readonly onError: () => ((error: unknown, c: BotContext | null) => unknown) | undefined;
  /** The answer in the room; null for none. */
  readonly apology: string | null;
  /** Prints a line and an error. */
  readonly print: (line: string, error?: unknown) => void;
  /** Tells the owners. */
  readonly tellOwners: (text: string) => void;
}

/** Failures after which an answer in the room makes no sense. */
const SILENT = ["ABORTED", "CLOSED", "ROOM_FROZEN", "ROOM_TIMEOUT", "SUSPENDED", "FORBIDDEN", "NOT_LOGGED_IN"] as const;

export class Failures {
  readonly #parts: FailureParts;

  constructor(parts: FailureParts) {
    this.#parts = parts;
  }

  /** A handler has failed. Returns the answer for the room, or null. */
  handler(error: unknown, name: string, c: BotContext | null, subject: RunSubject): string | null {
    const { onError, apology } = this.#parts;
    const own = onError();
    if (own) {
      callSafely(own, (second) => this.report(second, "bot.catch itself failed"), error, c);
      return null;
    }
    const where = `${name} in room ${subject.room.id}`;
    this.report(error, where);
    this.#parts.tellOwners(`${where}: ${error instanceof Error ? error.message : String(error)}`);
    // Nobody asked an observer of events, so nobody is told in the room.
    return subject.record && !isChatError(error, ...SILENT) ? apology : null;
  }

  /** Something failed that no handler waits for. */
  report(error: unknown, where: string): void {
    this.#parts.print(`bot: ${where}`, error);
  }

  /** Something that people should know, but that is no failure. */
  note(text: string): void {
    this.#parts.print(`bot: ${text}`);
  }
}
