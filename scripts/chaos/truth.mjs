// The events of one room: those that happened on the server, and those that the client delivered.

export class RoomRecord {
  roomId;
  /** All events of the room that the bot may see, by id, with the last fault before each. */
  happened = new Map();
  /** The delivered events in order: `{ id, type, messageId, gap, fault }`. */
  delivered = [];

  #restarted = null;

  constructor(roomId) {
    this.roomId = roomId;
  }

  /** Clears the record, because events before the start, such as the bot's own arrival, may be delivered or not. */
  reset() {
    this.happened.clear();
    this.delivered.length = 0;
  }

  /** Records an event of the server's log. */
  recordHappened(event, fault) {
    this.happened.set(event.id, { ...event, fault });
  }

  /** Records an event from `room.watch`; `oldestCursor` is that of the server at this moment. */
  recordDelivered(event, fault, oldestCursor) {
    const isGap = event.constructor.name === "StreamGap";
    const isFresh = this.#restarted !== null && !this.delivered.slice(this.#restarted).some(({ type }) => type === 1);
    const gap = isGap ? { from: event.from, to: event.to, oldestCursor, isFresh } : null;
    this.delivered.push({ id: event.id, type: event.type, messageId: event.data.message_id ?? null, gap, fault });
  }

  /** Records a restart of the bot with its cursors, which forgets its messages. */
  recordRestart() {
    this.#restarted = this.delivered.length;
  }

  /** The newest id that was delivered, or that ended a gap. */
  get reached() {
    let newest = 0;
    for (const { id, gap } of this.delivered) newest = Math.max(newest, id ?? gap?.to ?? 0);
    return newest;
  }
}
