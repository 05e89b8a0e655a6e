/** The services that every layer of a client receives: clock, random numbers, log, counters. Knows nothing of chat. */
import { callSafely, printFailure, safeClock, safeRandom } from "./call-safely.js";
import type { Clock } from "./clock.js";
import type { Counters } from "./counters.js";
import { type Logger, safeLogger } from "./logger.js";
import { Secrets } from "./secrets.js";
import { SharedSignals } from "./shared-signals.js";
import type { WireTap } from "./wire-tap.js";

/** Created once by the client and passed down. */
export interface Services {
  readonly clock: Clock;
  /** Returns numbers from 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  /** Never throws, whatever the user's logger does. */
  readonly log: Logger;
  readonly counters: Counters;
  /** Credentials that must not appear in errors or logs. */
  readonly secrets: Secrets;
  /** The abort signals that users pass to calls. */
  readonly signals: SharedSignals;
  /** Tells the user something important, through the logger or else on stderr. Never throws. */
  readonly notice: (text: string) => void;
  /** Handles a failure that nothing else handles: calls `onError`, or prints to stderr. Never throws. */
  readonly reportUnhandled: (error: unknown) => void;
  /** Observes all traffic, for a recording. */
  readonly tap?: WireTap | undefined;
}

/** Options of {@link createServices}. */
export interface ServiceParts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly counters: Counters;
  readonly logger: Partial<Logger> | undefined;
  readonly onError: ((error: unknown) => unknown) | undefined;
  readonly tap?: WireTap | undefined;
  /** The prefix of every log line: the host. */
  readonly about: string;
}

/** Creates the services of a client. */
export function createServices({ clock, random, counters, logger, onError, tap, about }: ServiceParts): Services {
  const secrets = new Secrets();
  const log = safeLogger(logger, { about, secrets }, (error) => reportUnhandled(error));
  const tell = (what: string, error: unknown): void => {
    log.error(what, error);
    if (logger !== console) printFailure(`${about}: ${what}`, error);
  };
  const reportUnhandled = (error: unknown): void => {
    if (onError) callSafely(onError, (failure) => tell("onError itself failed", failure), error);
    else tell("a failure that nothing handled (set onError)", error);
  };
  return {
    clock: safeClock(clock, reportUnhandled),
    random: safeRandom(random, reportUnhandled),
    log,
    counters,
    secrets,
    signals: new SharedSignals(),
    notice(text) {
      if (logger) log.warn(text);
      else console.error(`${about}: ${secrets.hide(text)}`);
    },
    reportUnhandled,
    tap,
  };
}
