/** One listener on each signal, however many calls share it: Node warns of more than ten, and they must not pile up. */

interface Entry {
  readonly callbacks: Set<() => void>;
  /** Takes the listener off the signal. */
  leave(): void;
}

export class SharedSignals {
  readonly #entries = new Map<AbortSignal, Entry>();

  /** Calls back when the signal is aborted, at once if it is already. Returns an undo function. */
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
      entry.leave();
    };
  }

  #listen(signal: AbortSignal): Entry {
    const callbacks = new Set<() => void>();
    const aborted = (): void => {
      this.#entries.delete(signal);
      for (const callback of callbacks) callback();
    };
    signal.addEventListener("abort", aborted, { once: true });
    const entry = { callbacks, leave: () => signal.removeEventListener("abort", aborted) };
    this.#entries.set(signal, entry);
    return entry;
  }
}
