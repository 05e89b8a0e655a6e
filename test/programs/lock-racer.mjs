// One of many processes that race for a lock: for each line `PATH TIME` it tries once, at that time, and prints the outcome.
import { createInterface } from "node:readline";
import { lockFile } from "../../dist/parts/storage.js";

const locks = [];
process.stdout.write("ready\n");
for await (const line of createInterface(process.stdin).on("close", () => process.exit())) {
  const [path, at] = line.split(" ");
  while (Date.now() < Number(at));
  try {
    locks.push(lockFile(path));
    process.stdout.write("won\n");
  } catch (error) {
    process.stdout.write(`${error.code === "LOCKED" ? "lost" : error}\n`);
  }
}
