/** A person of the local server whom a script can act as. */
import { UsageError } from "../../errors/index.js";
import type { SiteState } from "../site-state.js";
import { roomsOf } from "../world/attendance.js";
import { renameUser, suspend } from "../world/people.js";
import type { UserRecord } from "../world/records.js";
import { findRoom, type RoomName, UserInRoom } from "./user-in-room.js";

/** A person of the local server whom a script can act as. */
export class ServerUser {
  readonly #state: SiteState;
  readonly #record: UserRecord;

  /** @internal */
  constructor(state: SiteState, record: UserRecord) {
    this.#state = state;
    this.#record = record;
  }

  /**
   * The record of this person on a site: ids mean nothing on another one.
   * @internal
   */
  recordOn(state: SiteState): UserRecord {
    if (state !== this.#state) throw new UsageError(`user ${this.id} is of another site`);
    return this.#record;
  }

  /** The chat user id. */
  get id(): number {
    return this.#record.id;
  }

  /** The display name now. */
  get name(): string {
    return this.#record.name;
  }

  /** What to log in with; both are empty for system users. */
  get email(): string {
    return this.#record.email ?? "";
  }

  /** The password to log in with; empty for system users. */
  get password(): string {
    return this.#state.network.account(this.email)?.password ?? "";
  }

  /** The reputation that rules and pages go by. */
  get reputation(): number {
    return this.#record.reputation;
  }

  /** Whether this person is a moderator of the site. */
  get isModerator(): boolean {
    return this.#record.isModerator;
  }

  /** The ids of the rooms this person is in now. */
  get rooms(): readonly number[] {
    return roomsOf(this.#state.world, this.id).map(({ id }) => id);
  }

  /** The ids of messages that pinged this person and were not acknowledged; the last 200. */
  get pings(): readonly number[] {
    return [...this.#record.pings.keys()];
  }

  /** This person in a room. @throws {BAD_ARGUMENT} when there is no such room. */
  in(room: RoomName): UserInRoom {
    return new UserInRoom(this.#state, this.#record, findRoom(this.#state, room));
  }

  /** Suspends this person from chat for a while; 0 ends a suspension. */
  suspend(seconds: number): void {
    suspend(this.#state.world, this.#record, seconds);
  }

  /** Gives this person another name and tells the rooms they are in. */
  rename(name: string): void {
    renameUser(this.#state.world, this.#record, name);
  }
}
