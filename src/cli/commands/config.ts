/** `chatexchange config`: shows the settings and their sources, or stores one. */

import type { CliContext } from "../context.js";
import { EXIT_CODES } from "../exit-codes.js";
import { oneLine } from "../output/text.js";
import { longSiteName, type Setting, type Settings } from "../setup/settings.js";
import { remember } from "../setup/stored-config.js";
import { usageError } from "../table/arguments.js";

export async function run(context: CliContext, [key, value]: readonly string[]): Promise<number> {
  const { settings } = context;
  if (value !== undefined) {
    await change(settings, key ?? "", value);
    return EXIT_CODES.success;
  }
  const rows = shown(settings).filter(([name]) => key === undefined || name === key);
  for (const [name, { value: text, source }] of rows) {
    if (context.json) await context.printJson({ key: name, value: text ?? null, source });
    else
      await context.print(
        `${context.style("dim", name.padEnd(9))} ${oneLine(text ?? "-").padEnd(28)} ${context.style("dim", source)}`,
      );
  }
  return EXIT_CODES.success;
}

/** The settings to show; of the password, only whether it is set. */
function shown({ profile, folder, site, as, email, password }: Settings): [string, Setting<string | undefined>][] {
  return [
    ["site", site],
    ["as", as],
    ["email", email],
    ["password", { value: password.value ? "(set)" : undefined, source: password.source }],
    ["profile", profile],
    ["folder", folder],
  ];
}

async function change(settings: Settings, key: string, value: string): Promise<void> {
  const wanted = value === "" ? undefined : value;
  if (key === "site" && wanted !== undefined && wanted !== "local") {
    const { siteOf } = await import("../../protocol/sites.js");
    siteOf(longSiteName(wanted));
  }
  if (key === "site") return remember(settings, { site: wanted });
  if (key === "as") return remember(settings, { as: wanted });
  if (key === "email") return remember(settings, { email: wanted });
  throw usageError(`cannot store "${key}"; config stores site, as and email`);
}
