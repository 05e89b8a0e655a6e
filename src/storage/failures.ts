/** Converts file system errors to errors that name the file, the cause and the fix. */

import { StorageError } from "../errors/index.js";
import { codeOf } from "../util/error-code.js";

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "no space left on the device",
  EDQUOT: "the quota is used up",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOENT: "no such file or folder",
  ENOTDIR: "a part of the path is not a folder",
  EISDIR: "it is a folder, not a file",
  ERR_FS_EISDIR: "it is a folder, not a file",
  ENAMETOOLONG: "the name is too long",
  ELOOP: "its symbolic links form a loop",
  EFBIG: "the file is too big",
  EIO: "the device failed",
  EEXIST: "it already exists",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
};

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: "free up disk space",
  EDQUOT: "free up disk space",
  EACCES: "check who owns it and its folder",
  EPERM: "check who owns it and its folder",
  EISDIR: "name a file",
  ERR_FS_EISDIR: "name a file",
  ENOTDIR: "name a file in a folder",
  ENAMETOOLONG: "use a shorter one",
  ELOOP: "fix or delete the links",
};

/** The path leads to something other than a plain file. */
export class NotAPlainFileError extends Error {
  readonly remedy: string;

  /** @param kind - such as `a folder` */
  constructor(kind: string, remedy: string) {
    super(`it is ${kind}, not a file`);
    this.remedy = remedy;
  }
}

/** The cause of a file or port error in words; undefined for any other error. */
export function fileReason(error: unknown): string | undefined {
  return error instanceof NotAPlainFileError ? error.message : REASONS[codeOf(error) ?? ""];
}

/** The fix for a file error. */
export function fileRemedy(error: unknown): string {
  if (error instanceof NotAPlainFileError) return error.remedy;
  return REMEDIES[codeOf(error) ?? ""] ?? "check that its folder exists and is writable";
}

/**
 * Creates the error for an operation on a file that failed.
 * @param what - what to call the file. @default the path
 */
export function storageError(
  act: "read" | "write" | "use" | "delete",
  path: string,
  error: unknown,
  what: string = path,
): StorageError {
  const reason = fileReason(error) ?? (error instanceof Error ? error.message : String(error));
  return new StorageError(path, `cannot ${act} ${what}: ${reason}; ${fileRemedy(error)}`, { cause: error });
}
