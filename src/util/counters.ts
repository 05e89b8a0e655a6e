/**
 * What happens behind the scenes, counted and published: `diagnostics_channel` names are `chatexchange:` and the name of
 * the count, such as `chatexchange:stream:gap`. Costs next to nothing while nobody subscribes.
 */
import { channel } from "node:diagnostics_channel";

/** Everything that is counted. */
export const countNames = [
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

/** The name of a count. */
export type CountName = (typeof countNames)[number];

/** How often each thing happened since the client was made. */
export type Counts = Readonly<Record<CountName, number>>;

const channels = new Map(countNames.map((name) => [name, channel(`chatexchange:${name}`)]));

export class Counters {
  readonly #counts = new Map<CountName, number>(countNames.map((name) => [name, 0]));
  readonly #host: string;

  constructor(host: string) {
    this.#host = host;
  }

  /** Counts something, and tells subscribers: the host, and details that hold no secret. */
  add(name: CountName, details: object = {}, times: number = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + times);
    const subscribers = channels.get(name);
    if (subscribers?.hasSubscribers) subscribers.publish({ host: this.#host, ...details });
  }

  get counts(): Counts {
    return Object.fromEntries(this.#counts) as Counts;
  }
}
