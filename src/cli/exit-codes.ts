/** The exit codes of commands, and the error that a command can throw with its own exit code. */

/** The exit codes, as `--help` and docs/cli.md list them. */
export const EXIT_CODES = {
  success: 0,
  failure: 1,
  usage: 2,
  notLoggedIn: 3,
  notFoundOrNotAllowed: 4,
  siteTrouble: 5,
  interrupted: 130,
} as const;

/** One of the {@link EXIT_CODES}. */
export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];

/** The meaning of each exit code. */
export const EXIT_MEANINGS: readonly (readonly [ExitCode, string])[] = [
  [EXIT_CODES.success, "success"],
  [EXIT_CODES.failure, "local failure: a file, a full disk, an unexpected error"],
  [EXIT_CODES.usage, "usage error: an invalid flag, id or text"],
  [EXIT_CODES.notLoggedIn, "not logged in, or the login failed"],
  [EXIT_CODES.notFoundOrNotAllowed, "not found, or not permitted"],
  [EXIT_CODES.siteTrouble, "site failure: unreachable, failing, read-only or throttled"],
  [EXIT_CODES.interrupted, "interrupted with Ctrl-C"],
];

/** An error that is printed as one line and has its own exit code. */
export class CliError extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "CliError";
    this.exitCode = exitCode;
  }
}
