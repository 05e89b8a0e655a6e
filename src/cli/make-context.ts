/** Makes the context of a run: settings now, target and client when a command first asks for them. */
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { dirname } from "node:path";
import { styleText } from "node:util";
import type { Client, ClientOptions, Logger } from "../index.js";
import { type Flags, textFlag, usage } from "./arguments.js";
import type { CliContext } from "./context.js";
import type { Terminal } from "./run.js";
import { passwordOf, readSettings } from "./settings.js";
import type { Target } from "./target.js";
import { harmless, jsonLine, oneLine } from "./text.js";
import { version } from "./version.js";

/** A context, and the end of everything that was made for it. */
export interface OwnedContext extends CliContext {
  close(): Promise<void>;
}

/** @throws {CliError} for settings that make no sense */
export function makeContext(terminal: Terminal, flags: Flags): OwnedContext {
  const { stdout, stderr, stdin, env, tty, columns, signal } = terminal;
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
    columns,
    signal,
    settings,
    target() {
      target ??= import("./target.js").then(({ findTarget }) =>
        findTarget(settings, (line) => note(`chatexchange: ${line}`)),
      );
      return target;
    },
    client(more = {}) {
      client ??= makeClient(context, more);
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

/** How long a command waits for a site that is in trouble before it gives up, in milliseconds. */
const patienceMs = 15_000;

async function makeClient(context: CliContext, more: Pick<ClientOptions, "stateFile">): Promise<Client> {
  const [target, { Client }] = await Promise.all([context.target(), import("../index.js")]);
  return new Client(target.site, { ...clientOptions(context), ...(await means(context, target)), ...more });
}

/** The options that every client of the command line has. */
export function clientOptions(context: CliContext): ClientOptions {
  return {
    userAgent: `chatexchange-cli/${version()}`,
    timeoutMs: 20_000,
    outbox: { patienceMs },
    onError: () => {},
    logger: loggerOf(context),
  };
}

function loggerOf({ verbose, note }: CliContext): Logger {
  const line = (text: string, ...details: unknown[]): void => {
    if (!verbose) return;
    const reasons = details.map((detail) => (detail instanceof Error ? detail.message : ""));
    note(oneLine(harmless([text, ...reasons].filter(Boolean).join(": "))));
  };
  return { debug() {}, info: line, warn: line, error: line };
}

/** How to log in there: as a person of the local world, with the stored session, with what the environment has. */
async function means(context: CliContext, target: Target): Promise<ClientOptions> {
  const { settings, env } = context;
  const { localPassword, personCalled } = await import("./target.js");
  const as = settings.as.value;
  if (target.isLocal && as !== undefined)
    return { email: personCalled(as, target).email, password: passwordOf(env) ?? localPassword };
  if (as !== undefined && settings.as.source.startsWith("flag"))
    throw usage(`--as picks somebody of a local server, and ${settings.site.value} is none; add --local`);
  const file = target.sessionFile;
  const hasSession = file !== null && (await isThere(file));
  const email = settings.email.value;
  const password = passwordOf(env);
  const isFixed = hasSession && !(await canBeMade(dirname(file)));
  if (isFixed) context.note(`chatexchange: ${dirname(file)} can not be written to; the session there is used as it is`);
  if (email === undefined || password === undefined) return hasSession ? { sessionFile: file } : {};
  // Repeated logins lead to a CAPTCHA, so the session is kept where it can be.
  const canKeep = file !== null && (await canBeMade(dirname(file)));
  return { email, password, ...(file !== null && (hasSession || canKeep) ? { sessionFile: file } : {}) };
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function canBeMade(folder: string): Promise<boolean> {
  const { makeFolder } = await import("./target.js");
  return makeFolder(folder)
    .then(() => access(folder, constants.W_OK))
    .then(
      () => true,
      () => false,
    );
}
