/**
 * Waiting in a test: for the thing itself, never for a time. The clock of the stage is turned meanwhile, so that what
 * waits for it comes; it stands still while requests are under way.
 */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { setTimeout as pause } from "node:timers/promises";
import type { ManualClock } from "../util/manual-clock.js";

/** How long a helper waits. */
export interface WaitOptions {
  /** Milliseconds of real time after which the wait fails. @default 4_000 */
  readonly timeoutMs?: number;
}

/** What the clock is turned by at most between two looks. */
const stepMs = 1_000;
/** Real time for sockets and promises between two looks. */
const restMs = 4;

/** Counts the requests of this process that have no answer yet. */
class Traffic {
  #underWay = 0;
  readonly #channels: readonly (readonly [string, () => void])[] = [
    ["undici:request:create", () => this.#underWay++],
    ["undici:request:trailers", () => this.#underWay--],
    ["undici:request:error", () => this.#underWay--],
  ];

  constructor() {
    for (const [name, count] of this.#channels) subscribe(name, count);
  }

  get underWay(): number {
    return this.#underWay;
  }

  close(): void {
    for (const [name, count] of this.#channels) unsubscribe(name, count);
  }
}

/** Turns a clock while it waits for something. */
export class Turning {
  readonly #clock: ManualClock;
  readonly #hanging: () => number;
  readonly #traffic = new Traffic();

  /** @param hanging - how many requests will never be answered, so that nobody need wait for them. */
  constructor(clock: ManualClock, hanging: () => number) {
    this.#clock = clock;
    this.#hanging = hanging;
  }

  /** Waits until `look` finds something; undefined when it has not in time. */
  async until<T>(look: () => T | undefined, timeoutMs: number): Promise<T | undefined> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const found = look();
      if (found !== undefined || performance.now() > end) return found;
      await pause(restMs);
      if (this.#traffic.underWay > this.#hanging() || look() !== undefined) continue;
      await this.#clock.advance(Math.min(this.#clock.untilNextMs ?? stepMs, stepMs));
    }
  }

  close(): void {
    this.#traffic.close();
  }
}
