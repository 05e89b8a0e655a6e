/**
 * Values fetched when first asked for, with the fewest requests: everything asked for in one tick is covered together,
 * a request under way is shared, and when one source of a value fails the next is tried. Each field has a version: an
 * answer changes only fields that nothing newer than its request has told.
 */
import { ChatError, isChatError, ParseError } from "../errors/index.js";
import { quiet } from "../util/promises.js";

/** One request, and the fields it tells. The same object for every field that it serves, so that it can be shared. */
export interface Source<F> {
  fetch(): Promise<Partial<F>>;
  /** Whether it can be asked now. @default always */
  isAvailable?(): boolean;
}

/** For each field, the sources that know it, the best first. */
export type Sources<F> = { readonly [K in keyof F]-?: readonly Source<F>[] };

/** Orders what is learned: grows with every event, so that an answer can be told from what came after its request. */
export interface Moments {
  /** The present moment. */
  readonly moment: number;
}

/** What was asked for and is not known. */
interface Want<F> {
  readonly key: keyof F;
  readonly candidates: readonly Source<F>[];
}

/** A request: what it tells, and the moment at which it was made. */
interface Asked<F> {
  readonly asOf: number;
  readonly facts: Promise<Partial<F>>;
}

/** How often a value is asked for again when something newer made the answer worthless. */
const freshTries = 3;

export class LazyFields<F extends object> {
  readonly #sources: Sources<F>;
  readonly #moments: Moments;
  #known: Partial<F> = {};
  /** When each field was last learned or invalidated. */
  readonly #versions = new Map<keyof F, number>();
  readonly #asked = new Map<Source<F>, Asked<F>>();
  /** What is asked for in this tick, and the choice that will be made of it. */
  #wants: Want<F>[] = [];
  #choice: Promise<ReadonlyMap<keyof F, Source<F>>> | undefined;

  constructor(sources: Sources<F>, moments: Moments) {
    this.#sources = sources;
    this.#moments = moments;
  }

  /** What is known now. */
  get known(): Readonly<Partial<F>> {
    return { ...this.#known };
  }

  /** What is known of one field now. */
  peek<K extends keyof F>(key: K): F[K] | undefined {
    return this.#known[key];
  }

  /**
   * Merges facts learned elsewhere. `undefined` means "not said", and changes nothing.
   * @param asOf - the moment of the request that told them; fields that something newer told stay. @default now
   */
  merge(facts: { readonly [K in keyof F]?: F[K] | undefined }, asOf: number = this.#moments.moment): void {
    for (const key of Object.keys(facts) as (keyof F)[]) {
      const value = facts[key];
      if (value === undefined || this.#version(key) > asOf) continue;
      this.#known[key] = value;
      this.#versions.set(key, asOf);
    }
  }

  /** Forgets fields, so that the next access asks the server; answers that are under way count no more. */
  invalidate(...keys: (keyof F)[]): void {
    for (const key of keys) {
      delete this.#known[key];
      this.#versions.set(key, this.#moments.moment);
    }
  }

  /** The value of one field: known, or fetched. */
  get<K extends keyof F>(key: K): Promise<F[K]> {
    const known = this.#known[key];
    return known !== undefined ? Promise.resolve(known as F[K]) : quiet(this.#fetch(key));
  }

  /** Fetches again everything that is known, with the fewest requests; rejects when no source has one of the values. */
  async refresh(): Promise<void> {
    const keys = Object.keys(this.#known) as (keyof F)[];
    await Promise.all(keys.map((key) => this.#fetch(key)));
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
        // "Not found" tells the least: servers also say it of what they hide or do not offer.
        if (failure === undefined || isChatError(failure, "NOT_FOUND")) failure = error;
      }
    }
  }

  /** The source to ask for a field, chosen together with all that is asked for in this tick. */
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

  /** Makes the request of a source, or shares one that is under way, unless the field has changed since that was made. */
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

/** Covers everything wanted with few sources: among the first choices, always the one that serves most of what is left. */
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

/** Another source may know what this one would not say; but a dead connection or an abort ends the search. */
function canAskElsewhere(error: unknown): boolean {
  return (
    error instanceof ChatError && !isChatError(error, "ABORTED", "CLOSED", "CONNECTION_LOST", "TIMED_OUT", "THROTTLED")
  );
}
