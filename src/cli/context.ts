/**
 * The context of a command: its terminal, its settings, and a client created on first use. Commands use nothing else of
 * the process, so that a test can act as the terminal.
 */
import type { styleText } from "node:util";
import type { Client, ClientOptions } from "../index.js";
import type { Settings } from "./setup/settings.js";
import type { Target } from "./setup/target.js";

/** A style name of `util.styleText`. */
export type Style = Parameters<typeof styleText>[0];

/** The terminal of a run: its streams, environment and size. */
export interface Terminal {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly stdin: NodeJS.ReadableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether stdout, stderr and stdin are terminals. */
  readonly tty: { readonly stdout: boolean; readonly stderr: boolean; readonly stdin: boolean };
  /** Its width in columns; changes when it is resized. */
  readonly columns: number;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
}

/** The context of a command. */
export interface CliContext {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly stdin: NodeJS.ReadableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether stdout is a terminal. */
  readonly isTty: boolean;
  /** Whether stderr is a terminal, on which a line can be rewritten. */
  readonly isStderrTty: boolean;
  /** Whether stdin is a terminal, on which the user can be prompted. */
  readonly isStdinTty: boolean;
  /** Whether to print in color. */
  readonly colors: boolean;
  /** Whether to print one JSON object per line. */
  readonly json: boolean;
  /** Whether to log to stderr. */
  readonly verbose: boolean;
  /** The width of the terminal in columns; changes when it is resized. */
  readonly columns: number;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  /** The settings, each with its source. */
  readonly settings: Settings;
  /** The target: a site, or a local server, which is started if needed. */
  target(): Promise<Target>;
  /** The client: created once, from the target, the profile's stored session and the credentials of the environment. */
  client(more?: Pick<ClientOptions, "stateFile" | "tap">): Promise<Client>;
  /**
   * Prints a line to stdout. Resolves when the pipe, file or terminal has accepted it; rejects when the run is aborted
   * first.
   */
  print(line: string): Promise<void>;
  /** Prints a value to stdout as one line of JSON, like {@link CliContext.print}. */
  printJson(value: object): Promise<void>;
  /** Prints a line to stderr. */
  note(line: string): void;
  /** Styles a text; returns it unchanged without colors. */
  style(style: Style, text: string): string;
}

/** The part of a context that printing needs. */
export type Output = Pick<CliContext, "json" | "colors" | "columns" | "print" | "printJson" | "style">;
