/** The doctor's summary of drift: what was unknown or missing on everything it read. */
import { Client } from "../../index.js";
import type { SeenDrift } from "../../transport/drift-log.js";
import type { CheckRunner, DoctorSessions } from "./check-runner.js";

/** The most differences named for people; `--json` has all of them. */
const MOST_NAMED = 5;

/** Reports where the site differs from what this package expects. */
export async function checkDrift(runner: CheckRunner, { client, visitor }: DoctorSessions): Promise<void> {
  const drift = joined([...Client.sessionOf(client).drifts.list, ...visitor.drifts.list]);
  const check = "drift";
  if (drift.length === 0) {
    const seen = "nothing was missing or unknown on anything that was read";
    await runner.note({ check, result: "ok", seen });
    return;
  }
  const named = drift.slice(0, MOST_NAMED).map(({ where, what, detail }) => `${where}: ${what}: ${detail}`);
  if (drift.length > MOST_NAMED) named.push(`and ${drift.length - MOST_NAMED} more (--json has them)`);
  const advice =
    "the site has changed, or a proxy interferes; please record it with `chatexchange doctor --record FILE`, " +
    "which stores no names or texts, and report it (docs/reporting.md)";
  await runner.note({ check, result: "warning", seen: named.join("; "), advice, drift });
}

/** Merges equal drifts and adds their counts. */
function joined(all: readonly SeenDrift[]): SeenDrift[] {
  const sums = new Map<string, SeenDrift>();
  for (const drift of all) {
    const name = `${drift.where}\n${drift.what}\n${drift.detail}`;
    sums.set(name, { ...drift, count: drift.count + (sums.get(name)?.count ?? 0) });
  }
  return [...sums.values()];
}
