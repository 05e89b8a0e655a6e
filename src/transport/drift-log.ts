/** Collects the drift that one session sees: keeps each distinct one with a count, publishes and logs it. */
import type { Drift, DriftSink } from "../protocol/drift.js";
import type { Services } from "../util/services.js";

/** A {@link Drift} with the number of times it was seen. */
export interface SeenDrift extends Drift {
  readonly count: number;
}

/** The most distinct drifts kept, so that a page that changes all the time cannot fill the memory. */
const MAX_DRIFTS = 100;

export class DriftLog {
  readonly #services: Pick<Services, "counters" | "log">;
  readonly #seen = new Map<string, SeenDrift>();

  constructor(services: Pick<Services, "counters" | "log">) {
    this.#services = services;
  }

  /** The drift so far, in the order first seen. */
  get list(): readonly SeenDrift[] {
    return [...this.#seen.values()].map((drift) => ({ ...drift }));
  }

  /** Adds a drift. */
  add({ where, what, detail }: Drift): void {
    const drift = { where, what, detail };
    this.#services.counters.add("protocol:drift", drift);
    const name = `${where}\n${what}\n${detail}`;
    const before = this.#seen.get(name);
    if (before) {
      this.#seen.set(name, { ...before, count: before.count + 1 });
      return;
    }
    if (this.#seen.size >= MAX_DRIFTS) return;
    this.#seen.set(name, { ...drift, count: 1 });
    const level = what === "missing" || what === "unknown form" ? "warn" : "debug";
    this.#services.log[level](`drift: ${where}: ${what}: ${detail}`);
  }

  /** A sink for readers. Notes without a place get the place `where`. */
  sink(where: () => string): DriftSink {
    return (note) => this.add({ where: note.where ?? where(), what: note.what, detail: note.detail });
  }
}
