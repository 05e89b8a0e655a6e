/** The store of each room's progress: how far its events have been handled. A client's state file implements it. */

/** Progress in a room: every event up to the cursor has been handled, and some beyond it. */
export interface RoomMark {
  /** The low-water mark over the living listeners: events up to here are not delivered again. */
  readonly cursor: number;
  /** The ids of handled events beyond the cursor, ascending. They are not delivered again either. */
  readonly done: readonly number[];
}

/** Keeps the marks. Its methods never throw: a write that fails is kept in memory and retried. */
export interface CursorStore {
  /** Everything noted inside is stored whole or not at all. */
  together(act: () => void): void;
  /** Every event up to this one has been handled; ids noted as done up to here are implied. */
  noteCursor(roomId: number, cursor: number): void;
  /** This event beyond the cursor has been handled, while an earlier one is still open. */
  noteDone(roomId: number, id: number): void;
}
