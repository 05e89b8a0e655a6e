// Measures an installed node_modules folder: which packages it holds, and how large each is.
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The packages that npm installed in a folder, largest first.
 * @returns for each: `name`, `version`, `path`, and `bytes` of its files without the packages nested in it
 */
export function installedPackages(folder) {
  const modules = join(folder, "node_modules");
  const lock = JSON.parse(readFileSync(join(modules, ".package-lock.json"), "utf8"));
  const packages = Object.entries(lock.packages).map(([path, { version }]) => {
    const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    return { name, version, path, bytes: bytesOf(join(folder, path)) };
  });
  return packages.sort((a, b) => b.bytes - a.bytes);
}

/** The size of the files below a folder, without nested packages. */
function bytesOf(folder) {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === "node_modules") continue;
    const path = join(folder, entry.name);
    bytes += entry.isDirectory() ? bytesOf(path) : lstatSync(path).size;
  }
  return bytes;
}

/** The disk space of everything below a folder, as `du` counts it: whole blocks. */
export function diskBytesOf(folder) {
  const { blocks, size } = lstatSync(folder);
  let bytes = blocks === undefined ? size : blocks * 512;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      bytes += diskBytesOf(path);
      continue;
    }
    const file = lstatSync(path);
    bytes += file.blocks === undefined ? file.size : file.blocks * 512;
  }
  return bytes;
}
