// File operations for a client's state, with a switch that simulates a full disk.
import fs from "node:fs";

export class Disk {
  isFull = false;
  #random;

  constructor(random) {
    this.#random = random;
  }

  /** For the client's option `files`. */
  get files() {
    const refuse = (act) => {
      if (this.isFull) throw Object.assign(new Error(`ENOSPC: no space left on device, ${act}`), { code: "ENOSPC" });
    };
    return {
      open: (path, how) => {
        if (how === "ax") refuse("open");
        return fs.openSync(path, how, 0o600);
      },
      read: (fd, into, position) => fs.readSync(fd, into, 0, into.length, position),
      write: (fd, bytes) => {
        // The last block of a disk still takes the beginning of a write.
        if (this.isFull && bytes.length > 1 && this.#random.chance(0.3)) {
          return fs.writeSync(fd, bytes, 0, this.#random.between(1, bytes.length - 1));
        }
        refuse("write");
        return fs.writeSync(fd, bytes);
      },
      truncate: (fd, size) => fs.ftruncateSync(fd, size),
      size: (fd) => fs.fstatSync(fd).size,
      sync: (fd) => {
        refuse("fsync");
        // Power failures are not tested here.
        void fd;
      },
      syncFolderOf: () => {},
      keepOwner: () => {},
      rename: (from, to) => fs.renameSync(from, to),
      remove: (path) => fs.rmSync(path, { force: true }),
      close: (fd) => fs.closeSync(fd),
    };
  }
}
