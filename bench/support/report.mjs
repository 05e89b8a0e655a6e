// The figures of a row in words, for the terminal and for docs/performance.md.
import { execFileSync } from "node:child_process";
import { cpus, loadavg, totalmem } from "node:os";
import { columns } from "./measure.mjs";

/** The facts about a measurement that its figures depend on. */
export function circumstances(loadBefore) {
  const [{ model }] = cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    machine: `${cpus().length} x ${model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}, Node ${process.versions.node}`,
    load: `${loadBefore.toFixed(1)} to ${loadavg()[0].toFixed(1)}`,
  };
}

function commit() {
  const git = (...args) => execFileSync("git", args, { cwd: import.meta.dirname, encoding: "utf8" }).trim();
  try {
    const isChanged = git("status", "--porcelain", "--", "../../src", "..").length > 0;
    return `${git("rev-parse", "--short", "HEAD")}${isChanged ? " and changes" : ""}`;
  } catch {
    return "unknown";
  }
}

/** The cells of each figure: what, against, ours, theirs, ratio, bar, verdict. */
export function cellsOf(row, { figures }) {
  return Object.entries(row.figures).map(([key, { what, against, unit, bar, ratioUnit = "x" }]) => {
    const { ours, theirs, ratio } = figures[key];
    const isMissed = !bar.holds(figures[key]);
    return [
      what,
      against,
      shown(ours, unit),
      theirs === undefined ? "-" : shown(theirs, unit),
      ratio === undefined ? "-" : `${significant(ratio)} ${ratioUnit}`,
      bar.text,
      bar.text === "no bar" ? "-" : isMissed ? "missed" : "ok",
    ];
  });
}

/** A row's figures and details for the terminal. */
export function printed(row, result) {
  const head = ["figure", "against", "ours", "theirs", "ratio", "bar", ""];
  const figures = columns([head, ...cellsOf(row, result)]);
  return [figures, result.details, `measured at load ${result.load}`]
    .filter(Boolean)
    .join("\n\n")
    .replace(/^(?=.)/gm, "  ");
}

function shown(number, unit) {
  return `${significant(number)}${unit ? ` ${unit}` : ""}`;
}

/** Whole numbers from 100 on, three digits below. */
function significant(number) {
  if (Number.isInteger(number) || Math.abs(number) >= 100) return Math.round(number).toLocaleString("en-US");
  return number.toFixed(Math.abs(number) >= 10 ? 1 : 2);
}
