/**
 * What every command gets: where to read and write, what is in force, and a client that is made when it is first asked
 * for. Commands use nothing of the process but this, so that a test can be the terminal.
 */
import type { styleText } from "node:util";
import type { Client, ClientOptions } from "../index.js";
import type { Settings } from "./setup/settings.js";
import type { Target } from "./setup/target.js";

/** The names of `util.styleText`. */
export type Style = Parameters<typeof styleText>[0];

/** Where a run reads and writes. */
export interface Terminal {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly stdin: NodeJS.ReadableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether stdout, stderr and stdin are a terminal. */
  readonly tty: { readonly stdout: boolean; readonly stderr: boolean; readonly stdin: boolean };
  /** Its width; changes when somebody resizes it. */
  readonly columns: number;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
}

/** What every command gets. */
export interface CliContext {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly stdin: NodeJS.ReadableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether stdout is a terminal. */
  readonly isTty: boolean;
  /** Whether stderr is a terminal, where a line can be rewritten. */
  readonly isStderrTty: boolean;
  /** Whether stdin is a terminal, where somebody can be asked. */
  readonly isStdinTty: boolean;
  /** Whether to write in colours. */
  readonly colours: boolean;
  /** Whether to write one JSON object for each line. */
  readonly json: boolean;
  /** Whether to say on stderr what goes on behind the scenes. */
  readonly verbose: boolean;
  /** The width of the terminal, in columns; changes when somebody resizes it. */
  readonly columns: number;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  /** What is in force and where each value comes from. */
  readonly settings: Settings;
  /** Where it goes: a site, or a local server, which is started when need be. */
  target(): Promise<Target>;
  /** The client: made once, of the target, the stored session of the profile and the credentials of the environment. */
  client(more?: Pick<ClientOptions, "stateFile" | "tap">): Promise<Client>;
  /** Writes a line to stdout; resolves when the pipe, file or terminal has taken it, and rejects when the run is ended first. */
  print(line: string): Promise<void>;
  /** Writes a value as one line of JSON to stdout, as {@link CliContext.print} does. */
  printJson(value: object): Promise<void>;
  /** Writes a line to stderr. */
  note(line: string): void;
  /** A text in a style, or plain without colours. */
  style(style: Style, text: string): string;
}

/** As much of a context as is needed to print. */
export type Output = Pick<CliContext, "json" | "colours" | "columns" | "print" | "printJson" | "style">;
