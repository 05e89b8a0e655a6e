/**
 * Idempotency keys: an action with a key is done once, however often it is called for. While it runs, all callers share
 * it; later the store has its message. Without a store the process remembers.
 */
import type { Clock } from "../util/clock.js";
import { quiet } from "../util/promises.js";
import type { ActionStore, StoredAction } from "./store.js";

/** The time for which a key is remembered without a store. */
const memoryMs = 24 * 3_600_000;
/** The number of keys remembered without a store. */
const mostRemembered = 10_000;

interface Done {
  readonly messageId: number;
  readonly at: number;
}

/** The outcome of a key: its message, or a promise of it. */
export type Known = { readonly messageId: number } | { readonly running: Promise<number> };

/** A key whose action is running. */
export interface Claim {
  /** The action to do: the first with this key, if there was one before. */
  readonly action: StoredAction;
  /** It may have been done before: look first. */
  readonly isUnsure: boolean;
  done(messageId: number): void;
  /** @param mayBeDone - the next action with the key has to look first */
  failed(error: unknown, mayBeDone: boolean): void;
}

export class Keys {
  readonly #clock: Clock;
  readonly #store: () => ActionStore | undefined;
  readonly #running = new Map<string, Promise<number>>();
  readonly #done = new Map<string, Done>();
  /** Actions that failed but may have been done. */
  readonly #unsure = new Map<string, StoredAction>();

  constructor(clock: Clock, store: () => ActionStore | undefined) {
    this.#clock = clock;
    this.#store = store;
  }

  /** The outcome of a key; undefined when its action is to be done now. */
  known(key: string): Known | undefined {
    const running = this.#running.get(key);
    if (running) return { running };
    const messageId = this.#store()?.keyed(key)?.messageId ?? this.#remembered(key);
    return messageId === undefined ? undefined : { messageId };
  }

  /** Begins an action: until it is done or has failed, all callers with its key share it. */
  claim(key: string, wanted: StoredAction): Claim {
    const earlier = this.#store()?.keyed(key)?.action ?? this.#unsure.get(key);
    const action = earlier ?? wanted;
    let resolve: (messageId: number) => void = () => {};
    let reject: (reason: unknown) => void = () => {};
    const running = new Promise<number>((onDone, onFailure) => {
      resolve = onDone;
      reject = onFailure;
    });
    this.#running.set(key, quiet(running));
    const end = (): void => {
      if (this.#running.get(key) === running) this.#running.delete(key);
    };
    return {
      action,
      isUnsure: earlier !== undefined,
      done: (messageId) => {
        end();
        this.#unsure.delete(key);
        if (!this.#store()) remember(this.#done, key, { messageId, at: this.#clock.now() });
        resolve(messageId);
      },
      failed: (error, mayBeDone) => {
        end();
        if (mayBeDone) remember(this.#unsure, key, action);
        reject(error);
      },
    };
  }

  #remembered(key: string): number | undefined {
    const done = this.#done.get(key);
    if (!done || this.#clock.now() - done.at <= memoryMs) return done?.messageId;
    this.#done.delete(key);
    return undefined;
  }
}

/** Adds to a map that forgets its oldest entry when it is full. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (map.size > mostRemembered && oldest !== undefined) map.delete(oldest);
}
