/** Collects the writes of a turn of the event loop, and commits them together: a commit takes longer than many writes. */
import { setImmediate } from "node:timers";
import type { SqliteDatabase } from "../../engines/sqlite.js";

/** A change that waits for its commit. */
interface Write {
  /** Makes the change and notes its outcome. */
  run(): void;
  /** Tells the caller the outcome, or why the commit failed. */
  settle(failure?: { readonly error: unknown }): void;
}

export class WriteQueue {
  readonly #database: SqliteDatabase;
  #waiting: Write[] = [];

  constructor(database: SqliteDatabase) {
    this.#database = database;
  }

  /**
   * Makes a change in the next transaction. Resolves to the result of the work once it is committed. An error of the work
   * rejects this call alone, so the work must not change anything before it throws.
   */
  write<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      let tell = (): void => reject(new Error("the change was not made"));
      this.#waiting.push({
        run: () => {
          try {
            const result = work();
            tell = () => resolve(result);
          } catch (error) {
            tell = () => reject(error);
          }
        },
        settle: (failure) => (failure ? reject(failure.error) : tell()),
      });
      if (this.#waiting.length === 1) setImmediate(() => this.flush());
    });
  }

  /** Reads after the changes that were asked for earlier. */
  async read<T>(work: () => T): Promise<T> {
    return this.#waiting.length === 0 ? work() : this.write(work);
  }

  /** Commits what is waiting. Never throws: failures go to the callers. */
  flush(): void {
    const writes = this.#waiting;
    this.#waiting = [];
    if (writes.length === 0) return;
    try {
      this.#database.transaction(() => {
        for (const write of writes) write.run();
      });
    } catch (error) {
      for (const write of writes) write.settle({ error });
      return;
    }
    for (const write of writes) write.settle();
  }
}
