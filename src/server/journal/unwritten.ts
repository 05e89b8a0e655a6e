/** Tracks changes that could not be written yet, to report them if the server closes before they are. */
import { StorageError } from "../../errors/index.js";
import { fileReason } from "../../storage/failures.js";
import type { Clock } from "../../util/clock.js";

/** Rooms named in the message; further ones are only counted. */
const MAX_NAMED_ROOMS = 10;

export class Unwritten {
  readonly #clock: Clock;
  readonly #rooms = new Set<number>();
  #changes = 0;
  /** The time of the first unwritten change, in milliseconds since the epoch. */
  #since = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Records a change that is not written yet. */
  note(rooms: Iterable<number>): void {
    if (this.#changes === 0) this.#since = this.#clock.now();
    this.#changes += 1;
    for (const id of rooms) this.#rooms.add(id);
  }

  /** Resets the counts after everything was written. */
  forget(): void {
    this.#changes = 0;
    this.#rooms.clear();
  }

  /** Builds the error that names the lost changes. */
  lossError(path: string, failure: StorageError): StorageError {
    const changes = this.#changes === 1 ? "change, made" : `${this.#changes} changes, made since`;
    const reason = fileReason(failure.cause) ?? failure.message;
    return new StorageError(
      path,
      `${path} lacks the last ${changes} ${new Date(this.#since).toISOString()}${this.#places()}: ` +
        `they could not be written until the server was closed (${reason}), and are lost`,
      { cause: failure },
    );
  }

  #places(): string {
    const ids = [...this.#rooms].sort((a, b) => a - b);
    if (ids.length === 0) return "";
    const [first, ...others] = ids.slice(0, MAX_NAMED_ROOMS);
    if (others.length === 0) return ` in room ${first}`;
    const more = ids.length - MAX_NAMED_ROOMS;
    return ` in rooms ${[first, ...others].join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  }
}
