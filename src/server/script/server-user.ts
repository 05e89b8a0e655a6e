/** A user of the local server in the script API. */
import { UsageError } from "../../errors/index.js";
import type { SiteState } from "../site-state.js";
import { roomsOf } from "../world/attendance.js";
import { renameUser, suspend } from "../world/people.js";
import type { UserRecord } from "../world/records.js";
import { findRoom, type RoomName, UserInRoom } from "./user-in-room.js";

/** A user of the local server, to script and to inspect: `site.user("Alice").in(1).says("hello")`. */
export class ServerUser {
  readonly #state: SiteState;
  readonly #record: UserRecord;

  /** @internal */
  constructor(state: SiteState, record: UserRecord) {
    this.#state = state;
    this.#record = record;
  }

  /**
   * Returns the record of this user, who must belong to the given site.
   * @internal
   */
  recordOn(state: SiteState): UserRecord {
    if (state !== this.#state) throw new UsageError(`user ${this.id} belongs to another site`);
    return this.#record;
  }

  /** The chat user id. */
  get id(): number {
    return this.#record.id;
  }

  /** The current display name. */
  get name(): string {
    return this.#record.name;
  }

  /** The email to log in with; empty for system users. */
  get email(): string {
    return this.#record.email ?? "";
  }

  /** The password to log in with; empty for system users. */
  get password(): string {
    return this.#state.network.account(this.email)?.password ?? "";
  }

  /** The reputation, which some rules depend on. */
  get reputation(): number {
    return this.#record.reputation;
  }

  /** Whether this user is a moderator of the site. */
  get isModerator(): boolean {
    return this.#record.isModerator;
  }

  /** The ids of the rooms this user is present in. */
  get rooms(): readonly number[] {
    return roomsOf(this.#state.world, this.id).map(({ id }) => id);
  }

  /** The ids of messages that pinged this user and are not acknowledged; the last 200. */
  get pings(): readonly number[] {
    return [...this.#record.pings.keys()];
  }

  /** Returns this user in a room, to act there. @throws {BAD_ARGUMENT} if there is no such room */
  in(room: RoomName): UserInRoom {
    return new UserInRoom(this.#state, this.#record, findRoom(this.#state, room));
  }

  /** Suspends this user from chat for some seconds; 0 ends the suspension. */
  suspend(seconds: number): void {
    suspend(this.#state.world, this.#record, seconds);
  }

  /** Renames this user, and emits an event in the rooms they are in. */
  rename(name: string): void {
    renameUser(this.#state.world, this.#record, name);
  }
}
