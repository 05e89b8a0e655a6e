/** The doctor's sum of what the site has that this package does not know, and lacks, on all that was read. */
import { Client } from "../../index.js";
import type { SeenDrift } from "../../transport/drift-log.js";
import type { Examination, Eyes } from "./examination.js";

/** So many are named in the line for people; `--json` has them all. */
const MOST_NAMED = 5;

/** Tells where the site has moved away from what this package knows. */
export async function checkDrift(examination: Examination, { client, visitor }: Eyes): Promise<void> {
  const drift = joined([...Client.sessionOf(client).drifts.list, ...visitor.drifts.list]);
  const check = "drift";
  if (drift.length === 0) {
    const seen = "nothing was missing, and nothing was unknown, on all that was read";
    await examination.note({ check, result: "ok", seen });
    return;
  }
  const named = drift.slice(0, MOST_NAMED).map(({ where, what, detail }) => `${where}: ${what}: ${detail}`);
  if (drift.length > MOST_NAMED) named.push(`and ${drift.length - MOST_NAMED} more (--json has them)`);
  const advice =
    "the site has changed, or something stands in between; please record it with `chatexchange doctor --record FILE`, " +
    "which keeps no names and no texts, and report it (docs/reporting.md)";
  await examination.note({ check, result: "warning", seen: named.join("; "), advice, drift });
}

/** Each distinct drift once. */
function joined(all: readonly SeenDrift[]): SeenDrift[] {
  const sums = new Map<string, SeenDrift>();
  for (const drift of all) {
    const name = `${drift.where}\n${drift.what}\n${drift.detail}`;
    sums.set(name, { ...drift, count: drift.count + (sums.get(name)?.count ?? 0) });
  }
  return [...sums.values()];
}
