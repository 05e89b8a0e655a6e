// Packs the package, installs it in an empty folder, and prints what a user then has: `npm run install-size`.
// Exits with 1 when the packages or the megabytes exceed the limits of scripts/package/limits.mjs.
import { join } from "node:path";
import { diskBytesOf, installedPackages } from "./package/installed.mjs";
import { MAX_DISK_MB, MAX_PACKAGES } from "./package/limits.mjs";
import { installPacked } from "./tools/packed.mjs";
import { table } from "./tools/table.mjs";

const MEGABYTE = 1_000_000;

const { folder, remove } = await installPacked();
try {
  const packages = installedPackages(folder);
  const megabytes = (bytes) => (bytes / MEGABYTE).toFixed(2);
  const disk = diskBytesOf(join(folder, "node_modules")) / MEGABYTE;
  const total = packages.reduce((sum, { bytes }) => sum + bytes, 0);
  const rows = packages.map(({ name, version, bytes }) => [name, version, megabytes(bytes)]);
  console.log(table(["package", "version", "MB"], rows));
  console.log(
    `\n${packages.length} packages, ${megabytes(total)} MB of files, ${disk.toFixed(2)} MB on disk` +
      ` (at most ${MAX_PACKAGES} packages, ${MAX_DISK_MB} MB on disk)`,
  );
  if (packages.length > MAX_PACKAGES || disk > MAX_DISK_MB) process.exitCode = 1;
} finally {
  await remove();
}
