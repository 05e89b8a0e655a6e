/** Makes the context of a run: settings now, target and client when a command first asks for them. */
import { styleText } from "node:util";
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

function write({ stdout, signal }: CliContext, text: string): Promise<void> {
  if (stdout.write(text) || signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const go = (): void => {
      stdout.removeListener("drain", go);
      signal.removeEventListener("abort", go);
      resolve();
    };
    stdout.once("drain", go);
    signal.addEventListener("abort", go, { once: true });
  });
}
