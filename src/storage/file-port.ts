/** The few file system calls that durable files need, injectable so that tests can make them fail like a full disk. */
import fs from "node:fs";
import { promisify } from "node:util";
import { keepOwner, syncFolderOf } from "../util/platform.js";

/** File system calls. Each throws errors with a `code`, as `node:fs` does. */
export interface FilePort {
  /** Opens a file: `a` appends, `ax` creates a new file (mode 0600) and appends, `r` reads. */
  open(path: string, how: "a" | "ax" | "r"): number;
  /** Reads at a position, or where the last read ended. Returns the number of bytes, 0 at the end of the file. */
  read(fd: number, into: Uint8Array, position: number | null): number;
  /** Writes bytes and returns how many were written. */
  write(fd: number, bytes: Uint8Array): number;
  truncate(fd: number, size: number): void;
  size(fd: number): number;
  sync(fd: number): void;
  /** Like `sync`, without blocking the event loop. */
  syncLater(fd: number): Promise<void>;
  /** Makes renames in the directory of a path survive a power cut, if the platform can. */
  syncFolderOf(path: string): void;
  /** Gives an open file the owner of the file it will replace, if this process may change owners. */
  keepOwner(fd: number, path: string): void;
  rename(from: string, to: string): void;
  /** Removes a file if it exists. */
  remove(path: string): void;
  close(fd: number): void;
}

/** The real file system. */
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
