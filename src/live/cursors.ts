/** Where it is kept how far the events of each room have been dealt with. The state file of a client is one. */

/** A place in a room: every event up to the cursor has been dealt with, and some beyond it. */
export interface RoomMark {
  /** The low-water mark over the living listeners: nothing up to here is told again. */
  readonly cursor: number;
  /** Ids beyond the cursor that have been dealt with, ascending. They are not told again either. */
  readonly done: readonly number[];
}

/** Keeps the marks. Its methods never throw: what can not be written now is kept and written later. */
export interface CursorStore {
  /** Whatever is noted inside is kept whole or not at all. */
  together(act: () => void): void;
  /** Everything up to this event has been dealt with; ids noted as done up to here are implied. */
  noteCursor(roomId: number, cursor: number): void;
  /** This event beyond the cursor has been dealt with, while an earlier one is still open. */
  noteDone(roomId: number, id: number): void;
}
