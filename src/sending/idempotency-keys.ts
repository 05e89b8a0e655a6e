/**
 * Idempotency keys: an action with a key is performed once, however often it is called. While it runs, all callers
 * share it; afterward the store remembers its message, or this process does if there is no store.
 */
import type { Clock } from "../util/clock.js";
import { markHandled } from "../util/promises.js";
import type { ActionStore, StoredAction } from "./store.js";

/** How long a key is remembered without a store. */
const MEMORY_MS = 24 * 3_600_000;
/** The most keys remembered without a store. */
const MAX_REMEMBERED = 10_000;

interface Done {
  readonly messageId: number;
  readonly at: number;
}

/** The outcome of a key: its message, or a promise of it. */
export type KeyOutcome = { readonly messageId: number } | { readonly running: Promise<number> };

/** A key whose action is running. */
export interface Claim {
  /** The action to perform: the first one with this key. */
  readonly action: StoredAction;
  /** Whether it may already be done, so that it must be looked up first. */
  readonly isUncertain: boolean;
  done(messageId: number): void;
  /** @param isUncertain - whether the next action with the key must be looked up first */
  failed(error: unknown, isUncertain: boolean): void;
}

export class IdempotencyKeys {
  readonly #clock: Clock;
  readonly #store: () => ActionStore | undefined;
  readonly #running = new Map<string, Promise<number>>();
  readonly #done = new Map<string, Done>();
  /** Actions that failed but may have been performed. */
  readonly #uncertain = new Map<string, StoredAction>();

  constructor(clock: Clock, store: () => ActionStore | undefined) {
    this.#clock = clock;
    this.#store = store;
  }

  /** The outcome of a key; undefined when its action must be performed now. */
  outcome(key: string): KeyOutcome | undefined {
    const running = this.#running.get(key);
    if (running) return { running };
    const messageId = this.#store()?.keyed(key)?.messageId ?? this.#remembered(key);
    return messageId === undefined ? undefined : { messageId };
  }

  /** Claims a key for an action. Until it is done or has failed, all callers with the key share it. */
  claim(key: string, wanted: StoredAction): Claim {
    const earlier = this.#store()?.keyed(key)?.action ?? this.#uncertain.get(key);
    const action = earlier ?? wanted;
    let resolve: (messageId: number) => void = () => {};
    let reject: (reason: unknown) => void = () => {};
    const running = new Promise<number>((onDone, onFailure) => {
      resolve = onDone;
      reject = onFailure;
    });
    this.#running.set(key, markHandled(running));
    const end = (): void => {
      if (this.#running.get(key) === running) this.#running.delete(key);
    };
    return {
      action,
      isUncertain: earlier !== undefined,
      done: (messageId) => {
        end();
        this.#uncertain.delete(key);
        if (!this.#store()) remember(this.#done, key, { messageId, at: this.#clock.now() });
        resolve(messageId);
      },
      failed: (error, isUncertain) => {
        end();
        if (isUncertain) remember(this.#uncertain, key, action);
        reject(error);
      },
    };
  }

  #remembered(key: string): number | undefined {
    const done = this.#done.get(key);
    if (!done || this.#clock.now() - done.at <= MEMORY_MS) return done?.messageId;
    this.#done.delete(key);
    return undefined;
  }
}

/** Adds to a map that evicts its oldest entry when full. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > MAX_REMEMBERED && oldest !== undefined) map.delete(oldest);
}
