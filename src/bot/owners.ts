/** Messages to the owners of a bot: at most one a minute, so that a fault that repeats itself is no flood. */
import type { Clock } from "../index.js";

const PERIOD_MS = 60_000;
/** The most texts that wait for the next message; further ones are counted. */
const MOST_HELD = 5;

export class Owners {
  readonly #clock: Clock;
  readonly #say: (text: string) => void;
  readonly #held: string[] = [];
  #dropped = 0;
  #timer: { cancel(): void } | undefined;

  constructor(clock: Clock, say: (text: string) => void) {
    this.#clock = clock;
    this.#say = say;
  }

  /** Tells the owners something: now, or with everything else of this minute at its end. */
  tell(text: string): void {
    if (!this.#timer) {
      this.#say(text);
      this.#wait();
    } else if (this.#held.length < MOST_HELD && !this.#held.includes(text)) this.#held.push(text);
    else this.#dropped += 1;
  }

  /** Tells what waits at once, and nothing later. */
  close(): void {
    this.#timer?.cancel();
    this.#flush();
  }

  #wait(): void {
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      if (this.#flush()) this.#wait();
    }, PERIOD_MS);
  }

  #flush(): boolean {
    if (this.#held.length === 0 && this.#dropped === 0) return false;
    const more = this.#dropped === 0 ? [] : [`and ${this.#dropped} more like these`];
    this.#say([...this.#held.splice(0), ...more].join("\n"));
    this.#dropped = 0;
    return true;
  }
}
