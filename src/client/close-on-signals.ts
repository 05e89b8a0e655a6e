/** The end of a bot by Ctrl-C or by its service manager: what it has begun is finished first. */
import { printFailure } from "../util/call-safely.js";

/** Takes something back; `using` does so at the end of a block. */
export type Undo = (() => void) & Disposable;

const SIGNALS = ["SIGINT", "SIGTERM"] as const;

/** The exit codes by which shells know a program that a signal ended: 128 and the number of the signal. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Ends a client on SIGINT and SIGTERM, and then the process, unless others handle the signal: then only its exit code is
 * set. A second signal ends the process at once.
 */
export function closeOnSignals(logOut: () => Promise<void>): Undo {
  let isEnding = false;
  const handle = (signal: (typeof SIGNALS)[number]): void => {
    if (isEnding) process.exit(EXIT_CODES[signal]);
    isEnding = true;
    process.exitCode = EXIT_CODES[signal];
    void logOut()
      .catch((error: unknown) => printFailure(`${signal}: the client could not be logged out`, error))
      .finally(() => {
        undo();
        if (process.listenerCount(signal) === 0) process.exit(EXIT_CODES[signal]);
      });
  };
  const undo = (): void => {
    for (const signal of SIGNALS) process.removeListener(signal, handle);
  };
  for (const signal of SIGNALS) process.on(signal, handle);
  return Object.assign(undo, { [Symbol.dispose]: undo });
}
