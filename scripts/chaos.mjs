// Runs bots under every kind of fault, and counts events and messages that are lost, duplicated or out of order:
// `npm run chaos`, `npm run chaos -- --seed 7 --events 20000 --faults 200`, `npm run chaos -- --seeds 20`. Also kills a bot
// repeatedly: `npm run chaos -- --kills 200`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Client } from "../dist/index.js";
import { ChatServer } from "../dist/server/index.js";
import { ManualClock } from "../dist/testing/index.js";
import { killsText, runFullDisk, runKills } from "./chaos/kills.mjs";
import { runChaos } from "./chaos/run.mjs";
import { sendsOf, sendsText, sum, tableOf } from "./chaos/tally.mjs";

const USAGE =
  "usage: npm run chaos -- [--seed N] [--seeds COUNT] [--events N] [--faults N] [--stream-only] [--no-restarts] [--without PATTERN] [--latency | --no-latency] [--sockets room|shared]\n       npm run chaos -- --kills N [--seed N]\n       npm run chaos -- --full-disk TIMES [--seed N]";
/** The most problems printed per seed. */
const MAX_SHOWN = 8;

const options = readOptions();
if (options.kills > 0) report(await runKills({ ChatServer }, options));
else if (options.fullDisk > 0) await runOnSmallDisk();
else await runSeeds();

function report(result) {
  console.log(killsText(result));
  process.exitCode = result.once === result.commands && result.ended.length === 0 ? 0 : 1;
}

/** Reruns this program with a disk of 512 kB, which needs a mount namespace. */
async function runOnSmallDisk() {
  const { seed, fullDisk: times } = options;
  const folder = process.env.CHAOS_DISK;
  if (folder) {
    report(await runFullDisk({ ChatServer }, { seed, times, folder }));
    return;
  }
  const disk = mkdtempSync(join(tmpdir(), "small-disk-"));
  const script = 'mount -t tmpfs -o size=512k none "$CHAOS_DISK" || exit 77; exec "$@"';
  const args = ["-rm", "sh", "-c", script, "sh", process.execPath, ...process.argv.slice(1)];
  const { status, error } = spawnSync("unshare", args, { stdio: "inherit", env: { ...process.env, CHAOS_DISK: disk } });
  rmSync(disk, { recursive: true });
  if (error || status === 77) console.log(`SKIPPED: cannot create a small disk here (${error?.message ?? "no mount"})`);
  process.exitCode = error || status === 77 ? 0 : (status ?? 1);
}

async function runSeeds() {
  const results = [];
  for (let seed = options.seed; seed < options.seed + options.seeds; seed++) {
    const result = await runChaos({ Client, ChatServer, ManualClock }, { ...options, seed });
    results.push(result);
    const { problems, happened, seconds, mode } = result;
    const network = `${mode.latency ? "latency, " : ""}${mode.sockets === "shared" ? "one socket a site" : "one socket a room"}${mode.keepsState ? ", state on disk" : ""}`;
    console.log(
      `seed ${seed} (${network}): ${happened} events, ${problems.length} problems, ${seconds.toFixed(1)} s, all delivered ${inSeconds(mode.settled.toldMs)} and all sent ${inSeconds(mode.settled.saidMs)} after the last fault; ${sendsText(result.sends)}`,
    );
    for (const { kind, text, fault, context } of problems.slice(0, MAX_SHOWN)) {
      console.log(
        `  ${kind}: ${text}\n    after fault ${fault.number}, ${fault.kind}${context ? `\n    delivered: ${context}` : ""}`,
      );
    }
    if (problems.length > MAX_SHOWN) console.log(`  … and ${problems.length - MAX_SHOWN} more`);
  }
  console.log(`\n${tableOf(sum(results))}`);
  console.log(`\n${sendsText(sendsOf(results.map(({ sends }) => sends)))}`);
  const failed = results.filter(({ problems }) => problems.length > 0).map(({ seed }) => seed);
  console.log(
    failed.length > 0 ? `\nFAILED with seed ${failed.join(", ")}` : `\npassed: ${results.length} seeds, no problems`,
  );
  process.exitCode = failed.length > 0 ? 1 : 0;
}

function inSeconds(ms) {
  return `${Math.round(ms / 1000)} s`;
}

function readOptions() {
  try {
    const number = (text, fallback) => {
      const value = Number(text ?? fallback);
      if (!Number.isSafeInteger(value) || value < 0) throw new TypeError(`${text} is not a non-negative integer`);
      return value;
    };
    const { values } = parseArgs({
      options: {
        seed: { type: "string" },
        seeds: { type: "string" },
        events: { type: "string" },
        faults: { type: "string" },
        "stream-only": { type: "boolean" },
        "no-restarts": { type: "boolean" },
        without: { type: "string" },
        latency: { type: "boolean" },
        kills: { type: "string" },
        "full-disk": { type: "string" },
        sockets: { type: "string" },
      },
      allowNegative: true,
    });
    if (!["room", "shared", undefined].includes(values.sockets))
      throw new TypeError("--sockets must be room or shared");
    return {
      seed: number(values.seed, 1),
      seeds: number(values.seeds, 1),
      events: number(values.events, 20_000),
      faults: number(values.faults, 200),
      kills: number(values.kills, 0),
      fullDisk: number(values["full-disk"], 0),
      sends: !values["stream-only"],
      restarts: !values["no-restarts"],
      ...(values.without === undefined ? {} : { without: new RegExp(values.without) }),
      ...(values.latency === undefined ? {} : { latency: values.latency }),
      ...(values.sockets === undefined ? {} : { sockets: values.sockets }),
    };
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`);
    process.exit(2);
  }
}
