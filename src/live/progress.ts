/** How far a room's events have been dealt with: the newest one before which nothing is still in anybody's hands. */
export class Progress {
  readonly #rooms = new Map<number, { id: number; open: number }[]>();
  readonly #onAdvance: (roomId: number, cursor: number) => void;

  constructor(onAdvance: (roomId: number, cursor: number) => void) {
    this.#onAdvance = onAdvance;
  }

  /** An event goes to so many listeners; each calls what this returns once, when it is through with it. */
  begin(roomId: number, id: number, parties: number): () => void {
    const queue = this.#rooms.get(roomId) ?? [];
    this.#rooms.set(roomId, queue);
    const entry = { id, open: parties };
    queue.push(entry);
    if (parties === 0) this.#advance(roomId, queue);
    return () => {
      entry.open -= 1;
      if (entry.open === 0) this.#advance(roomId, queue);
    };
  }

  #advance(roomId: number, queue: { id: number; open: number }[]): void {
    let cursor: number | undefined;
    while (queue[0]?.open === 0) cursor = queue.shift()?.id;
    if (cursor !== undefined) this.#onAdvance(roomId, cursor);
  }
}
