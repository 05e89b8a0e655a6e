/** The few file calls under durable files, behind a port: a test makes them fail as a full disk does. */
import fs from "node:fs";
import { promisify } from "node:util";
import { keepOwner, syncFolderOf } from "../util/platform.js";

/** File calls. Each throws an error with a `code`, as those of `node:fs` do. */
export interface FilePort {
  /** `a` appends, `ax` makes a new file (mode 0600) and appends, `r` reads. */
  open(path: string, how: "a" | "ax" | "r"): number;
  /** Reads from a position, or from the end of the last read. Returns the number of bytes, 0 at the end. */
  read(fd: number, into: Uint8Array, position: number | null): number;
  /** Writes as many bytes as fit. Returns their number. */
  write(fd: number, bytes: Uint8Array): number;
  truncate(fd: number, size: number): void;
  size(fd: number): number;
  sync(fd: number): void;
  /** The same without blocking the process. */
  syncLater(fd: number): Promise<void>;
  /** Makes renames in the folder of a path survive a power cut, where the platform can. */
  syncFolderOf(path: string): void;
  /** Gives an open file the owner of the file that it will replace, where this process may. */
  keepOwner(fd: number, path: string): void;
  rename(from: string, to: string): void;
  /** Removes a file, if there is one. */
  remove(path: string): void;
  close(fd: number): void;
}

/** The machine's files. */
export const nodeFiles: FilePort = {
  open: (path, how) => fs.openSync(path, how, 0o600),
  read: (fd, into, position) => fs.readSync(fd, into, 0, into.length, position),
  write: (fd, bytes) => fs.writeSync(fd, bytes),
  truncate: (fd, size) => fs.ftruncateSync(fd, size),
  size: (fd) => fs.fstatSync(fd).size,
  sync: (fd) => fs.fsyncSync(fd),
  syncLater: promisify(fs.fsync),
  syncFolderOf,
  keepOwner,
  rename: (from, to) => fs.renameSync(from, to),
  remove: (path) => fs.rmSync(path, { force: true }),
  close: (fd) => fs.closeSync(fd),
};
