/**
 * Which run of a message is the current one. A message that is edited or deleted while its handler runs, or waits for its
 * turn, supersedes that run: two runs of one message never overlap, and only the newest one has the last word.
 */
import type { Run } from "./run.js";

/** One handling of a message, from its arrival to its end. */
export class Turn {
  /** The id of its event; null if it has none. */
  readonly event: number | null;
  /** A hash of what the message says. */
  readonly source: string;
  readonly #before: Promise<void>;
  #run: Run | undefined;
  #isSuperseded = false;

  constructor(event: number | null, source: string, before: Promise<void>) {
    this.event = event;
    this.source = source;
    this.#before = before;
  }

  /** Whether a later edit or the deletion of the message has taken its place. */
  get isSuperseded(): boolean {
    return this.#isSuperseded;
  }

  /** Resolves when the run before it has ended. */
  get isFree(): Promise<void> {
    return this.#before;
  }

  /** Notes the run, so that it can be superseded. */
  begin(run: Run): void {
    this.#run = run;
  }

  supersede(): void {
    this.#isSuperseded = true;
    this.#run?.supersede();
  }
}

const NOTHING = Promise.resolve();

export class Turns {
  readonly #current = new Map<string, { readonly turn: Turn; readonly ended: Promise<void> }>();

  /** Whether no message is being handled. */
  get isEmpty(): boolean {
    return this.#current.size === 0;
  }

  /** The handling of a message that has not ended. */
  current(message: string): Turn | undefined {
    return this.#current.get(message)?.turn;
  }

  /** Supersedes the handling of a message. Resolves when it has ended. */
  supersede(message: string): Promise<void> {
    const current = this.#current.get(message);
    current?.turn.supersede();
    return current?.ended ?? NOTHING;
  }

  /** Handles a message after what it supersedes has ended. */
  async take<T>(message: string, said: Pick<Turn, "event" | "source">, act: (turn: Turn) => Promise<T>): Promise<T> {
    const turn = new Turn(said.event, said.source, this.supersede(message));
    const result = act(turn);
    const ended = result.then(
      () => {},
      () => {},
    );
    this.#current.set(message, { turn, ended });
    try {
      return await result;
    } finally {
      if (this.current(message) === turn) this.#current.delete(message);
    }
  }
}
