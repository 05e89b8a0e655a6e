/** Runs tasks one after the other within a lane, and lanes side by side. */

/** A task; `release` lets the next task of the lane begin before this one has finished. */
export type LaneTask = (release: () => void) => Promise<void>;

export class Lanes {
  readonly #lanes = new Map<string, LaneTask[]>();
  #waiting = 0;

  /** The number of tasks that have not begun. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Runs a task when all earlier tasks of its lane have finished or released it. Resolves when it has finished. */
  run(lane: string, task: LaneTask): Promise<void> {
    const queue = this.#lanes.get(lane);
    return new Promise((resolve, reject) => {
      const begin: LaneTask = (release) => task(release).then(resolve, reject);
      if (queue) {
        this.#waiting += 1;
        queue.push(begin);
      } else {
        this.#lanes.set(lane, []);
        this.#begin(lane, begin);
      }
    });
  }

  #begin(lane: string, task: LaneTask): void {
    let isReleased = false;
    const release = (): void => {
      if (isReleased) return;
      isReleased = true;
      const next = this.#lanes.get(lane)?.shift();
      if (next === undefined) this.#lanes.delete(lane);
      else {
        this.#waiting -= 1;
        this.#begin(lane, next);
      }
    };
    void task(release).finally(release);
  }
}
