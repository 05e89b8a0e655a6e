/** Turns an error of the file system into a failure that names the file, the fault and the remedy. */
import { StorageError } from "../errors/index.js";

const reasons: Readonly<Record<string, string>> = {
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
  ELOOP: "its links lead in a circle",
  EFBIG: "the file is too big",
  EIO: "the device failed",
  EEXIST: "it is there already",
  EMFILE: "too many files are open",
  ENFILE: "too many files are open",
};

const remedies: Readonly<Record<string, string>> = {
  ENOSPC: "make room on the disk",
  EDQUOT: "make room on the disk",
  EACCES: "check who owns it and its folder",
  EPERM: "check who owns it and its folder",
  EISDIR: "name a file",
  ERR_FS_EISDIR: "name a file",
  ENOTDIR: "name a file in a folder",
  ENAMETOOLONG: "take a shorter one",
  ELOOP: "mend or delete the links",
};

/** Something other than a plain file stands at a path. */
export class NotAFile extends Error {
  readonly remedy: string;

  /** @param kind - such as `a folder` */
  constructor(kind: string, remedy: string) {
    super(`it is ${kind}, not a file`);
    this.remedy = remedy;
  }
}

/** The `code` of an error of the platform, such as `ENOSPC`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}

/** The fault of a file or a port in words; undefined when the failure is of another kind. */
export function fileReason(error: unknown): string | undefined {
  return error instanceof NotAFile ? error.message : reasons[codeOf(error) ?? ""];
}

/** The remedy for the fault of a file. */
export function fileRemedy(error: unknown): string {
  if (error instanceof NotAFile) return error.remedy;
  return remedies[codeOf(error) ?? ""] ?? "check that its folder exists and is writable";
}

/**
 * The failure to do something with a file.
 * @param what - the file in words. @default the path
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
