/** A room of the local server as a script sees and changes it. */
import { UsageError } from "../errors/index.js";
import { type ServerMessage, type ServerUser, serverMessage } from "./server-user.js";
import type { SiteState } from "./site-state.js";
import {
  invite,
  kick,
  type RoomChange,
  setAccess,
  setDeleted,
  setFrozen,
  setTimeoutOf,
  updateRoom,
} from "./world/membership.js";
import { moveMessages } from "./world/moving.js";
import type { AccessLevel, MessageRecord, RoomRecord } from "./world/records.js";

/** A room of the local server as a script sees and changes it. */
export class ServerRoom {
  readonly #state: SiteState;
  readonly #record: RoomRecord;

  /** @internal */
  constructor(state: SiteState, record: RoomRecord) {
    this.#state = state;
    this.#record = record;
  }

  /** Its id, as in its address. */
  get id(): number {
    return this.#record.id;
  }

  /** Its name now. */
  get name(): string {
    return this.#record.name;
  }

  /** All messages that memory still holds, oldest first, deleted ones too. */
  get messages(): readonly ServerMessage[] {
    return this.#record.messages.map(serverMessage);
  }

  /** The ids of those who are in the room now. */
  get present(): readonly number[] {
    return [...this.#record.present];
  }

  /** Freezes or thaws the room. */
  freeze(on = true): void {
    setFrozen(this.#state.world, this.#record, on);
  }

  /** Deletes or restores the room; a deletion puts everybody out but moderators. */
  delete(on = true): void {
    setDeleted(this.#state.world, this.#record, on);
  }

  /** Lets nobody but owners post for a while; 0 ends it. */
  timeout(seconds: number): void {
    setTimeoutOf(this.#state.world, this.#record, seconds);
  }

  /** Changes name, description, tags or access, and tells everybody. */
  update(by: ServerUser, change: RoomChange): void {
    updateRoom(this.#state.world, this.#record, by.recordOn(this.#state), change);
  }

  /** Gives somebody a level here; null takes it back. */
  setAccess(by: ServerUser, target: ServerUser, level: AccessLevel | null): void {
    setAccess(this.#state.world, this.#record, by.recordOn(this.#state), target.recordOn(this.#state), level);
  }

  /** Asks somebody in, who gets an invitation. */
  invite(by: ServerUser, target: ServerUser): void {
    invite(this.#state.world, this.#record, by.recordOn(this.#state), target.recordOn(this.#state));
  }

  /** Puts somebody out; answers for how many minutes. */
  kick(by: ServerUser, target: ServerUser): number {
    return kick(this.#state.world, this.#record, by.recordOn(this.#state), target.recordOn(this.#state));
  }

  /** Moves messages to another room, as an owner of this one; answers how many. */
  moveMessages(by: ServerUser, ids: readonly number[], to: ServerRoom): number {
    const { world } = this.#state;
    if (to.#state !== this.#state) throw new UsageError(`room ${to.id} is of another site`);
    const messages = ids.map((id) => world.messages.get(id)).filter((found): found is MessageRecord => !!found);
    return moveMessages(world, this.#record, to.#record, by.recordOn(this.#state), messages);
  }
}
