/** Creates the context of a run: settings at once, target and client on first use. */
import { styleText } from "node:util";
import { AbortedError } from "../errors/index.js";
import type { Client } from "../index.js";
import type { CliContext, Terminal } from "./context.js";
import { jsonLine } from "./output/text.js";
import { readSettings } from "./setup/settings.js";
import type { Target } from "./setup/target.js";
import { type Flags, textFlag } from "./table/arguments.js";

/** A context that can be closed, with everything it created. */
export interface OwnedContext extends CliContext {
  close(): Promise<void>;
}

/** @throws {CliError} for invalid settings */
export function makeContext(terminal: Terminal, flags: Flags): OwnedContext {
  const { stdout, stderr, stdin, env, tty, signal } = terminal;
  const settings = readSettings(
    {
      site: textFlag(flags, "site"),
      local: flags.local === true,
      as: textFlag(flags, "as"),
      profile: textFlag(flags, "profile"),
    },
    env,
  );
  const colors = wantsColors(env, tty.stdout);
  const note = (line: string): void => void stderr.write(`${line}\n`);
  let target: Promise<Target> | undefined;
  let client: Promise<Client> | undefined;
  const context: OwnedContext = {
    stdout,
    stderr,
    stdin,
    env,
    isTty: tty.stdout,
    isStderrTty: tty.stderr,
    isStdinTty: tty.stdin,
    colors,
    json: flags.json === true,
    verbose: flags.verbose === true,
    get columns() {
      return terminal.columns;
    },
    signal,
    settings,
    target() {
      target ??= import("./setup/target.js").then(({ findTarget }) =>
        findTarget(settings, (line) => note(`chatexchange: ${line}`)),
      );
      return target;
    },
    client(more = {}) {
      client ??= import("./setup/client.js").then(({ makeClient }) => makeClient(context, more));
      return client;
    },
    print: (line) => write(context, `${line}\n`),
    printJson: (value) => write(context, `${jsonLine(value)}\n`),
    note,
    style: (style, text) => (colors ? styleText(style, text, { validateStream: false }) : text),
    async close() {
      // An interrupted command must not wait for queued actions.
      await (await client?.catch(() => undefined))?.logout({ drain: !signal.aborted });
      await (await target?.catch(() => undefined))?.server?.close();
    },
  };
  return context;
}

/** Uses colors on terminals, unless the environment says otherwise. */
function wantsColors(env: Terminal["env"], isTty: boolean): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return isTty && env.TERM !== "dumb";
}

/** Resolves when the pipe, file or terminal has accepted the text, not when this process has buffered it. */
function write({ stdout, signal }: CliContext, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new AbortedError({ tried: "write the output" }));
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    stdout.write(text, (error) => {
      // The error listener of the stream handles failed writes and ends the run.
      if (error) return;
      signal.removeEventListener("abort", abort);
      resolve();
    });
  });
}
