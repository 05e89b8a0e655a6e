/** Batches the user lookups of one tick into one `POST /user/info`. */
import { userInfo } from "../protocol/actions/people.js";
import type { RawUser } from "../protocol/raw.js";
import type { Session } from "../transport/session.js";

/** The most users per request. */
const BATCH_SIZE = 100;

export class UserBatch {
  readonly #session: Session;
  readonly #roomId: () => number | undefined;
  #asked = new Map<number, Promise<RawUser | undefined>>();
  #next: Promise<ReadonlyMap<number, RawUser>> | undefined;

  /** @param roomId - a room the account is in: the answer says which users own it. */
  constructor(session: Session, roomId: () => number | undefined) {
    this.#session = session;
    this.#roomId = roomId;
  }

  /** The server's record of a user; undefined when there is none. */
  get(id: number): Promise<RawUser | undefined> {
    const known = this.#asked.get(id);
    if (known) return known;
    this.#next ??= this.#soon();
    const answer = this.#next.then((users) => users.get(id));
    this.#asked.set(id, answer);
    return answer;
  }

  async #soon(): Promise<ReadonlyMap<number, RawUser>> {
    await new Promise((resolve) => setImmediate(resolve));
    const ids = [...this.#asked.keys()];
    this.#asked = new Map();
    this.#next = undefined;
    const users = new Map<number, RawUser>();
    for (let start = 0; start < ids.length; start += BATCH_SIZE) {
      // Room 1 exists on every site; the room only affects the ownership flags.
      const call = userInfo(ids.slice(start, start + BATCH_SIZE), this.#roomId() ?? 1);
      for (const user of await this.#session.call(call)) users.set(user.id, user);
    }
    return users;
  }
}
