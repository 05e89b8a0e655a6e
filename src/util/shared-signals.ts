/** Adds one listener to each signal, however many calls share it. Node warns about more than ten. */

interface Entry {
  readonly callbacks: Set<() => void>;
  /** Removes the listener from the signal. */
  removeListener(): void;
}

export class SharedSignals {
  readonly #entries = new Map<AbortSignal, Entry>();

  /** Calls back when the signal is aborted, at once if it already is. Returns an undo function. */
  onAbort(signal: AbortSignal, callback: () => void): () => void {
    if (signal.aborted) {
      callback();
      return () => {};
    }
    const entry = this.#entries.get(signal) ?? this.#listen(signal);
    entry.callbacks.add(callback);
    return () => {
      entry.callbacks.delete(callback);
      if (entry.callbacks.size > 0 || this.#entries.get(signal) !== entry) return;
      this.#entries.delete(signal);
      entry.removeListener();
    };
  }

  #listen(signal: AbortSignal): Entry {
    const callbacks = new Set<() => void>();
    const aborted = (): void => {
      this.#entries.delete(signal);
      for (const callback of callbacks) callback();
    };
    signal.addEventListener("abort", aborted, { once: true });
    const entry = { callbacks, removeListener: () => signal.removeEventListener("abort", aborted) };
    this.#entries.set(signal, entry);
    return entry;
  }
}
