/** Where log lines go: to the user's logger if there is one, and to stderr with `NODE_DEBUG=chatexchange`. */
import { debuglog } from "node:util";

/** What the client logs to. `console` is one. */
export interface Logger {
  debug(text: string, ...details: unknown[]): void;
  info(text: string, ...details: unknown[]): void;
  warn(text: string, ...details: unknown[]): void;
  error(text: string, ...details: unknown[]): void;
}

const debug = debuglog("chatexchange");

/** A logger that also feeds `NODE_DEBUG`; every line starts with `about`. */
export function loggerOf(target: Logger | undefined, about: string): Logger {
  const line =
    (level: keyof Logger) =>
    (text: string, ...details: unknown[]): void => {
      const given = details.filter((detail) => detail !== undefined);
      debug("%s %s: %s", level, about, text, ...given);
      target?.[level](`${about}: ${text}`, ...given);
    };
  return { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") };
}
