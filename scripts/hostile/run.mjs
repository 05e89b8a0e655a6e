// Runs the cases of a kind in child processes. After a crash or a hang, a new one continues with the next case.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The most real milliseconds of one case, and of a child's start. */
const MOST_MS = 120_000;

/**
 * Counts the outcomes of a kind's cases, from case `first` up to case `most`:
 * `{ kind, tried, value, error, crash, hang, leak, bad }`.
 */
export async function runKind(kind, { seed, most, find, first = 0 }) {
  const tally = { kind, tried: 0, value: 0, error: 0, crash: 0, hang: 0, leak: 0, bad: [], codes: {} };
  for (let from = first, end = Infinity; from < end; )
    ({ from, end } = await runChild(kind, { seed, most, find, from }, tally));
  return tally;
}

function count(tally, { name, outcome, detail }) {
  tally.tried += 1;
  tally[outcome] += 1;
  if (outcome === "error") {
    const code = detail.split(":")[0];
    tally.codes[code] = (tally.codes[code] ?? 0) + 1;
  }
  if (outcome !== "value" && outcome !== "error") tally.bad.push({ name, outcome, detail });
}

/** Resolves to the case at which the next child must start. */
function runChild(kind, task, tally) {
  const worker = fileURLToPath(new URL("worker.mjs", import.meta.url));
  const child = fork(worker, [JSON.stringify({ kind, ...task })], {
    stdio: ["ignore", "inherit", "pipe", "ipc"],
    execArgv: ["--max-old-space-size=700"],
  });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said = (said + chunk).slice(-3_000);
  });
  let end;
  let at = task.from;
  let current = { name: `${kind}: the start` };
  let isHung = false;
  let timer;
  const watch = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      isHung = true;
      child.kill("SIGKILL");
    }, MOST_MS);
  };
  watch();
  child.on("message", (message) => {
    watch();
    if (message.count !== undefined) end = message.count;
    if (message.begins !== undefined) current = message;
    if (message.ends === undefined) return;
    count(tally, message);
    at = message.ends + 1;
    current = null;
  });
  return new Promise((resolve) => {
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      if (current === null || (current.begins === undefined && end === 0)) {
        const isOver = at >= (end ?? 0);
        if (!isOver)
          count(tally, {
            name: `${kind}: between cases`,
            outcome: "crash",
            detail: `the process ended with ${code ?? signal}: ${said}`,
          });
        resolve({ from: at, end: end ?? 0 });
        return;
      }
      const outcome = isHung ? "hang" : "crash";
      count(tally, {
        name: current.name,
        outcome,
        detail: isHung ? `after ${MOST_MS} ms` : `the process ended with ${code ?? signal}: ${said}`,
      });
      // A kind that cannot start is not retried.
      resolve({ from: current.begins === undefined ? Infinity : current.begins + 1, end: end ?? 0 });
    });
  });
}
