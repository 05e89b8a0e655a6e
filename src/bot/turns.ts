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
  /** The greatest id of a message that was ever handled: nearly all messages are newer, so none of them is looked up. */
  #newestId = 0;

  /** The handling of a message that has not ended. */
  current(host: string, messageId: number): Turn | undefined {
    return messageId > this.#newestId ? undefined : this.#current.get(keyOf(host, messageId))?.turn;
  }

  /** Supersedes the handling of a message. Resolves when it has ended. */
  supersede(host: string, messageId: number): Promise<void> {
    const current = this.#current.get(keyOf(host, messageId));
    current?.turn.supersede();
    return current?.ended ?? NOTHING;
  }

  /** Handles a message after what it supersedes has ended. */
  async take<T>(
    { host, messageId }: { readonly host: string; readonly messageId: number },
    said: Pick<Turn, "event" | "source">,
    act: (turn: Turn) => Promise<T>,
  ): Promise<T> {
    const turn = new Turn(said.event, said.source, this.supersede(host, messageId));
    const result = act(turn);
    const ended = result.then(
      () => {},
      () => {},
    );
    this.#current.set(keyOf(host, messageId), { turn, ended });
    this.#newestId = Math.max(this.#newestId, messageId);
    try {
      return await result;
    } finally {
      if (this.current(host, messageId) === turn) this.#current.delete(keyOf(host, messageId));
    }
  }
}

function keyOf(host: string, messageId: number): string {
  return `${host}/${messageId}`;
}
