/** How a command ends: the exit codes, and the failure that a command itself can name. */

/** The exit codes, as `--help` and docs/cli.md list them. */
export const exitCodes = {
  success: 0,
  failure: 1,
  usage: 2,
  notLoggedIn: 3,
  notFoundOrNotAllowed: 4,
  siteTrouble: 5,
  interrupted: 130,
} as const;

/** One of the {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each exit code means. */
export const exitMeanings: readonly (readonly [ExitCode, string])[] = [
  [exitCodes.success, "it worked"],
  [exitCodes.failure, "it failed here: a file, a full disk, something unforeseen"],
  [exitCodes.usage, "the command was not understood: a wrong flag, id or text"],
  [exitCodes.notLoggedIn, "not logged in, or the login was refused"],
  [exitCodes.notFoundOrNotAllowed, "no such room, user or message, or you may not do that"],
  [exitCodes.siteTrouble, "trouble with the site: unreachable, failing, read-only, throttled"],
  [exitCodes.interrupted, "interrupted with Ctrl-C"],
];

/** A failure that is worth one line and an exit code of its own. */
export class CliError extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "CliError";
    this.exitCode = exitCode;
  }
}
