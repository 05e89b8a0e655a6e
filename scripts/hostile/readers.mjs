// The parsers of pages, responses, frames and markup, with fast-check input: runs test/hostile.test.ts with more cases.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Counts the outcomes of all cases, as for the other kinds. */
export async function runReaders({ seed, most }) {
  const folder = mkdtempSync(join(tmpdir(), "hostile-readers-"));
  const report = join(folder, "report.json");
  const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
  // Its own process group, so that a parser that hangs can be killed with all its processes.
  const child = spawn(process.execPath, [vitest, "run", "test/hostile.test.ts"], {
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    env: { ...process.env, FUZZ_CASES: String(most), FUZZ_SEED: String(seed), FUZZ_REPORT: report },
    detached: true,
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      said = (said + chunk).slice(-4_000);
    });
  }
  const end = () => process.kill(-child.pid, "SIGKILL");
  let isHung = false;
  const deadline = setTimeout(
    () => {
      isHung = true;
      end();
    },
    300_000 + most * 30,
  );
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, end);
  const code = await new Promise((resolve) => child.on("close", resolve));
  clearTimeout(deadline);
  for (const signal of ["SIGINT", "SIGTERM"]) process.removeListener(signal, end);
  const told = reportIn(report);
  rmSync(folder, { recursive: true, force: true });
  const bad = { name: "a reader", outcome: isHung ? "hang" : "crash", detail: said };
  const isBad = isHung || code !== 0;
  return {
    kind: "readers",
    ...told,
    crash: isBad && !isHung ? 1 : 0,
    hang: isHung ? 1 : 0,
    leak: 0,
    bad: isBad ? [bad] : [],
    codes: {},
  };
}

function reportIn(path) {
  try {
    const { tried, value, error } = JSON.parse(readFileSync(path, "utf8"));
    return { tried, value, error };
  } catch {
    return { tried: 1, value: 0, error: 0 };
  }
}
