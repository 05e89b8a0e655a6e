/** Stores values of a profile in the config file. */
import { writeWholeFile } from "../../storage/atomic-file.js";
import { fileReason } from "../../storage/failures.js";
import { CliError, EXIT_CODES } from "../exit-codes.js";
import { configFile, readConfig, type Settings, type StoredProfile } from "./settings.js";
import { makeFolder } from "./target.js";

/** Stores values; undefined removes one. @throws {CliError} when the folder is not writable */
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
    const reason = fileReason(error) ?? "unknown error";
    throw new CliError(
      `cannot write ${file}: ${reason}; set CHATEXCHANGE_CONFIG_DIR to a writable folder`,
      EXIT_CODES.failure,
      error,
    );
  }
}
