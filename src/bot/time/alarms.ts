/** One-off alarms that are kept in the store: each goes off once, or late if the bot was away. */
import type { Clock } from "../../index.js";
import { callAt } from "../../util/clock.js";
import type { Json, Store } from "../store/index.js";

/** An alarm. */
export interface Alarm {
  readonly id: string;
  /** When it goes off, in milliseconds since the epoch. */
  readonly at: number;
  readonly kind: string;
  readonly data: Json;
}

/** The parts of {@link Alarms}. */
export interface AlarmParts {
  readonly store: Store;
  readonly clock: Clock;
  /** Handles an alarm; it is removed when this resolves, and goes off again after a kill before that. Never rejects. */
  readonly ring: (alarm: Alarm) => Promise<void>;
  /** Hears of a store that fails. */
  readonly report: (error: unknown) => void;
}

const ALARMS = "alarm/";
const TIME_DIGITS = 15;

export class Alarms {
  readonly #parts: AlarmParts;
  readonly #alarms = new Map<string, Alarm>();
  readonly #ringing = new Map<string, Promise<void>>();
  #timer: { cancel(): void } | undefined;
  #count = 0;
  #isOpen = false;

  constructor(parts: AlarmParts) {
    this.#parts = parts;
  }

  /** The alarms that have not gone off, in no order. */
  get list(): readonly Alarm[] {
    return [...this.#alarms.values()];
  }

  /** Reads the alarms of the last process. */
  async load(): Promise<void> {
    for await (const [id, value] of this.#parts.store.list(ALARMS)) {
      const { at, kind, data } = (value ?? {}) as {
        readonly at?: unknown;
        readonly kind?: unknown;
        readonly data?: Json;
      };
      if (typeof at === "number" && typeof kind === "string")
        this.#alarms.set(id, { id, at, kind, data: data ?? null });
    }
  }

  /** Starts to ring. */
  open(): void {
    this.#isOpen = true;
    this.#arm();
  }

  /** Sets an alarm. Resolves to its id when it is stored. */
  async set(kind: string, at: number, data: Json): Promise<string> {
    const { clock, store } = this.#parts;
    const id = `${ALARMS}${String(Math.round(at)).padStart(TIME_DIGITS, "0")}-${clock.now().toString(36)}-${(this.#count++).toString(36)}`;
    await store.set(id, { at, kind, data });
    this.#alarms.set(id, { id, at, kind, data });
    this.#arm();
    return id;
  }

  /** Removes an alarm; false if it is gone. */
  async remove(id: string): Promise<boolean> {
    const isKnown = this.#alarms.delete(id);
    await this.#parts.store.delete(id);
    return isKnown;
  }

  /** Stops; resolves when the alarms that ring now are handled. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#timer?.cancel();
    await Promise.all(this.#ringing.values());
  }

  #arm(): void {
    if (!this.#isOpen) return;
    this.#timer?.cancel();
    const waiting = [...this.#alarms.values()].filter(({ id }) => !this.#ringing.has(id));
    if (waiting.length === 0) return;
    const next = Math.min(...waiting.map(({ at }) => at));
    this.#timer = callAt(this.#parts.clock, next, () => this.#ring());
  }

  #ring(): void {
    const now = this.#parts.clock.now();
    const due = [...this.#alarms.values()].filter(({ id, at }) => at <= now && !this.#ringing.has(id));
    for (const alarm of due.sort((a, b) => a.at - b.at)) this.#ringing.set(alarm.id, this.#ringOne(alarm));
    this.#arm();
  }

  async #ringOne(alarm: Alarm): Promise<void> {
    await this.#parts.ring(alarm);
    // A bot that stops meanwhile leaves the alarm to the next process.
    if (this.#isOpen) await this.remove(alarm.id).catch(this.#parts.report);
    this.#ringing.delete(alarm.id);
  }
}
