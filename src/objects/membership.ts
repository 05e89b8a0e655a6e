/** Tracks which rooms a client is in, as far as it knows. */
export class Membership {
  readonly #rooms = new Set<number>();

  has(roomId: number): boolean {
    return this.#rooms.has(roomId);
  }

  enter(roomId: number): void {
    this.#rooms.add(roomId);
  }

  /** Removes a room; returns whether the client was in it. */
  leave(roomId: number): boolean {
    return this.#rooms.delete(roomId);
  }

  clear(): void {
    this.#rooms.clear();
  }

  /** The rooms, in the order in which they were entered. */
  get all(): readonly number[] {
    return [...this.#rooms];
  }

  /** One of the rooms; undefined when there are none. */
  get any(): number | undefined {
    const [first] = this.#rooms;
    return first;
  }
}
