// What it takes until the command line answers, next to a node that does nothing. The bar: --help at most 2 x `node -e 0`.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { compare } from "./measure.mjs";

const main = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const run =
  (...args) =>
  () =>
    spawnSync(process.execPath, args, { stdio: "ignore" });

compare(
  {
    "node -e 0": run("-e", "0"),
    "--help": run(main, "--help"),
    "tail --help": run(main, "tail", "--help"),
    "a mistake": run(main, "tial"),
    config: run(main, "config"),
  },
  { rounds: 30, warmup: 5 },
);
