/** `chatexchange login`: logs in, stores the session cookies, and makes the site the target of the profile. */
import { rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { isChatError } from "../../errors/index.js";
import { Client, type CookieInput, StorageError, type User } from "../../index.js";
import { resolvePlainFile } from "../../storage/plain-file.js";
import type { CliContext } from "../context.js";
import { CliError, EXIT_CODES } from "../exit-codes.js";
import { oneLine } from "../output/text.js";
import { clientOptions } from "../setup/client.js";
import { passwordOf } from "../setup/settings.js";
import { remember } from "../setup/stored-config.js";
import { findPerson, LOCAL_PASSWORD, makeFolder, type Target } from "../setup/target.js";
import { type Flags, textFlag, usageError } from "../table/arguments.js";
import { readAll } from "../typed-text.js";

type Means = { readonly email: string; readonly password: string } | { readonly cookies: CookieInput };

export async function run(context: CliContext, _args: readonly string[], flags: Flags): Promise<number> {
  const target = await context.target();
  const { settings } = context;
  const as = settings.as.value;
  if (target.server)
    throw usageError("no local server is running, so there is no session to store; run chatexchange serve first");
  const isPerson = target.isLocal && as !== undefined && flags.email === undefined && flags.cookies !== true;
  if (isPerson) {
    const person = findPerson(as, target);
    const means = { email: person.email, password: passwordOf(context.env) ?? LOCAL_PASSWORD };
    const me = await verify(context, { ...target, sessionFile: null }, means);
    await remember(settings, { site: settings.site.value, as: person.name });
    await tell(context, target, me);
    return EXIT_CODES.success;
  }
  const file = target.sessionFile ?? "";
  await makeFolder(dirname(file));
  const means =
    flags.cookies === true ? { cookies: await askCookies(context) } : await askPassword(context, target, flags);
  const me = await verify(context, target, means).catch(async (error: unknown) => {
    if (!isChatError(error, "CAPTCHA_REQUIRED", "CLOUDFLARE_CHALLENGE") || !context.isStdinTty) throw error;
    context.note("The site requires a human. Log in with a browser, then paste its cookies here.");
    return verify(context, target, { cookies: await askCookies(context) });
  });
  await remember(settings, { site: settings.site.value, as: undefined });
  await tell(context, target, me);
  if (!context.json) context.note(`session stored in ${file}`);
  return EXIT_CODES.success;
}

/** Logs in without using the stored session, and replaces it on success. */
async function verify(context: CliContext, target: Target, means: Means): Promise<{ id: number; name: string }> {
  const file = target.sessionFile === null ? null : fileAt(target.sessionFile);
  const fresh = file === null ? null : `${file}.${process.pid}.new`;
  const client = new Client(target.site, {
    ...clientOptions(context),
    ...means,
    ...(fresh ? { sessionFile: fresh } : {}),
  });
  try {
    const me: User = await Promise.race([client.login(), interruption(context.signal)]);
    const known = { id: me.id, name: await me.name };
    if (fresh !== null && file !== null)
      await rename(fresh, file).catch((error: unknown) => refuseToForget(file, error));
    return known;
  } finally {
    await client.logout({ drain: false });
    if (fresh !== null) await rm(fresh, { force: true });
  }
}

/** The file at a path; for a link, its target. */
function fileAt(path: string): string {
  try {
    return resolvePlainFile(path);
  } catch (error) {
    return refuseToForget(path, error);
  }
}

/** Fails although the login worked, because this command exists to store it. */
function refuseToForget(file: string, error: unknown): never {
  const reason = "check that the disk has space and its folder is writable";
  throw new StorageError(file, `cannot store the session in ${file}; ${reason}`, { cause: error });
}

async function tell(context: CliContext, { site }: Target, { id, name }: { id: number; name: string }): Promise<void> {
  const host = new URL(site.chatOrigin).host;
  if (context.json) await context.printJson({ id, name, host });
  else await context.print(`logged in as ${context.style("bold", oneLine(name))} (user ${id}) on ${host}`);
}

async function askPassword(context: CliContext, target: Target, flags: Flags): Promise<Means> {
  const { settings, env, isStdinTty } = context;
  const fromStdin = flags["password-stdin"] === true;
  const email =
    textFlag(flags, "email") ?? settings.email.value ?? (fromStdin ? undefined : await ask(context, "Email"));
  if (email === undefined) throw usageError("--password-stdin needs --email, or CHATEXCHANGE_EMAIL");
  const given = fromStdin ? await readAll({ ...context, isStdinTty: false }) : passwordOf(env);
  if (given === "") throw usageError("no password on stdin");
  if (given === undefined && isStdinTty && !target.isLocal)
    context.note("The password is used once and not stored; only the session cookies are.");
  return { email, password: given ?? (await ask(context, "Password")) };
}

async function askCookies(context: CliContext): Promise<CookieInput> {
  const text = context.isStdinTty ? await ask(context, 'Cookies, such as "acct=…; prov=…"') : await readAll(context);
  if (text.trim() === "")
    throw usageError('no cookies on stdin; pass a line such as "acct=…; prov=…" or a JSON export');
  if (!/^\s*[[{]/.test(text)) return text.replace(/^cookie:\s*/i, "");
  try {
    const value: CookieInput = JSON.parse(text);
    return value;
  } catch {
    throw usageError("the cookies are not valid JSON; export them again");
  }
}

/** Prompts on the terminal; hides what is secret. @throws {CliError} when there is no terminal */
async function ask(context: CliContext, what: string): Promise<string> {
  if (!context.isStdinTty)
    throw usageError(
      "cannot prompt for email and password without a terminal; set CHATEXCHANGE_EMAIL and CHATEXCHANGE_PASSWORD, or use --password-stdin or --cookies",
    );
  const { isCancel, password, text } = await import("@clack/prompts");
  const options = { message: what, signal: context.signal, output: process.stderr };
  const validate = (typed: string | undefined): string | undefined => (typed?.trim() ? undefined : "required");
  const answer = what === "Email" ? await text({ ...options, validate }) : await password({ ...options, validate });
  if (isCancel(answer)) throw new CliError("login canceled", EXIT_CODES.interrupted);
  return answer.trim() === answer || what !== "Email" ? answer : answer.trim();
}

function interruption(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new CliError("interrupted", EXIT_CODES.interrupted)), { once: true });
  });
}
