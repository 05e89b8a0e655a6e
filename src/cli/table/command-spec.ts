/** The types of the table of commands. */

/** A flag of a command. */
export interface FlagSpec {
  readonly name: string;
  /** The one-letter form. */
  readonly short?: string;
  /** The placeholder for its value in the help; a flag without one is boolean. */
  readonly value?: string;
  /** The values there are. */
  readonly choices?: readonly string[];
  readonly about: string;
}

/** An argument of a command, such as `ID`. */
export interface ArgumentSpec {
  readonly name: string;
  /** Whether it may be left out. */
  readonly optional?: boolean;
  /** Whether it may be repeated. */
  readonly many?: boolean;
  /** The values there are. */
  readonly choices?: readonly string[];
}

/** A command: the source of `--help`, docs/cli.md, the completions and the argument parser. */
export interface CommandSpec {
  readonly name: string;
  readonly arguments: readonly ArgumentSpec[];
  /** One line, in lower case. */
  readonly summary: string;
  /** Paragraphs of details. */
  readonly details?: readonly string[];
  readonly flags: readonly FlagSpec[];
  /** Command lines and what they do. */
  readonly examples: readonly (readonly [command: string, about: string])[];
  /** The keys of its JSON lines. */
  readonly json?: readonly string[];
}
