/**
 * Values that are fetched when first asked for, in the groups that one request yields. A group under way is shared;
 * what is known needs no request; when one source of a value fails, the next is tried.
 */
import { ChatError, isChatError, ParseError } from "../errors/index.js";
import { quiet } from "../util/promises.js";

/** Fetches some facts in one request. Must be the same function object each time, so that requests can be shared. */
export type Source<F> = () => Promise<Partial<F>>;

/** For each fact, the sources that know it, the best first. */
export type Sources<F> = { readonly [K in keyof F]-?: readonly Source<F>[] };

export class LazyFacts<F extends object> {
  readonly #sources: Sources<F>;
  #known: Partial<F> = {};
  readonly #pending = new Map<Source<F>, Promise<Partial<F>>>();

  constructor(sources: Sources<F>) {
    this.#sources = sources;
  }

  /** What is known now. */
  get known(): Readonly<Partial<F>> {
    return { ...this.#known };
  }

  /** What is known of one fact now. */
  peek<K extends keyof F>(key: K): F[K] | undefined {
    return this.#known[key];
  }

  /** Takes note of facts learned elsewhere, such as from an event. `undefined` means "not said", and changes nothing. */
  learn(facts: { readonly [K in keyof F]?: F[K] | undefined }): void {
    for (const key of Object.keys(facts) as (keyof F)[]) {
      const value = facts[key];
      if (value !== undefined) this.#known[key] = value;
    }
  }

  /** Forgets a fact, so that the next access asks the server. */
  forget(...keys: (keyof F)[]): void {
    for (const key of keys) delete this.#known[key];
  }

  /** The value of one fact: known, or fetched. */
  get<K extends keyof F>(key: K): Promise<F[K]> {
    const known = this.#known[key];
    return known !== undefined ? Promise.resolve(known as F[K]) : quiet(this.#fetch(key));
  }

  /** Fetches again everything that is known, each request once; rejects when no source has one of the values. */
  async refresh(): Promise<void> {
    const asked = new Map<Source<F>, Promise<Partial<F>>>();
    const ask: Ask<F> = (source) => {
      const answer = asked.get(source) ?? this.#run(source);
      asked.set(source, answer);
      return answer;
    };
    const keys = Object.keys(this.#known) as (keyof F)[];
    await Promise.all(keys.map((key) => this.#fetch(key, ask)));
  }

  /** Asks the sources of a fact one after the other, until one has it. */
  async #fetch<K extends keyof F>(key: K, ask: Ask<F> = (source) => this.#run(source)): Promise<F[K]> {
    let failure: unknown;
    for (const source of this.#sources[key]) {
      try {
        const value = (await ask(source))[key];
        if (value !== undefined) return value as F[K];
      } catch (error) {
        if (!canAskElsewhere(error)) throw error;
        // "Not found" is the least telling: servers say it also of what they hide or do not offer.
        if (failure === undefined || isChatError(failure, "NOT_FOUND")) failure = error;
      }
    }
    throw failure ?? new ParseError("answer", `a value for "${String(key)}"`);
  }

  #run(source: Source<F>): Promise<Partial<F>> {
    let pending = this.#pending.get(source);
    if (!pending) {
      pending = source()
        .then((facts) => {
          this.learn(facts);
          return facts;
        })
        .finally(() => this.#pending.delete(source));
      this.#pending.set(source, pending);
    }
    return pending;
  }
}

type Ask<F> = (source: Source<F>) => Promise<Partial<F>>;

/** Another source may know what this one would not say; but a dead connection or an abort ends the search. */
function canAskElsewhere(error: unknown): boolean {
  return (
    error instanceof ChatError && !isChatError(error, "ABORTED", "CLOSED", "CONNECTION_LOST", "TIMED_OUT", "THROTTLED")
  );
}
