/** The services that every layer of a client is given: time, chance, a log, counters. Knows nothing of chat. */
import { callSafely, printFailure, safeClock, safeRandom } from "./call-safely.js";
import type { Clock } from "./clock.js";
import type { Counters } from "./counters.js";
import { type Logger, safeLogger } from "./logger.js";
import { Secrets } from "./secrets.js";
import { SharedSignals } from "./shared-signals.js";
import type { WireTap } from "./wire-tap.js";

/** Declared once; the client makes one and hands it down. */
export interface Services {
  readonly clock: Clock;
  /** Numbers from 0 up to 1. */
  readonly random: () => number;
  /** Never throws, whatever the user's logger does. */
  readonly log: Logger;
  readonly counters: Counters;
  /** What goes out in confidence, and must not be shown. */
  readonly secrets: Secrets;
  /** The signals that users give to calls. */
  readonly signals: SharedSignals;
  /** Tells what a person should know at once: to the logger, or on stderr without one. Never throws. */
  readonly notice: (text: string) => void;
  /** Takes a failure that nothing else handles: `onError`, or a line on stderr. Never throws. */
  readonly reportUnhandled: (error: unknown) => void;
  /** Listens to everything that goes over the wire, for a recording. */
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
  /** Stands at the start of every log line: the host. */
  readonly about: string;
}

/** Puts the services of a client together. */
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
