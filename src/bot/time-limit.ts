/** The time that a handler may take, without the times in which it waits for others. */
import type { Clock } from "../index.js";

export class TimeLimit {
  readonly #clock: Clock;
  readonly #onEnd: () => void;
  #leftMs: number;
  #since = 0;
  #pauses = 0;
  #timer: { cancel(): void } | undefined;
  #isStopped = false;

  constructor(clock: Clock, limitMs: number, onEnd: () => void) {
    this.#clock = clock;
    this.#leftMs = limitMs;
    this.#onEnd = onEnd;
    this.#run();
  }

  /** Begins or ends a pause; pauses may overlap. */
  pause(isPaused: boolean): void {
    if (this.#isStopped) return;
    this.#pauses += isPaused ? 1 : -1;
    if (isPaused && this.#pauses === 1) {
      this.#leftMs -= this.#clock.now() - this.#since;
      this.#timer?.cancel();
    } else if (!isPaused && this.#pauses === 0) this.#run();
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  #run(): void {
    this.#since = this.#clock.now();
    this.#timer = this.#clock.setTimeout(this.#onEnd, Math.max(0, this.#leftMs));
  }
}
