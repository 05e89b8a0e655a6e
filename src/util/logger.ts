/** Log lines go to the user's logger, if there is one, and to stderr under `NODE_DEBUG=chatexchange`. */
import { debuglog } from "node:util";
import { callSafely, type ReportFailure, reportFirst } from "./call-safely.js";
import type { Secrets } from "./secrets.js";

/** A destination of log lines, such as `console`. */
export interface Logger {
  /** Logs details that help to find a bug. */
  debug(text: string, ...details: unknown[]): void;
  /** Logs normal operation. */
  info(text: string, ...details: unknown[]): void;
  /** Logs recovered failures, such as a lost connection, and everything that is dropped. */
  warn(text: string, ...details: unknown[]): void;
  /** Logs failures that nothing else handles, unless the client has an `onError`. */
  error(text: string, ...details: unknown[]): void;
}

const debug = debuglog("chatexchange");

/**
 * Wraps a user's logger, which may lack methods. Every line starts with `about` and also feeds `NODE_DEBUG`. The first
 * failure of each logger goes to `onFailure`.
 */
export function safeLogger(
  target: Partial<Logger> | undefined,
  { about, secrets }: { readonly about: string; readonly secrets: Secrets },
  onFailure: ReportFailure,
): Logger {
  const report = reportFirst(onFailure);
  const line =
    (level: keyof Logger) =>
    (said: string, ...details: unknown[]): void => {
      if (target === undefined && !debug.enabled) return;
      const text = secrets.hide(said);
      const given = details.filter((detail) => detail !== undefined).map((detail) => secrets.hideDetail(detail));
      // Formatting a value calls its getters, which may throw.
      callSafely(debug, () => {}, "%s %s: %s", level, about, text, ...given);
      callSafely(() => target?.[level]?.(`${about}: ${text}`, ...given), report);
    };
  return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
}
