/** The signals by which people and service managers stop a process. */

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** A signal that stops a process. */
export type StopSignal = (typeof SIGNALS)[number];

/** The exit codes of a process that a signal ended: 128 plus the number of the signal. */
export const EXIT_CODE_OF: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 };

/** Calls back at the first SIGINT or SIGTERM; a second one ends the process at once. Returns an undo function. */
export function onStopSignal(callback: (signal: StopSignal) => void): () => void {
  let isStopping = false;
  const handle = (signal: StopSignal): void => {
    if (isStopping) process.exit(EXIT_CODE_OF[signal]);
    isStopping = true;
    callback(signal);
  };
  for (const signal of SIGNALS) process.on(signal, handle);
  return () => {
    for (const signal of SIGNALS) process.removeListener(signal, handle);
  };
}
