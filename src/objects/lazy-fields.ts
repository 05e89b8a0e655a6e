/**
 * Fields fetched on first access with as few requests as possible: all accesses of one tick are planned together,
 * requests in flight are shared, and a source that fails is replaced by the next one. Each field has a version: an
 * answer changes only fields that nothing newer than its request has changed.
 */
import { ChatError, isChatError, ParseError, UsageError } from "../errors/index.js";
import { captureCallSite, withCallSite } from "../util/call-site.js";
import { markHandled } from "../util/promises.js";

/** One request and the fields it fills. Fields share a request by sharing the same source object. */
export interface Source<F> {
  fetch(): Promise<Partial<F>>;
  /** Whether the request can be made now. @default always */
  isAvailable?(): boolean;
}

/** The sources of each field, best first. */
export type Sources<F> = { readonly [K in keyof F]-?: readonly Source<F>[] };

/** Orders facts by age: increases with every event, so an event after a request is newer than its answer. */
export interface LogicalClock {
  /** The current moment. */
  readonly moment: number;
}

/** A field that was accessed before its value was known. */
interface PendingField<F> {
  readonly key: keyof F;
  readonly candidates: readonly Source<F>[];
}

/** A request in flight, and the moment it was made. */
interface SharedRequest<F> {
  readonly asOf: number;
  readonly facts: Promise<Partial<F>>;
}

/** The number of stale answers after which a value is accepted although newer events arrived. */
const MAX_STALE_ANSWERS = 3;

export class LazyFields<F extends object> {
  readonly #owner: string;
  readonly #sources: Sources<F>;
  readonly #clock: LogicalClock;
  #known: Partial<F> = {};
  /** When each field was last merged or invalidated. */
  readonly #versions = new Map<keyof F, number>();
  readonly #requests = new Map<Source<F>, SharedRequest<F>>();
  /** The fields accessed in this tick, and the pending choice of requests for them. */
  #pending: PendingField<F>[] = [];
  #choice: Promise<ReadonlyMap<keyof F, Source<F>>> | undefined;

  /** @param owner - the name of an object with these fields, for errors, such as `room` */
  constructor(owner: string, sources: Sources<F>, moments: LogicalClock) {
    this.#owner = owner;
    this.#sources = sources;
    this.#clock = moments;
  }

  /** All known values. */
  get known(): Readonly<Partial<F>> {
    return { ...this.#known };
  }

  /** The known value of one field. */
  peek<K extends keyof F>(key: K): F[K] | undefined {
    return this.#known[key];
  }

  /**
   * Merges facts. `undefined` means "unknown" and changes nothing.
   * @param asOf - the moment of the request that brought them; fields changed since then are kept. @default now
   */
  merge(facts: { readonly [K in keyof F]?: F[K] | undefined }, asOf: number = this.#clock.moment): void {
    for (const key of Object.keys(facts) as (keyof F)[]) {
      const value = facts[key];
      if (value === undefined || this.#version(key) > asOf) continue;
      this.#known[key] = value;
      this.#versions.set(key, asOf);
    }
  }

  /** Invalidates fields: the next access fetches them, and answers already in flight no longer count. */
  invalidate(...keys: (keyof F)[]): void {
    for (const key of keys) {
      delete this.#known[key];
      this.#versions.set(key, this.#clock.moment);
    }
  }

  /** The value of a field: the known one, or fetched. */
  get<K extends keyof F>(key: K): Promise<F[K]> {
    return this.#lazy(key, this.#value(key, this.get));
  }

  /** The value of a property that is computed from one field. */
  map<K extends keyof F, T>(key: K, property: string, make: (value: F[K]) => T): Promise<T> {
    return this.#lazy(property, this.#value(key, this.map).then(make));
  }

  /** Fetches all known values again, with as few requests as possible. Rejects when no source has one of the values. */
  async refresh(): Promise<void> {
    const site = captureCallSite(this.refresh);
    const keys = Object.keys(this.#known) as (keyof F)[];
    await withCallSite(Promise.all(keys.map((key) => this.#fetch(key))), site);
  }

  /** @param method - the method that the caller called, for the stack trace of a failure */
  #value<K extends keyof F>(key: K, method: (...args: never[]) => unknown): Promise<F[K]> {
    const known = this.#known[key];
    return known !== undefined
      ? Promise.resolve(known as F[K])
      : withCallSite(this.#fetch(key), captureCallSite(method));
  }

  /** Marks the promise of a property as handled, and throws a helpful error when it is used as a string or number. */
  #lazy<T>(property: PropertyKey, promise: Promise<T>): Promise<T> {
    const refuse = (): never => {
      const path = `${this.#owner}.${String(property)}`;
      throw new UsageError(`${path} is a promise, not its value: write "await ${path}"`);
    };
    return Object.defineProperties(markHandled(promise), {
      [Symbol.toPrimitive]: { value: refuse },
      toString: { value: refuse },
    });
  }

  #version(key: keyof F): number {
    return this.#versions.get(key) ?? Number.NEGATIVE_INFINITY;
  }

  /** Tries the sources of a field in order until one has a value. */
  async #fetch<K extends keyof F>(key: K): Promise<F[K]> {
    const failed = new Set<Source<F>>();
    let failure: unknown;
    for (let tries = 1; ; ) {
      const source = await this.#choose(key, failed);
      if (!source) throw failure ?? new ParseError("answer", `a value for "${String(key)}"`);
      try {
        const { asOf, facts } = this.#request(source, key);
        const value = (await facts)[key];
        if (value === undefined) failed.add(source);
        else if (this.#known[key] !== undefined) return this.#known[key] as F[K];
        else if (this.#version(key) <= asOf || tries++ >= MAX_STALE_ANSWERS) return value as F[K];
      } catch (error) {
        if (!canTryNextSource(error)) throw error;
        failed.add(source);
        // "Not found" says the least: servers also send it for values that they hide or do not offer.
        if (failure === undefined || isChatError(failure, "NOT_FOUND")) failure = error;
      }
    }
  }

  /** The source to request a field from, chosen together with all accesses of this tick. */
  async #choose(key: keyof F, failed: ReadonlySet<Source<F>>): Promise<Source<F> | undefined> {
    const candidates = this.#sources[key].filter((source) => !failed.has(source) && source.isAvailable?.() !== false);
    if (candidates.length === 0) return undefined;
    this.#pending.push({ key, candidates });
    this.#choice ??= Promise.resolve().then(() => {
      const wants = this.#pending;
      this.#pending = [];
      this.#choice = undefined;
      return fewest(wants);
    });
    const chosen = (await this.#choice).get(key);
    return chosen && !failed.has(chosen) ? chosen : candidates[0];
  }

  /** Requests a source, or shares the request in flight unless the field has changed since it was made. */
  #request(source: Source<F>, key: keyof F): SharedRequest<F> {
    const shared = this.#requests.get(source);
    if (shared && this.#version(key) <= shared.asOf) return shared;
    const asOf = this.#clock.moment;
    const facts = source
      .fetch()
      .then((told) => {
        this.merge(told, asOf);
        return told;
      })
      .finally(() => {
        if (this.#requests.get(source) === asked) this.#requests.delete(source);
      });
    const asked: SharedRequest<F> = { asOf, facts };
    this.#requests.set(source, asked);
    return asked;
  }
}

/** Covers all fields with few sources: repeatedly picks the first-choice source that serves most of the rest. */
function fewest<F>(wants: readonly PendingField<F>[]): ReadonlyMap<keyof F, Source<F>> {
  const chosen = new Map<keyof F, Source<F>>();
  let left = wants;
  while (left.length > 0) {
    const firsts = new Set(left.flatMap(({ candidates }) => candidates.slice(0, 1)));
    let best: { readonly source: Source<F>; readonly served: readonly PendingField<F>[] } | undefined;
    for (const source of firsts) {
      const served = left.filter(({ candidates }) => candidates.includes(source));
      if (!best || served.length > best.served.length) best = { source, served };
    }
    if (!best) break;
    const { source, served } = best;
    for (const { key } of served) chosen.set(key, source);
    left = left.filter((want) => !served.includes(want));
  }
  return chosen;
}

/** Whether another source may have the value. A lost connection or an abort ends the search. */
function canTryNextSource(error: unknown): boolean {
  return (
    error instanceof ChatError && !isChatError(error, "ABORTED", "CLOSED", "CONNECTION_LOST", "TIMED_OUT", "THROTTLED")
  );
}
