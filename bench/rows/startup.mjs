import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { bar } from "../support/bars.mjs";
import { columns, inTurn, median, medianRatio, timed } from "../support/measure.mjs";

const ROUNDS = Number(process.env.ROUNDS ?? 15);
const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));
const COMMANDS = {
  "node -e 0": ["-e", "0"],
  "--help": [MAIN, "--help"],
  "tail --help": [MAIN, "tail", "--help"],
  "a mistake": [MAIN, "tial"],
  config: [MAIN, "config"],
};

export const row = {
  title: "Start of the command line",
  about: `The time of a whole process, from its start to its end, against a node that does nothing; ${ROUNDS} rounds in turn.`,
  figures: {
    help: { what: "`chatexchange --help`", against: "`node -e 0`", unit: "ms", bar: bar("ratio", "<=", 2) },
  },
  async run() {
    const runs = Object.entries(COMMANDS).map(([name, args]) => [
      name,
      () => timed(() => spawnSync(process.execPath, args, { stdio: "ignore" })),
    ]);
    const times = await inTurn(Object.fromEntries(runs), { rounds: ROUNDS, warmup: 2 });
    const bare = times["node -e 0"];
    const lines = Object.entries(times).map(([name, all]) => [
      name,
      `${median(all).toFixed(1)} ms`,
      `${medianRatio(all, bare).toFixed(2)} x`,
    ]);
    const ours = times["--help"];
    return {
      figures: { help: { ours: median(ours), theirs: median(bare), ratio: medianRatio(ours, bare) } },
      details: columns(lines),
    };
  },
};
