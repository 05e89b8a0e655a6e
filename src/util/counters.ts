/**
 * Counts internal events and publishes them to `diagnostics_channel`. The channel of a counter is its name with
 * `chatexchange:` in front, such as `chatexchange:stream:gap`. Costs next to nothing without subscribers.
 */
import { channel } from "node:diagnostics_channel";

/** The names of all counters. */
export const COUNT_NAMES = [
  "stream:connect",
  "stream:drop",
  "stream:poll",
  "stream:recovered",
  "stream:repeat",
  "stream:gap",
  "outbox:sent",
  "outbox:throttled",
  "outbox:retried",
  "outbox:found",
  "session:login",
  "session:refresh",
  "protocol:drift",
] as const;

/** The name of a counter. */
export type CountName = (typeof COUNT_NAMES)[number];

/** How often each event has happened since the client was created. */
export type Counts = Readonly<Record<CountName, number>>;

const CHANNELS = new Map(COUNT_NAMES.map((name) => [name, channel(`chatexchange:${name}`)]));

export class Counters {
  readonly #counts = new Map<CountName, number>(COUNT_NAMES.map((name) => [name, 0]));
  readonly #host: string;

  constructor(host: string) {
    this.#host = host;
  }

  /** Increments a counter and publishes the host with `details`, which must hold no secret. */
  add(name: CountName, details: object = {}, times: number = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + times);
    const subscribers = CHANNELS.get(name);
    if (subscribers?.hasSubscribers) subscribers.publish({ host: this.#host, ...details });
  }

  get counts(): Counts {
    return Object.fromEntries(this.#counts) as Counts;
  }
}
