// What happened, as the server knows it, beside what the client told: one of these for each room.

export class RoomRecord {
  roomId;
  /** Every event of the room that the bot may see, by id: type, message, its place, and the last fault before it. */
  happened = new Map();
  /** What listeners got, in order: `{ id, type, messageId, gap, fault }`. */
  told = [];

  #restarted = null;

  constructor(roomId) {
    this.roomId = roomId;
  }

  /** What was before, such as the bot's own arrival, may be told or not: listening begins somewhere. */
  begins() {
    this.happened.clear();
    this.told.length = 0;
  }

  /** An event of the server's log. */
  happens(event, fault) {
    this.happened.set(event.id, { ...event, fault });
  }

  /** What `room.watch` called back with; `oldestCursor` is what the server could still answer at that moment. */
  hears(event, fault, oldestCursor) {
    const isGap = event.constructor.name === "StreamGap";
    const isFresh = this.#restarted !== null && !this.told.slice(this.#restarted).some(({ type }) => type === 1);
    const gap = isGap ? { from: event.from, to: event.to, oldestCursor, isFresh } : null;
    this.told.push({ id: event.id, type: event.type, messageId: event.data.message_id ?? null, gap, fault });
  }

  /** The bot ends and starts again with its cursors: what it remembers of messages begins anew. */
  restarts() {
    this.#restarted = this.told.length;
  }

  /** The newest id told with its event, or as the end of a gap. */
  get reached() {
    let newest = 0;
    for (const { id, gap } of this.told) newest = Math.max(newest, id ?? gap?.to ?? 0);
    return newest;
  }
}
