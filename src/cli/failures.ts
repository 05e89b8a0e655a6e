/** Turns any error into one line on stderr and an exit code; nothing else decides this. */
import { type ChatErrorCode, isChatError } from "../errors/index.js";
import { CliError, EXIT_CODES, type ExitCode } from "./exit-codes.js";
import { oneLine } from "./output/text.js";
import type { Settings } from "./setup/settings.js";

/** The line and exit code of an error. */
export interface FailureReport {
  readonly line: string;
  readonly exitCode: ExitCode;
}

const { usage, notLoggedIn, notFoundOrNotAllowed, siteTrouble, failure } = EXIT_CODES;

const FAILURES: Readonly<Record<ChatErrorCode, readonly [ExitCode, hint?: string]>> = {
  BAD_ARGUMENT: [usage],
  STORAGE: [failure],
  LOCKED: [failure],
  ADDRESS_IN_USE: [failure, "the three sites use three consecutive ports; use --port to choose the first"],
  EMPTY: [usage],
  TOO_LONG: [usage, "use --split words, or split it into lines"],
  WRONG_PASSWORD: [notLoggedIn, "check them and run chatexchange login again"],
  CAPTCHA_REQUIRED: [notLoggedIn, "or run chatexchange login --cookies and paste the cookies of your browser"],
  CLOUDFLARE_CHALLENGE: [notLoggedIn, "run chatexchange login --cookies"],
  NO_ACCOUNT: [notLoggedIn],
  NOT_LOGGED_IN: [notLoggedIn],
  NOT_FOUND: [notFoundOrNotAllowed, "check the id and the --site"],
  FORBIDDEN: [notFoundOrNotAllowed],
  NOT_YOURS: [notFoundOrNotAllowed],
  TOO_LATE: [notFoundOrNotAllowed],
  ALREADY_DELETED: [notFoundOrNotAllowed],
  DUPLICATE: [notFoundOrNotAllowed, "rephrase it, or wait a minute"],
  ROOM_FROZEN: [notFoundOrNotAllowed],
  ROOM_TIMEOUT: [notFoundOrNotAllowed, "wait until it is over"],
  SUSPENDED: [notFoundOrNotAllowed],
  STAR_LIMIT: [notFoundOrNotAllowed],
  REFUSED: [notFoundOrNotAllowed],
  PARTLY_SENT: [failure],
  THROTTLED: [siteTrouble, "wait and try again"],
  SITE_READ_ONLY: [siteTrouble],
  SERVER_ERROR: [siteTrouble, "try again later"],
  NOT_UNDERSTOOD: [siteTrouble, "the site has changed, or a proxy interferes; please report it"],
  CONNECTION_LOST: [siteTrouble, "check the network and the --site"],
  TIMED_OUT: [siteTrouble, "check the network, or try again later"],
  ABORTED: [EXIT_CODES.interrupted],
  CLOSED: [failure],
  CASSETTE: [failure],
};

/** Describes an error. The settings are for the hint which login the command would have needed. */
export function describeFailure(error: unknown, settings?: Settings): FailureReport {
  if (error instanceof CliError) return { line: oneLine(error.message), exitCode: error.exitCode };
  if (isChatError(error)) {
    const { cause } = error;
    if (error.code === "PARTLY_SENT" && isChatError(cause)) {
      const { exitCode, line } = describeFailure(cause, settings);
      return { line: `${oneLine(error.message)}; ${line}`, exitCode };
    }
    const [exitCode, always] = FAILURES[error.code];
    const hint = error.code === "NOT_LOGGED_IN" ? loginHint(settings) : always;
    const line = withoutApiCalls(oneLine(error.message));
    return { line: hint === undefined ? line : `${line}; ${hint}`, exitCode };
  }
  return { line: oneLine(error instanceof Error ? error.message : String(error)), exitCode: failure };
}

/** The hint how to log in: with --as on the local server, elsewhere with the flags that the command was given. */
function loginHint(settings: Settings | undefined): string {
  if (settings?.site.value === "local") return "choose a user with --as NAME, such as --as Alice";
  const flags = (["site", "profile"] as const).filter((name) => settings?.[name].source.startsWith("flag"));
  return ["run chatexchange login", ...flags.map((name) => `--${name} ${settings?.[name].value}`)].join(" ");
}

/** Removes API advice from an error message, which does not apply to a user of the command line. */
function withoutApiCalls(line: string): string {
  return line.replace("not logged in; pass credentials to the Client or call login() first", "not logged in");
}
