/** Graceful shutdown on Ctrl-C or when a service manager stops the process. */
import { printFailure } from "../util/call-safely.js";
import { EXIT_CODE_OF, onStopSignal } from "../util/stop-signals.js";

/** An undo function; `using` calls it at the end of a block. */
export type Undo = (() => void) & Disposable;

/**
 * Shuts a client down on SIGINT and SIGTERM and then exits, unless other handlers of the signal are registered: then it
 * only sets the exit code. A second signal exits at once.
 */
export function closeOnSignals(logOut: () => Promise<void>): Undo {
  const undo = onStopSignal((signal) => {
    process.exitCode = EXIT_CODE_OF[signal];
    void logOut()
      .catch((error: unknown) => printFailure(`${signal}: the client could not log out`, error))
      .finally(() => {
        undo();
        if (process.listenerCount(signal) === 0) process.exit(EXIT_CODE_OF[signal]);
      });
  });
  return Object.assign(undo, { [Symbol.dispose]: undo });
}
