/** Promises that behave well when nobody looks at them. */

/** Marks a rejection as handled: whoever awaits the promise still sees it, nobody else is disturbed. */
export function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

/**
 * The promise of an action. When it fails and nobody has looked at it, the failure goes to `report` instead of ending
 * the process.
 */
export class ActionPromise<T> extends Promise<T> {
  #observed = false;

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  /** Runs an action and watches over its outcome. */
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
