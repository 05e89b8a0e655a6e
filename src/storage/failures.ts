/** Turns an error of the file system into a failure that names the file, the fault and the remedy. */
import fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { StorageError } from "../errors/index.js";

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "no space left on the device",
  EDQUOT: "the quota is used up",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOENT: "no such file or folder",
  ENOTDIR: "a part of the path is not a folder",
  EISDIR: "it is a folder",
  EFBIG: "the file is too big",
  EIO: "the device failed",
  EEXIST: "it is there already",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
};

/** The `code` of an error of the platform, such as `ENOSPC`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

/** The fault of a file or a port in words; undefined when the failure is of another kind. */
export function fileReason(error: unknown): string | undefined {
  return reasons[codeOf(error) ?? ""];
}

/** The failure to read or write a file. */
export function storageError(act: "read" | "write" | "use", path: string, error: unknown): StorageError {
  const reason = fileReason(error) ?? (error instanceof Error ? error.message : String(error));
  const isFull = ["ENOSPC", "EDQUOT"].includes(codeOf(error) ?? "");
  const advice = isFull ? "make room on the disk" : "check that its folder exists and is writable";
  return new StorageError(path, `cannot ${act} ${path}: ${reason}; ${advice}`, { cause: error });
}

/** The target of a path, so that a link and its target are one file with one lock. */
export function realPath(path: string): string {
  try {
    return fs.realpathSync(path);
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
    return join(fs.realpathSync(dirname(path)), basename(path));
  }
}
