/**
 * Waits in tests for a condition, never for a fixed time. The clock is advanced meanwhile, so that timers fire; it
 * stands
 * still while requests or frames are in flight.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { ChatServer } from "../server/index.js";
import type { ManualClock } from "../util/manual-clock.js";
import { Traffic } from "./traffic.js";

/** How long a wait may take. */
export interface WaitOptions {
  /** The timeout, in milliseconds of real time. @default 4_000 */
  readonly timeoutMs?: number;
}

type Found<T> = T | undefined;

/** The longest step of the clock between two polls, in milliseconds. */
const STEP_MS = 1_000;
/** Real time for sockets and promises between two polls, in milliseconds. */
const REST_MS = 4;

/** Advances a clock while it waits for a condition. */
export class ClockDriver {
  readonly #clock: ManualClock;
  readonly #traffic: Traffic;

  constructor(clock: ManualClock, server: ChatServer) {
    this.#clock = clock;
    this.#traffic = new Traffic(() => [server]);
  }

  /** Waits until `look`, which may be async, returns a value; undefined on timeout. */
  async until<T>(look: () => Found<T> | Promise<Found<T>>, timeoutMs: number): Promise<Found<T>> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const found = await this.#outcome(look(), end);
      if (found !== undefined || performance.now() > end) return found;
      if (!(await this.#isQuiet())) continue;
      const late = await this.#outcome(look(), end);
      if (late !== undefined) return late;
      await this.#turn();
    }
  }

  close(): void {
    this.#traffic.close();
  }

  /** Awaits the result of a poll, advancing the clock until it settles; undefined on timeout. */
  async #outcome<T>(look: Found<T> | Promise<Found<T>>, end: number): Promise<Found<T>> {
    if (!(look instanceof Promise)) return look;
    let isOver = false;
    const over = (): void => {
      isOver = true;
    };
    await Promise.race([look.then(over, over), pause(0)]);
    while (!isOver && performance.now() <= end) {
      if ((await this.#isQuiet()) && !isOver) await this.#turn();
    }
    return isOver ? look : undefined;
  }

  /**
   * Waits briefly. True if nothing was in flight before and after, because a frame just sent is read a moment later.
   */
  async #isQuiet(): Promise<boolean> {
    const wasUnderWay = this.#traffic.isBusy;
    await pause(REST_MS);
    return !wasUnderWay && !this.#traffic.isBusy;
  }

  async #turn(): Promise<void> {
    await this.#clock.advance(Math.min(this.#clock.untilNextMs ?? STEP_MS, STEP_MS));
  }
}
