/**
 * Waiting in a test: for the thing itself, never for a time. The clock of the stage is turned meanwhile, so that what
 * waits for it comes; it stands still while requests or late frames are under way.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { ChatServer } from "../server/index.js";
import type { ManualClock } from "../util/manual-clock.js";
import { Traffic } from "./traffic.js";

/** How long a helper waits. */
export interface WaitOptions {
  /** Milliseconds of real time after which the wait fails. @default 4_000 */
  readonly timeoutMs?: number;
}

type Found<T> = T | undefined;

/** What the clock is turned by at most between two looks. */
const stepMs = 1_000;
/** Real time for sockets and promises between two looks. */
const restMs = 4;

/** Turns a clock while it waits for something. */
export class Turning {
  readonly #clock: ManualClock;
  readonly #traffic: Traffic;

  constructor(clock: ManualClock, server: ChatServer) {
    this.#clock = clock;
    this.#traffic = new Traffic(() => [server]);
  }

  /** Waits until `look` finds something, at once or by a promise; undefined when it has not in time. */
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

  /** The outcome of a look; the clock is turned until it settles. Undefined when that takes too long. */
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

  /** Rests. True when nothing was under way before and after: a frame that has just been sent is read a moment later. */
  async #isQuiet(): Promise<boolean> {
    const wasUnderWay = this.#traffic.isUnderWay;
    await pause(restMs);
    return !wasUnderWay && !this.#traffic.isUnderWay;
  }

  async #turn(): Promise<void> {
    await this.#clock.advance(Math.min(this.#clock.untilNextMs ?? stepMs, stepMs));
  }
}
