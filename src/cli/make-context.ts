/** Makes the context of a run: settings now, target and client when a command first asks for them. */
import { styleText } from "node:util";
import { AbortedError } from "../errors/index.js";
import type { Client } from "../index.js";
import type { CliContext, Terminal } from "./context.js";
import { jsonLine } from "./output/text.js";
import { readSettings } from "./setup/settings.js";
import type { Target } from "./setup/target.js";
import { type Flags, textFlag } from "./table/arguments.js";

/** A context, and the end of everything that was made for it. */
export interface OwnedContext extends CliContext {
  close(): Promise<void>;
}

/** @throws {CliError} for settings that make no sense */
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
  const colours = wantsColours(env, tty.stdout);
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
    colours,
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
    style: (style, text) => (colours ? styleText(style, text, { validateStream: false }) : text),
    async close() {
      // What interrupts a command must not wait for what is queued.
      await (await client?.catch(() => undefined))?.logout({ drain: !signal.aborted });
      await (await target?.catch(() => undefined))?.server?.close();
    },
  };
  return context;
}

/** Colours are for terminals, unless the environment says otherwise. */
function wantsColours(env: Terminal["env"], isTty: boolean): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== "0" && env.FORCE_COLOR !== "false";
  return isTty && env.TERM !== "dumb";
}

/** Resolves when the text has been taken: by the pipe, the file or the terminal, not by a buffer of this process. */
function write({ stdout, signal }: CliContext, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new AbortedError({ tried: "write the output" }));
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    stdout.write(text, (error) => {
      // What a failed write means is decided where the stream's errors are heard, and ends the run.
      if (error) return;
      signal.removeEventListener("abort", abort);
      resolve();
    });
  });
}
