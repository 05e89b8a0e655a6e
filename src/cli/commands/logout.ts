/** `chatexchange logout`: forgets the session. */
import { rm } from "node:fs/promises";
import type { CliContext } from "../context.js";
import { CliError, exitCodes } from "../exit-codes.js";
import { fileReason } from "../failures.js";
import { isThere } from "../setup/client.js";
import { remember } from "../setup/stored-config.js";

export async function run(context: CliContext): Promise<number> {
  const { settings } = context;
  const { site, sessionFile } = await context.target();
  const host = new URL(site.chatOrigin).host;
  const removed = sessionFile !== null && (await isThere(sessionFile));
  if (removed) {
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
