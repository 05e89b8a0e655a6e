// Simulates a full disk while the file named by FULL_DISK exists. Loaded before a program.
import fs from "node:fs";

const { writeSync } = fs;
fs.writeSync = (fd, ...rest) => {
  if (fd > 2 && fs.existsSync(process.env.FULL_DISK)) throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
  return writeSync(fd, ...rest);
};
