/** A room of the local server as a script sees it, and what happens to it without anybody's doing. */
import { UsageError } from "../../errors/index.js";
import { EventType } from "../../protocol/raw.js";
import type { ParentSite } from "../parent-sites.js";
import type { SiteState } from "../site-state.js";
import { noticeEvent } from "../world/events.js";
import { setDeleted, setFrozen, setTimeoutOf } from "../world/membership.js";
import { feedsUserId, type RoomAccess, type RoomRecord } from "../world/records.js";
import { type ServerMessage, serverMessage } from "./server-message.js";

/** A room of the local server as a script sees it. What people do to it is said of them: `site.user("Alice").in(room).updates({ … })`. */
export class ServerRoom {
  readonly #state: SiteState;
  readonly #record: RoomRecord;

  /** @internal */
  constructor(state: SiteState, record: RoomRecord) {
    this.#state = state;
    this.#record = record;
  }

  /**
   * The record of this room on a site: ids mean nothing on another one.
   * @internal
   */
  recordOn(state: SiteState): RoomRecord {
    if (state !== this.#state) throw new UsageError(`room ${this.id} is of another site`);
    return this.#record;
  }

  /** Its id, as in its address. */
  get id(): number {
    return this.#record.id;
  }

  /** Its name now. */
  get name(): string {
    return this.#record.name;
  }

  /** What it is about, as its owners wrote it. */
  get description(): string {
    return this.#record.description;
  }

  /** Its tags. */
  get tags(): readonly string[] {
    return this.#record.tags;
  }

  /** Who may read and talk: everybody; everybody reads and some talk; only some do either. */
  get access(): RoomAccess {
    return this.#record.access;
  }

  /** The Q&A site it is about; null for that of the whole chat. */
  get parentSite(): ParentSite | null {
    return this.#record.parentSite;
  }

  /** The ids of its owners. */
  get owners(): readonly number[] {
    return [...this.#record.owners];
  }

  /** The ids of those who are in the room now. */
  get present(): readonly number[] {
    return [...this.#record.present];
  }

  /** All messages that memory still holds, oldest first, deleted ones too. */
  get messages(): readonly ServerMessage[] {
    return this.#record.messages.map(serverMessage);
  }

  /** Freezes the room: nobody can post. */
  freeze(): void {
    setFrozen(this.#state.world, this.#record, true);
  }

  /** Ends the freeze. */
  thaw(): void {
    setFrozen(this.#state.world, this.#record, false);
  }

  /** Deletes the room, which puts everybody out but moderators. */
  delete(): void {
    setDeleted(this.#state.world, this.#record, true);
  }

  /** Takes the deletion back. */
  restore(): void {
    setDeleted(this.#state.world, this.#record, false);
  }

  /** Lets nobody but owners and moderators post for a while; 0 ends it. */
  timeout(seconds: number): void {
    setTimeoutOf(this.#state.world, this.#record, seconds);
  }

  /** An item of a feed shows in the ticker of everybody in the room (type 22). What a feed posts is said by `site.feeds`. */
  tick(html: string): void {
    const { world } = this.#state;
    const feeds = world.users.get(feedsUserId);
    if (!feeds) return;
    const context = { now: world.now(), room: this.#record, user: feeds, content: html };
    world.log.append(this.id, null, (id) => noticeEvent(EventType.FeedTicker, { id, ...context }));
  }
}
