/** How much a full disk has not taken, for the one who ends a server before it does. */
import { StorageError } from "../../errors/index.js";
import { fileReason } from "../../storage/failures.js";
import type { Clock } from "../../util/clock.js";

/** Rooms that are named; more are counted. */
const namedRooms = 10;

export class Unwritten {
  readonly #clock: Clock;
  readonly #rooms = new Set<number>();
  #changes = 0;
  /** When the first of them was made, in milliseconds since the epoch. */
  #since = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A change waits for the disk. */
  note(rooms: Iterable<number>): void {
    if (this.#changes === 0) this.#since = this.#clock.now();
    this.#changes += 1;
    for (const id of rooms) this.#rooms.add(id);
  }

  /** The disk has taken everything. */
  forget(): void {
    this.#changes = 0;
    this.#rooms.clear();
  }

  /** The failure that says what is lost. */
  lossOf(path: string, failure: StorageError): StorageError {
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
    const [first, ...others] = ids.slice(0, namedRooms);
    if (others.length === 0) return ` in room ${first}`;
    const more = ids.length - namedRooms;
    return ` in rooms ${[first, ...others].join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
  }
}
