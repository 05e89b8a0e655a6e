/** The shape of the table of commands. */

/** A flag of a command. */
export interface FlagSpec {
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** What stands for its value in the help; a flag without it is on or off. */
  readonly value?: string;
  /** The values there are. */
  readonly choices?: readonly string[];
  readonly about: string;
}

/** An argument of a command, such as `ID`. */
export interface ArgumentSpec {
  readonly name: string;
  /** May be left out. */
  readonly optional?: boolean;
  /** May come more than once. */
  readonly many?: boolean;
  /** The values there are. */
  readonly choices?: readonly string[];
}

/** One command: what `--help`, docs/cli.md, the completions and the reading of arguments are made of. */
export interface CommandSpec {
  readonly name: string;
  readonly arguments: readonly ArgumentSpec[];
  /** One line. */
  readonly summary: string;
  /** Paragraphs for those who want to know more. */
  readonly details?: readonly string[];
  readonly flags: readonly FlagSpec[];
  /** What to type, and what it does. */
  readonly examples: readonly (readonly [command: string, about: string])[];
  /** The keys of its JSON lines. */
  readonly json?: readonly string[];
}
