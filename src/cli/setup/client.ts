/** Creates the client of a command: its site, its login, and its timeouts. */
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { dirname } from "node:path";
import { Client, type ClientOptions, type Logger } from "../../index.js";
import type { CliContext } from "../context.js";
import { oneLine } from "../output/text.js";
import { usageError } from "../table/arguments.js";
import { version } from "../version.js";
import { passwordOf } from "./settings.js";
import { findPerson, LOCAL_PASSWORD, makeFolder, type Target } from "./target.js";

/** How long a command retries before it gives up, in milliseconds. */
const PATIENCE_MS = 15_000;

/** Creates the client of a command. */
export async function makeClient(context: CliContext, more: Pick<ClientOptions, "stateFile" | "tap">): Promise<Client> {
  const target = await context.target();
  return new Client(target.site, { ...clientOptions(context), ...(await loginOptions(context, target)), ...more });
}

/** The options of every client of the command line. */
export function clientOptions(context: CliContext): ClientOptions {
  return {
    userAgent: `chatexchange-cli/${version()}`,
    timeoutMs: 20_000,
    outbox: { patienceMs: PATIENCE_MS },
    reads: { patienceMs: PATIENCE_MS },
    onError: () => {},
    logger: loggerOf(context),
  };
}

function loggerOf({ verbose, note }: CliContext): Logger {
  const line = (text: string, ...details: unknown[]): void => {
    if (!verbose) return;
    const reasons = details.map((detail) => (detail instanceof Error ? detail.message : ""));
    note(oneLine([text, ...reasons].filter(Boolean).join(": ")));
  };
  return { debug() {}, info: line, warn: line, error: line };
}

/**
 * How to log in: as a user of the local server, with the stored session, or with the credentials of the environment.
 */
async function loginOptions(context: CliContext, target: Target): Promise<ClientOptions> {
  const { settings, env } = context;
  const as = settings.as.value;
  if (target.isLocal && as !== undefined)
    return { email: findPerson(as, target).email, password: passwordOf(env) ?? LOCAL_PASSWORD };
  if (as !== undefined && settings.as.source.startsWith("flag"))
    throw usageError(`--as works only on a local server, which ${settings.site.value} is not; add --local`);
  const file = target.sessionFile;
  const hasSession = file !== null && (await fileExists(file));
  const email = settings.email.value;
  const password = passwordOf(env);
  const isFixed = hasSession && !(await isWritable(dirname(file)));
  if (isFixed)
    context.note(`chatexchange: ${dirname(file)} is not writable; using the stored session without updating it`);
  if (email === undefined || password === undefined) return hasSession ? { sessionFile: file } : {};
  // Repeated logins lead to a CAPTCHA, so store the session where possible.
  const canKeep = file !== null && (await isWritable(dirname(file)));
  return { email, password, ...(file !== null && (hasSession || canKeep) ? { sessionFile: file } : {}) };
}

/** Whether a file exists. */
export async function fileExists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function isWritable(folder: string): Promise<boolean> {
  return makeFolder(folder)
    .then(() => access(folder, constants.W_OK))
    .then(
      () => true,
      () => false,
    );
}
