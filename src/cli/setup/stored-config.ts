/** Changes what the config file remembers for a profile. */
import { writeWholeFile } from "../../storage/atomic-file.js";
import { fileReason } from "../../storage/failures.js";
import { CliError, exitCodes } from "../exit-codes.js";
import { configFile, readConfig, type Settings, type StoredProfile } from "./settings.js";
import { makeFolder } from "./target.js";

/** Remembers values; undefined forgets one. @throws {CliError} when the folder can not be written to */
export async function remember(
  { folder, profile }: Settings,
  values: { readonly [Key in keyof StoredProfile]: string | undefined },
): Promise<void> {
  const file = configFile(folder.value);
  const { profiles } = readConfig(file);
  const before: Readonly<Record<string, string | undefined>> = { ...profiles[profile.value] };
  const after = Object.fromEntries(Object.entries({ ...before, ...values }).filter(([, value]) => value !== undefined));
  if (JSON.stringify(before) === JSON.stringify(after)) return;
  await makeFolder(folder.value);
  try {
    await writeWholeFile(file, `${JSON.stringify({ profiles: { ...profiles, [profile.value]: after } }, null, 2)}\n`);
  } catch (error) {
    const reason = fileReason(error) ?? "it can not be written";
    throw new CliError(
      `can not write ${file}: ${reason}; set CHATEXCHANGE_CONFIG_DIR to a folder that can be written to`,
      exitCodes.failure,
      error,
    );
  }
}
