/** From a failure to its one line on stderr and its exit code: the only place that decides this. */
import { type ChatErrorCode, isChatError } from "../errors/index.js";
import { CliError, type ExitCode, exitCodes } from "./exit-codes.js";
import { oneLine } from "./output/text.js";
import type { Settings } from "./setup/settings.js";

/** How a failure is told. */
export interface Told {
  readonly line: string;
  readonly exitCode: ExitCode;
}

const { usage, notLoggedIn, notFoundOrNotAllowed, siteTrouble, failure } = exitCodes;

const codes: Readonly<Record<ChatErrorCode, readonly [ExitCode, hint?: string]>> = {
  BAD_ARGUMENT: [usage],
  STORAGE: [failure],
  LOCKED: [failure],
  ADDRESS_IN_USE: [failure, "three sites need three ports in a row; --port takes the first"],
  EMPTY: [usage],
  TOO_LONG: [usage, "use --split words, or break it into lines"],
  WRONG_PASSWORD: [notLoggedIn, "check both and run chatexchange login again"],
  CAPTCHA_REQUIRED: [notLoggedIn, "or run chatexchange login --cookies and paste the cookies of a browser"],
  CLOUDFLARE_CHALLENGE: [notLoggedIn, "run chatexchange login --cookies"],
  NO_ACCOUNT: [notLoggedIn],
  NOT_LOGGED_IN: [notLoggedIn],
  NOT_FOUND: [notFoundOrNotAllowed, "check the id and the --site"],
  FORBIDDEN: [notFoundOrNotAllowed],
  NOT_YOURS: [notFoundOrNotAllowed],
  TOO_LATE: [notFoundOrNotAllowed],
  ALREADY_DELETED: [notFoundOrNotAllowed],
  DUPLICATE: [notFoundOrNotAllowed, "say it differently, or wait a minute"],
  ROOM_FROZEN: [notFoundOrNotAllowed],
  ROOM_TIMEOUT: [notFoundOrNotAllowed, "wait until it is over"],
  SUSPENDED: [notFoundOrNotAllowed],
  STAR_LIMIT: [notFoundOrNotAllowed],
  REFUSED: [notFoundOrNotAllowed],
  PARTLY_SENT: [failure],
  THROTTLED: [siteTrouble, "wait and try again"],
  SITE_READ_ONLY: [siteTrouble],
  SERVER_ERROR: [siteTrouble, "try again later"],
  NOT_UNDERSTOOD: [siteTrouble, "the site has changed, or something stands in between; please report it"],
  CONNECTION_LOST: [siteTrouble, "check the network and the --site"],
  TIMED_OUT: [siteTrouble, "check the network, or try again later"],
  ABORTED: [exitCodes.interrupted],
  CLOSED: [failure],
  CASSETTE: [failure],
};

/** Tells a failure; with the settings it names the login that this command would have needed. */
export function tell(error: unknown, settings?: Settings): Told {
  if (error instanceof CliError) return { line: oneLine(error.message), exitCode: error.exitCode };
  if (isChatError(error)) {
    const { cause } = error;
    if (error.code === "PARTLY_SENT" && isChatError(cause)) {
      const { exitCode, line } = tell(cause, settings);
      return { line: `${oneLine(error.message)}; ${line}`, exitCode };
    }
    const [exitCode, always] = codes[error.code];
    const hint = error.code === "NOT_LOGGED_IN" ? loginHint(settings) : always;
    const line = withoutCallsOfTheApi(oneLine(error.message));
    return { line: hint === undefined ? line : `${line}; ${hint}`, exitCode };
  }
  return { line: oneLine(error instanceof Error ? error.message : String(error)), exitCode: failure };
}

/** What to type: on the local server one says who one is; elsewhere the login has to go where the command went. */
function loginHint(settings: Settings | undefined): string {
  if (settings?.site.value === "local") return "say who you are with --as NAME, such as --as Alice";
  const flags = (["site", "profile"] as const).filter((name) => settings?.[name].source.startsWith("flag"));
  return ["run chatexchange login", ...flags.map((name) => `--${name} ${settings?.[name].value}`)].join(" ");
}

/** The library speaks to programmers: who types commands has no Client to give anything to. */
function withoutCallsOfTheApi(line: string): string {
  return line.replace("not logged in; give credentials to the Client or call login() first", "not logged in");
}
