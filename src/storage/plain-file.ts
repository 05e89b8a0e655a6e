/**
 * Resolves a path to a plain file. Symbolic links are followed, so that their target is replaced and not they. Anything
 * but a plain file is rejected before it is opened: a pipe would block the process, and a device would be replaced.
 */
import fs from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { UsageError } from "../errors/index.js";
import { codeOf } from "../util/error-code.js";
import { previewValue } from "../util/options.js";
import { NotAPlainFileError } from "./failures.js";

/**
 * The real path of a plain file, which need not exist, so that a link and its target share one lock.
 * @throws {BAD_ARGUMENT} for an invalid file name; a {@link NotAPlainFileError} for a folder, a pipe, a socket or a
 * device; an error of the file system
 */
export function resolvePlainFile(path: string): string {
  checkFileName(path);
  const real = realPath(path);
  assertPlainFile(real, "name a file");
  return real;
}

/** @throws {BAD_ARGUMENT} for an invalid file name */
function checkFileName(path: string): void {
  if (typeof path === "string" && path !== "" && !path.includes("\0")) return;
  throw new UsageError(`a file name must be a non-empty string without NUL characters, not ${previewValue(path)}`);
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

/** The target of a dangling link; undefined for anything else. */
function targetOf(path: string): string | undefined {
  try {
    return fs.readlinkSync(path);
  } catch {
    return undefined;
  }
}

/** Rejects anything at a path that is not a plain file, including a link. */
export function assertPlainFile(path: string, remedy: string): void {
  const found = fs.lstatSync(path, { throwIfNoEntry: false });
  if (found && !found.isFile()) throw new NotAPlainFileError(describeKind(found), remedy);
}

function describeKind(found: fs.Stats): string {
  if (found.isDirectory()) return "a folder";
  if (found.isSymbolicLink()) return "a link";
  if (found.isFIFO()) return "a pipe";
  return found.isSocket() ? "a socket" : "a device";
}

/** Whether a file has other hard links, as in a backup: appending to it would change them all. */
export function hasOtherHardLinks(path: string): boolean {
  return (fs.statSync(path, { throwIfNoEntry: false })?.nlink ?? 1) > 1;
}

/** The length of a file in bytes; 0 if it does not exist. */
export function fileSize(path: string): number {
  return fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
