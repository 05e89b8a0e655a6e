/**
 * The file behind a path. A link is followed, so that it stays a link and its target is replaced; anything but a plain
 * file is refused before it is opened, because a pipe would block the process and a device would be replaced.
 */
import fs from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { UsageError } from "../errors/index.js";
import { shown } from "../util/options.js";
import { codeOf, NotAFile } from "./failures.js";

/**
 * The path of the plain file that a path leads to, whether it exists or not, so that a link and its target are one file
 * with one lock.
 * @throws {BAD_ARGUMENT} for a name that no file can have; a {@link NotAFile} for a folder, a pipe, a socket or a device;
 *   an error of the file system
 */
export function plainFile(path: string): string {
  checkFileName(path);
  const real = realPath(path);
  checkKind(real, "name a file");
  return real;
}

/** @throws {BAD_ARGUMENT} for a name that no file can have */
function checkFileName(path: string): void {
  if (typeof path === "string" && path !== "" && !path.includes("\0")) return;
  throw new UsageError(`a file has a name without NUL characters, not ${shown(path)}; name another`);
}

function realPath(path: string): string {
  try {
    return fs.realpathSync.native(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    const target = targetOf(path);
    if (target !== undefined) return realPath(resolve(dirname(path), target));
    return join(fs.realpathSync.native(dirname(path)), basename(path));
  }
}

/** The target of a link that leads nowhere; undefined for anything else. */
function targetOf(path: string): string | undefined {
  try {
    return fs.readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** Refuses anything at a path that is not a plain file, also a link. */
export function checkKind(path: string, remedy: string): void {
  const found = fs.lstatSync(path, { throwIfNoEntry: false });
  if (found && !found.isFile()) throw new NotAFile(kindOf(found), remedy);
}

function kindOf(found: fs.Stats): string {
  if (found.isDirectory()) return "a folder";
  if (found.isSymbolicLink()) return "a link";
  if (found.isFIFO()) return "a pipe";
  return found.isSocket() ? "a socket" : "a device";
}

/** Whether a file has another name, as a backup by hard links has: appending to it would change both. */
export function isShared(path: string): boolean {
  return (fs.statSync(path, { throwIfNoEntry: false })?.nlink ?? 1) > 1;
}

/** The length of a file in bytes; 0 when there is none. */
export function fileSize(path: string): number {
  return fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
