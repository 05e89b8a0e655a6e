/** Log lines go to the user's logger if there is one, and to stderr with `NODE_DEBUG=chatexchange`. */
import { debuglog } from "node:util";
import { callSafely, firstOnly, type Report } from "./call-safely.js";
import type { Secrets } from "./secrets.js";

/** The target of log lines. `console` is one. */
export interface Logger {
  /** Takes what only helps to find a fault. */
  debug(text: string, ...details: unknown[]): void;
  /** Takes what is good to know. */
  info(text: string, ...details: unknown[]): void;
  /** Takes what went wrong and was made good, such as a lost connection, and everything dropped. */
  warn(text: string, ...details: unknown[]): void;
  /** Takes failures that nothing else handles, unless the client has an `onError`. */
  error(text: string, ...details: unknown[]): void;
}

const debug = debuglog("chatexchange");

/**
 * A logger that also feeds `NODE_DEBUG`; every line starts with `about`. A missing method is passed over; the first
 * failure of a method goes to `onFailure`.
 */
export function safeLogger(
  target: Partial<Logger> | undefined,
  { about, secrets }: { readonly about: string; readonly secrets: Secrets },
  onFailure: Report,
): Logger {
  const report = firstOnly(onFailure);
  const line =
    (level: keyof Logger) =>
    (said: string, ...details: unknown[]): void => {
      if (target === undefined && !debug.enabled) return;
      const text = secrets.hide(said);
      const given = details.filter((detail) => detail !== undefined).map((detail) => secrets.detail(detail));
      // Showing a value calls its getters, which may throw.
      callSafely(debug, () => {}, "%s %s: %s", level, about, text, ...given);
      callSafely(() => target?.[level]?.(`${about}: ${text}`, ...given), report);
    };
  return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
}
