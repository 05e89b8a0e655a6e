/** `chatexchange logout`: ends the session at the site and deletes it here. */
import { rm } from "node:fs/promises";
import { Client } from "../../index.js";
import { fileReason } from "../../storage/failures.js";
import type { CliContext } from "../context.js";
import { CliError, EXIT_CODES } from "../exit-codes.js";
import { describeFailure } from "../failures.js";
import { clientOptions, fileExists } from "../setup/client.js";
import { remember } from "../setup/stored-config.js";
import type { Flags } from "../table/arguments.js";

export async function run(context: CliContext, _args: readonly string[], flags: Flags): Promise<number> {
  const { settings } = context;
  const { site, sessionFile } = await context.target();
  const host = new URL(site.chatOrigin).host;
  const removed = sessionFile !== null && (await fileExists(sessionFile));
  if (removed) {
    if (flags.forget !== true) await endAtSite(new Client(site, { ...clientOptions(context), sessionFile }));
    await rm(sessionFile, { force: true }).catch((error: unknown) => {
      throw new CliError(
        `cannot delete ${sessionFile}: ${fileReason(error) ?? "check its folder"}`,
        EXIT_CODES.failure,
      );
    });
  }
  const wasSomebody = settings.as.value !== undefined && settings.as.source.endsWith("config.json");
  if (wasSomebody) await remember(settings, { as: undefined });
  if (context.json) await context.printJson({ host, removed: removed || wasSomebody });
  else await context.print(removed || wasSomebody ? `logged out of ${host}` : `not logged in to ${host}`);
  return EXIT_CODES.success;
}

/** @throws {CliError} when the site cannot be reached; the session is kept for another attempt */
async function endAtSite(client: Client): Promise<void> {
  await client.logout({ drain: false, endLogin: true }).catch((error: unknown) => {
    const { line, exitCode } = describeFailure(error);
    throw new CliError(
      `${line}; use --forget to delete the session here without ending it at the site`,
      exitCode,
      error,
    );
  });
}
