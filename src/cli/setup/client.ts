/** The client of a command: where it goes, who it is there, and how patient it is. */
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { dirname } from "node:path";
import { Client, type ClientOptions, type Logger } from "../../index.js";
import type { CliContext } from "../context.js";
import { oneLine } from "../output/text.js";
import { usage } from "../table/arguments.js";
import { version } from "../version.js";
import { passwordOf } from "./settings.js";
import { localPassword, makeFolder, personCalled, type Target } from "./target.js";

/** How long a command waits for a site that is in trouble before it gives up, in milliseconds. */
const patienceMs = 15_000;

/** Makes the client of a command. */
export async function makeClient(context: CliContext, more: Pick<ClientOptions, "stateFile" | "tap">): Promise<Client> {
  const target = await context.target();
  return new Client(target.site, { ...clientOptions(context), ...(await means(context, target)), ...more });
}

/** The options that every client of the command line has. */
export function clientOptions(context: CliContext): ClientOptions {
  return {
    userAgent: `chatexchange-cli/${version()}`,
    timeoutMs: 20_000,
    outbox: { patienceMs },
    reads: { patienceMs },
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

/** How to log in there: as a person of the local world, with the stored session, with what the environment has. */
async function means(context: CliContext, target: Target): Promise<ClientOptions> {
  const { settings, env } = context;
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

/** Whether there is a file. */
export async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function canBeMade(folder: string): Promise<boolean> {
  return makeFolder(folder)
    .then(() => access(folder, constants.W_OK))
    .then(
      () => true,
      () => false,
    );
}
