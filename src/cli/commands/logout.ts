/** `chatexchange logout`: ends the session at the site, and forgets it. */
import { rm } from "node:fs/promises";
import { Client } from "../../index.js";
import { fileReason } from "../../storage/failures.js";
import type { CliContext } from "../context.js";
import { CliError, exitCodes } from "../exit-codes.js";
import { tell } from "../failures.js";
import { clientOptions, isThere } from "../setup/client.js";
import { remember } from "../setup/stored-config.js";
import type { Flags } from "../table/arguments.js";

export async function run(context: CliContext, _args: readonly string[], flags: Flags): Promise<number> {
  const { settings } = context;
  const { site, sessionFile } = await context.target();
  const host = new URL(site.chatOrigin).host;
  const removed = sessionFile !== null && (await isThere(sessionFile));
  if (removed) {
    if (flags.forget !== true) await endAtSite(new Client(site, { ...clientOptions(context), sessionFile }));
    await rm(sessionFile, { force: true }).catch((error: unknown) => {
      throw new CliError(
        `can not delete ${sessionFile}: ${fileReason(error) ?? "check its folder"}`,
        exitCodes.failure,
      );
    });
  }
  const wasSomebody = settings.as.value !== undefined && settings.as.source.endsWith("config.json");
  if (wasSomebody) await remember(settings, { as: undefined });
  if (context.json) await context.printJson({ host, removed: removed || wasSomebody });
  else await context.print(removed || wasSomebody ? `logged out of ${host}` : `there was no session for ${host}`);
  return exitCodes.success;
}

/** @throws {CliError} when the site could not be told; then the session is still there for another try */
async function endAtSite(client: Client): Promise<void> {
  await client.logout({ drain: false, endLogin: true }).catch((error: unknown) => {
    const { line, exitCode } = tell(error);
    throw new CliError(`${line}; logout --forget deletes the session here without telling the site`, exitCode, error);
  });
}
