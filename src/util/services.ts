/** The services that every layer of a client is given: time, chance, a log, counters. Knows nothing of chat. */
import { isPromise } from "node:util/types";
import type { Clock } from "./clock.js";
import type { Counters } from "./counters.js";
import { type Logger, safeLogger } from "./logger.js";

/** Declared once; the client makes one and hands it down. */
export interface Services {
  readonly clock: Clock;
  /** Numbers from 0 up to 1. */
  readonly random: () => number;
  /** Never throws, whatever the user's logger does. */
  readonly log: Logger;
  readonly counters: Counters;
  /** Takes a failure that nothing else handles: `onError`, or a line on stderr. Never throws. */
  readonly reportUnhandled: (error: unknown) => void;
}

/** Options of {@link createServices}. */
export interface ServiceParts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly counters: Counters;
  readonly logger: Partial<Logger> | undefined;
  readonly onError: ((error: unknown) => unknown) | undefined;
  /** Stands at the start of every log line: the host. */
  readonly about: string;
}

/** Puts the services of a client together. */
export function createServices({ clock, random, counters, logger, onError, about }: ServiceParts): Services {
  const log = safeLogger(logger, about);
  const toStderr = (error: unknown): void => {
    if (logger !== console) console.error(`${about}: a failure that nothing handled (set onError):`, error);
  };
  const reportUnhandled = (error: unknown): void => {
    if (onError) {
      callSafely(
        () => onError(error),
        (failure) => log.warn("onError itself failed", failure),
      );
      return;
    }
    log.error("a failure that nothing handled", error);
    toStderr(error);
  };
  return { clock, random, log, counters, reportUnhandled };
}

/**
 * Calls a user's function. A throw or a rejection goes to `onFailure`, once, and never further.
 * @returns a promise for the end of the call when the function is async; it never rejects
 */
export function callSafely(call: () => unknown, onFailure: (error: unknown) => void): Promise<void> | undefined {
  try {
    const result = call();
    if (isPromise(result)) return result.then(() => {}, onFailure);
  } catch (error) {
    onFailure(error);
  }
  return undefined;
}
