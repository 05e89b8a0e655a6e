/** A room of the local server in the script API, with the actions that no user performs. */
import { UsageError } from "../../errors/index.js";
import { EventType } from "../../protocol/raw.js";
import type { ParentSite } from "../parent-sites.js";
import type { SiteState } from "../site-state.js";
import { noticeEvent } from "../world/events.js";
import { setDeleted, setFrozen, setRoomTimeout } from "../world/membership.js";
import { FEEDS_USER_ID, type RoomAccess, type RoomRecord } from "../world/records.js";
import { type ServerMessage, serverMessage } from "./server-message.js";

/** A room of the local server, to script and to inspect. Actions of users start from the user: `site.user("Alice").in(room).updates({ … })`. */
export class ServerRoom {
  readonly #state: SiteState;
  readonly #record: RoomRecord;

  /** @internal */
  constructor(state: SiteState, record: RoomRecord) {
    this.#state = state;
    this.#record = record;
  }

  /**
   * Returns the record of this room, which must belong to the given site.
   * @internal
   */
  recordOn(state: SiteState): RoomRecord {
    if (state !== this.#state) throw new UsageError(`room ${this.id} belongs to another site`);
    return this.#record;
  }

  /** The room id, as in its URL. */
  get id(): number {
    return this.#record.id;
  }

  /** The current name. */
  get name(): string {
    return this.#record.name;
  }

  /** The current description, as typed by its owners. */
  get description(): string {
    return this.#record.description;
  }

  /** The current tags. */
  get tags(): readonly string[] {
    return this.#record.tags;
  }

  /** `public`: everyone may read and post. `gallery`: everyone may read. `private`: only approved users may do either. */
  get access(): RoomAccess {
    return this.#record.access;
  }

  /** The Q&A site it belongs to; null for the site of the whole chat host. */
  get parentSite(): ParentSite | null {
    return this.#record.parentSite;
  }

  /** The ids of its owners. */
  get owners(): readonly number[] {
    return [...this.#record.owners];
  }

  /** The ids of the users present now. */
  get present(): readonly number[] {
    return [...this.#record.present];
  }

  /** All messages in memory, oldest first, including deleted ones. */
  get messages(): readonly ServerMessage[] {
    return this.#record.messages.map(serverMessage);
  }

  /** Freezes the room, so that nobody can post. */
  freeze(): void {
    setFrozen(this.#state.world, this.#record, true);
  }

  /** Unfreezes the room. */
  thaw(): void {
    setFrozen(this.#state.world, this.#record, false);
  }

  /** Deletes the room and evicts everyone except moderators. */
  delete(): void {
    setDeleted(this.#state.world, this.#record, true);
  }

  /** Restores the deleted room. */
  restore(): void {
    setDeleted(this.#state.world, this.#record, false);
  }

  /** Lets only owners and moderators post for some seconds; 0 ends the timeout. */
  timeout(seconds: number): void {
    setRoomTimeout(this.#state.world, this.#record, seconds);
  }

  /** Emits a feed item to the ticker of everyone in the room (type 22). `site.feeds` posts feed items as messages instead. */
  tick(html: string): void {
    const { world } = this.#state;
    const feeds = world.users.get(FEEDS_USER_ID);
    if (!feeds) return;
    const context = { now: world.now(), room: this.#record, user: feeds, content: html };
    world.log.append(this.id, null, (id) => noticeEvent(EventType.FeedTicker, { id, ...context }));
  }
}
