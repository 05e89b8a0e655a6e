/** `chatexchange login`: verifies who you are, keeps the cookies of the session, and makes the site the profile's target. */
import { rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { isChatError } from "../../errors/index.js";
import { Client, type CookieInput, StorageError, type User } from "../../index.js";
import { plainFile } from "../../storage/plain-file.js";
import type { CliContext } from "../context.js";
import { CliError, exitCodes } from "../exit-codes.js";
import { oneLine } from "../output/text.js";
import { clientOptions } from "../setup/client.js";
import { passwordOf } from "../setup/settings.js";
import { remember } from "../setup/stored-config.js";
import { localPassword, makeFolder, personCalled, type Target } from "../setup/target.js";
import { type Flags, textFlag, usage } from "../table/arguments.js";
import { readAll } from "../typed-text.js";

type Means = { readonly email: string; readonly password: string } | { readonly cookies: CookieInput };

export async function run(context: CliContext, _args: readonly string[], flags: Flags): Promise<number> {
  const target = await context.target();
  const { settings } = context;
  const as = settings.as.value;
  if (target.server) throw usage("a server for this command alone keeps no session; run chatexchange serve first");
  const isPerson = target.isLocal && as !== undefined && flags.email === undefined && flags.cookies !== true;
  if (isPerson) {
    const person = personCalled(as, target);
    const means = { email: person.email, password: passwordOf(context.env) ?? localPassword };
    const me = await verify(context, { ...target, sessionFile: null }, means);
    await remember(settings, { site: settings.site.value, as: person.name });
    await tell(context, target, me);
    return exitCodes.success;
  }
  const file = target.sessionFile ?? "";
  await makeFolder(dirname(file));
  const means =
    flags.cookies === true ? { cookies: await askCookies(context) } : await askPassword(context, target, flags);
  const me = await verify(context, target, means).catch(async (error: unknown) => {
    if (!isChatError(error, "CAPTCHA_REQUIRED", "CLOUDFLARE_CHALLENGE") || !context.isStdinTty) throw error;
    context.note("The site wants to see a human. Log in there with a browser, then give its cookies here.");
    return verify(context, target, { cookies: await askCookies(context) });
  });
  await remember(settings, { site: settings.site.value, as: undefined });
  await tell(context, target, me);
  if (!context.json) context.note(`the session is kept in ${file}`);
  return exitCodes.success;
}

/** Logs in anew, whatever is stored; the stored session is replaced when that worked. */
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

/** The plain file at a path, the target of a link. */
function fileAt(path: string): string {
  try {
    return plainFile(path);
  } catch (error) {
    return refuseToForget(path, error);
  }
}

/** The login itself worked, and was all for nothing: this command is there to keep it. */
function refuseToForget(file: string, error: unknown): never {
  const reason = "check that there is room, and that its folder is writable";
  throw new StorageError(file, `the session cannot be kept in ${file}; ${reason}`, { cause: error });
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
  if (email === undefined) throw usage("--password-stdin needs --email, or CHATEXCHANGE_EMAIL");
  const given = fromStdin ? await readAll({ ...context, isStdinTty: false }) : passwordOf(env);
  if (given === "") throw usage("stdin had no password");
  if (given === undefined && isStdinTty && !target.isLocal)
    context.note("The password is used once and not kept; only the cookies of the session are.");
  return { email, password: given ?? (await ask(context, "Password")) };
}

async function askCookies(context: CliContext): Promise<CookieInput> {
  const text = context.isStdinTty ? await ask(context, 'Cookies, such as "acct=…; prov=…"') : await readAll(context);
  if (text.trim() === "") throw usage('stdin had no cookies; give a line such as "acct=…; prov=…" or a JSON export');
  if (!/^\s*[[{]/.test(text)) return text.replace(/^cookie:\s*/i, "");
  try {
    const value: CookieInput = JSON.parse(text);
    return value;
  } catch {
    throw usage("these cookies look like JSON, but are none; export them again");
  }
}

/** Asks on the terminal; what is secret is not shown. @throws {CliError} when there is no terminal */
async function ask(context: CliContext, what: string): Promise<string> {
  if (!context.isStdinTty)
    throw usage(
      "there is no terminal to ask for email and password on; set CHATEXCHANGE_EMAIL and CHATEXCHANGE_PASSWORD, or use --password-stdin or --cookies",
    );
  const prompts = await import("@clack/prompts");
  const options = { message: what, signal: context.signal, output: process.stderr };
  const validate = (text: string | undefined): string | undefined =>
    text?.trim() ? undefined : "this can not be empty";
  const answer =
    what === "Email" ? await prompts.text({ ...options, validate }) : await prompts.password({ ...options, validate });
  if (prompts.isCancel(answer)) throw new CliError("not logged in: it was cancelled", exitCodes.interrupted);
  return answer.trim() === answer || what !== "Email" ? answer : answer.trim();
}

function interruption(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(new CliError("interrupted", exitCodes.interrupted)), { once: true });
  });
}
