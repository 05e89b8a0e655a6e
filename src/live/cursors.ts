/** The interface of a store for each room's progress. A client's state file implements it. */

/** The progress in a room: every event up to the cursor has been acknowledged, and some beyond it. */
export interface RoomMark {
  /** The low-water mark over all listeners: events up to here are not delivered again. */
  readonly cursor: number;
  /** The ids of acknowledged events beyond the cursor, ascending. They are not delivered again either. */
  readonly done: readonly number[];
}

/** Stores progress. Its methods never throw: a failed write is kept in memory and retried. */
export interface CursorStore {
  /** Stores everything noted in `act` atomically. */
  together(act: () => void): void;
  /** Notes that every event up to this one has been acknowledged, which covers all ids noted as done up to here. */
  noteCursor(roomId: number, cursor: number): void;
  /** Notes that an event beyond the cursor has been acknowledged while an earlier one has not. */
  noteDone(roomId: number, id: number): void;
}
