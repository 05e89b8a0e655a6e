/** Promises whose rejections nobody may be waiting for. */

/** Marks a rejection as handled: callers who await the promise still see it, and no unhandled rejection is raised. */
export function markHandled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/**
 * The promise of an action. If it rejects and no caller has attached a handler, the error goes to `report` instead of
 * crashing the process.
 */
export class ActionPromise<T> extends Promise<T> {
  #observed = false;

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** Runs an action and watches its outcome. */
  static run<T>(action: () => Promise<T>, report: (error: unknown) => void): Promise<T> {
    const promise = new ActionPromise<T>((resolve) => resolve(action()));
    Promise.prototype.catch.call(promise, (error: unknown) => {
      setImmediate(() => {
        if (!promise.#observed) report(error);
      });
    });
    promise.#observed = false;
    return promise;
  }

  // biome-ignore lint/suspicious/noThenProperty: this is a promise; `then` is how it learns that somebody looks.
  override then<A = T, B = never>(
    onValue?: ((value: T) => A | PromiseLike<A>) | null,
    onError?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#observed = true;
    return super.then(onValue, onError);
  }
}
