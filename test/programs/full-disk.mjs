// A disk that is full while a file is there: to be loaded before a program, with the name of the file in FULL_DISK.
import fs from "node:fs";

const { writeSync } = fs;
fs.writeSync = (fd, ...rest) => {
  if (fd > 2 && fs.existsSync(process.env.FULL_DISK)) throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
  return writeSync(fd, ...rest);
};
