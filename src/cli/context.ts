/** What every command gets: where to read and write, what is in force, and a client made when it is first asked for. */
import type { Client } from "../index.js";
import type { Settings } from "./settings.js";

/** What every command gets. */
export interface CliContext {
  readonly stdout: NodeJS.WritableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly stdin: NodeJS.ReadableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether stdout is a terminal. */
  readonly isTty: boolean;
  /** Whether to write in colours. */
  readonly colours: boolean;
  /** Whether to write one JSON object for each line. */
  readonly json: boolean;
  /** Ctrl-C. */
  readonly signal: AbortSignal;
  /** What is in force and where each value comes from. */
  readonly settings: Settings;
  /** The client: made once, of the target, the stored session of the profile and the credentials of the environment. */
  client(): Promise<Client>;
}
