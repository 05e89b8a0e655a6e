/**
 * Values fetched on first access, with the fewest requests: all accesses of one tick are covered together, a request
 * under way is shared, and when one source of a value fails the next is tried. Each field has a version: an answer
 * changes only fields that nothing newer than its request has changed.
 */
import { ChatError, isChatError, ParseError, UsageError } from "../errors/index.js";
import { callSite, withCallSite } from "../util/call-site.js";
import { quiet } from "../util/promises.js";

/** One request, and the fields it fills. The same object for every field that it serves, so that it can be shared. */
export interface Source<F> {
  fetch(): Promise<Partial<F>>;
  /** Whether it can be requested now. @default always */
  isAvailable?(): boolean;
}

/** For each field, its sources, the best first. */
export type Sources<F> = { readonly [K in keyof F]-?: readonly Source<F>[] };

/** Orders facts by age: it grows with every event, so that events after a request are newer than its answer. */
export interface Moments {
  /** The present moment. */
  readonly moment: number;
}

/** Fields that were accessed and are not known. */
interface Want<F> {
  readonly key: keyof F;
  readonly candidates: readonly Source<F>[];
}

/** A request: its fields, and the moment at which it was made. */
interface Asked<F> {
  readonly asOf: number;
  readonly facts: Promise<Partial<F>>;
}

/** The most repeated requests for a value when newer events made the answers worthless. */
const freshTries = 3;

export class LazyFields<F extends object> {
  readonly #owner: string;
  readonly #sources: Sources<F>;
  readonly #moments: Moments;
  #known: Partial<F> = {};
  /** When each field was last merged or invalidated. */
  readonly #versions = new Map<keyof F, number>();
  readonly #asked = new Map<Source<F>, Asked<F>>();
  /** The fields accessed in this tick, and the coming choice of requests for them. */
  #wants: Want<F>[] = [];
  #choice: Promise<ReadonlyMap<keyof F, Source<F>>> | undefined;

  /** @param owner - the name of an object with these fields in errors, such as `room` */
  constructor(owner: string, sources: Sources<F>, moments: Moments) {
    this.#owner = owner;
    this.#sources = sources;
    this.#moments = moments;
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
   * Merges facts from elsewhere. `undefined` means "not said", and changes nothing.
   * @param asOf - the moment of the request that brought them; fields that have changed since stay. @default now
   */
  merge(facts: { readonly [K in keyof F]?: F[K] | undefined }, asOf: number = this.#moments.moment): void {
    for (const key of Object.keys(facts) as (keyof F)[]) {
      const value = facts[key];
      if (value === undefined || this.#version(key) > asOf) continue;
      this.#known[key] = value;
      this.#versions.set(key, asOf);
    }
  }

  /** Invalidates fields, so that the next access asks the server; answers that are under way do not count any more. */
  invalidate(...keys: (keyof F)[]): void {
    for (const key of keys) {
      delete this.#known[key];
      this.#versions.set(key, this.#moments.moment);
    }
  }

  /** The value of one field: known, or fetched. */
  get<K extends keyof F>(key: K): Promise<F[K]> {
    return this.#lazy(key, this.#value(key, this.get));
  }

  /** The value of a property that is made of one field. */
  map<K extends keyof F, T>(key: K, property: string, make: (value: F[K]) => T): Promise<T> {
    return this.#lazy(property, this.#value(key, this.map).then(make));
  }

  /** Fetches all known values again, with the fewest requests; rejects when no source has one of the values. */
  async refresh(): Promise<void> {
    const site = callSite(this.refresh);
    const keys = Object.keys(this.#known) as (keyof F)[];
    await withCallSite(Promise.all(keys.map((key) => this.#fetch(key))), site);
  }

  /** @param method - the method that the user called, for the place in the stack of a failure */
  #value<K extends keyof F>(key: K, method: (...args: never[]) => unknown): Promise<F[K]> {
    const known = this.#known[key];
    return known !== undefined ? Promise.resolve(known as F[K]) : withCallSite(this.#fetch(key), callSite(method));
  }

  /** The promise of a property: nobody need await it, and it is no text and no number. */
  #lazy<T>(property: PropertyKey, promise: Promise<T>): Promise<T> {
    const refuse = (): never => {
      const path = `${this.#owner}.${String(property)}`;
      throw new UsageError(`${path} is a promise, not its value: write "await ${path}"`);
    };
    return Object.defineProperties(quiet(promise), {
      [Symbol.toPrimitive]: { value: refuse },
      toString: { value: refuse },
    });
  }

  #version(key: keyof F): number {
    return this.#versions.get(key) ?? Number.NEGATIVE_INFINITY;
  }

  /** Asks the sources of a field one after the other, until one has it. */
  async #fetch<K extends keyof F>(key: K): Promise<F[K]> {
    const failed = new Set<Source<F>>();
    let failure: unknown;
    for (let tries = 1; ; ) {
      const source = await this.#choose(key, failed);
      if (!source) throw failure ?? new ParseError("answer", `a value for "${String(key)}"`);
      try {
        const { asOf, facts } = this.#ask(source, key);
        const value = (await facts)[key];
        if (value === undefined) failed.add(source);
        else if (this.#known[key] !== undefined) return this.#known[key] as F[K];
        else if (this.#version(key) <= asOf || tries++ >= freshTries) return value as F[K];
      } catch (error) {
        if (!canAskElsewhere(error)) throw error;
        failed.add(source);
        // "Not found" tells the least: servers also say it of values that they hide or do not offer.
        if (failure === undefined || isChatError(failure, "NOT_FOUND")) failure = error;
      }
    }
  }

  /** The source to request for a field, chosen together with all accesses of this tick. */
  async #choose(key: keyof F, failed: ReadonlySet<Source<F>>): Promise<Source<F> | undefined> {
    const candidates = this.#sources[key].filter((source) => !failed.has(source) && source.isAvailable?.() !== false);
    if (candidates.length === 0) return undefined;
    this.#wants.push({ key, candidates });
    this.#choice ??= Promise.resolve().then(() => {
      const wants = this.#wants;
      this.#wants = [];
      this.#choice = undefined;
      return fewest(wants);
    });
    const chosen = (await this.#choice).get(key);
    return chosen && !failed.has(chosen) ? chosen : candidates[0];
  }

  /** Makes the request of a source, or shares one under way, unless the field has changed since that was made. */
  #ask(source: Source<F>, key: keyof F): Asked<F> {
    const shared = this.#asked.get(source);
    if (shared && this.#version(key) <= shared.asOf) return shared;
    const asOf = this.#moments.moment;
    const facts = source
      .fetch()
      .then((told) => {
        this.merge(told, asOf);
        return told;
      })
      .finally(() => {
        if (this.#asked.get(source) === asked) this.#asked.delete(source);
      });
    const asked: Asked<F> = { asOf, facts };
    this.#asked.set(source, asked);
    return asked;
  }
}

/** Covers all wanted fields with few sources: repeatedly picks the first choice that serves most of the rest. */
function fewest<F>(wants: readonly Want<F>[]): ReadonlyMap<keyof F, Source<F>> {
  const chosen = new Map<keyof F, Source<F>>();
  let left = wants;
  while (left.length > 0) {
    const firsts = new Set(left.flatMap(({ candidates }) => candidates.slice(0, 1)));
    let best: { readonly source: Source<F>; readonly served: readonly Want<F>[] } | undefined;
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

/** Whether another source may have the value; a dead connection or an abort ends the search. */
function canAskElsewhere(error: unknown): boolean {
  return (
    error instanceof ChatError && !isChatError(error, "ABORTED", "CLOSED", "CONNECTION_LOST", "TIMED_OUT", "THROTTLED")
  );
}
