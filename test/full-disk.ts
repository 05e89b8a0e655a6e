/** A simulated full disk: some bytes may still fit, then every write fails. */
import { type FilePort, nodeFiles } from "../src/storage/file-port.js";

export interface TestDisk extends FilePort {
  /** The error code of failing writes and new files; undefined while the disk works. */
  trouble: string | undefined;
  /** Whether truncating the rest of a failed write fails, too. */
  keepsTornEnds: boolean;
  /** The number of attempted writes. */
  writes: number;
}

export function testDisk(): TestDisk {
  const disk: TestDisk = {
    ...nodeFiles,
    trouble: undefined,
    keepsTornEnds: false,
    writes: 0,
    open(path, how) {
      if (how === "ax") fail("ENOSPC", disk.trouble === "ENOSPC");
      return nodeFiles.open(path, how);
    },
    write(fd, bytes) {
      disk.writes += 1;
      if (disk.trouble !== undefined) {
        nodeFiles.write(fd, bytes.subarray(0, 3)); // a short write, before the error
        fail(disk.trouble, true);
      }
      return nodeFiles.write(fd, bytes);
    },
    truncate(fd, size) {
      fail("EIO", disk.keepsTornEnds);
      nodeFiles.truncate(fd, size);
    },
  };
  return disk;
}

/** The option of a client whose state is on this disk; not in the published types. */
export function on(disk: FilePort): { readonly files: FilePort } {
  return { files: disk };
}

function fail(code: string, isFailing: boolean): void {
  if (isFailing) throw Object.assign(new Error(code), { code });
}
