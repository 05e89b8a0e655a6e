// docs/performance.md: written row by row, so that one row can be measured again and the others stay.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cellsOf } from "./report.mjs";
import { loadRow, rowNames } from "./rows.mjs";

const PAGE = join(import.meta.dirname, "../../docs/performance.md");

const INTRODUCTION = `<!-- Written by \`npm run bench -- --write\`. Change the texts in bench/rows, not here. -->
# Performance

Each figure is measured next to the one it is compared with, in the same run, because ratios survive a noisy machine. A ratio is ours divided by theirs, or theirs
divided by ours where it says "as fast". Each row states its date, its commit, the machine, and the load of the machine over the last minute, before and after the run.

\`\`\`sh
npm run bench                   # every row
npm run bench -- live pages     # some rows
npm run bench -- --check        # exits 1 if a bar is missed
npm run bench -- --write        # writes this page; with names, their rows only
\`\`\`
`;

const HEAD = `| figure | against | ours | theirs | ratio | bar | | row |
|---|---|---:|---:|---:|---|---|---|`;

/** Puts the figures of a row into the page, in place of its earlier ones; a row that was never measured says so. */
export async function writePage(name, row, result) {
  const parts = new Map(partsOf(readPage()));
  parts.set(name, { lines: linesOf(name, row, result), section: sectionOf(name, row, result) });
  const rows = [];
  for (const each of rowNames()) rows.push(parts.get(each) ?? unmeasured(each, await loadRow(each)));
  const table = [HEAD, ...rows.flatMap(({ lines }) => lines)].join("\n");
  writeFileSync(PAGE, [INTRODUCTION, `${table}\n`, ...rows.map(({ section }) => section)].join("\n"));
}

function unmeasured(name, row) {
  const lines = Object.values(row.figures).map(
    ({ what, against, bar }) =>
      `| ${what} | ${against} | - | - | - | ${bar.text} | not measured yet | [${name}](#${name}) |`,
  );
  return { lines, section: sectionWith(name, row, "not measured yet.", "") };
}

function readPage() {
  try {
    return readFileSync(PAGE, "utf8");
  } catch {
    return "";
  }
}

/** The lines and the section of each row of a page. */
function partsOf(page) {
  const lines = page.split("\n").filter((line) => line.startsWith("| "));
  return [...page.matchAll(/^<!-- row (\S+) -->\n.*?^<!-- end -->\n/gms)].map(([section, name]) => [
    name,
    { lines: lines.filter((line) => line.endsWith(` [${name}](#${name}) |`)), section },
  ]);
}

function linesOf(name, row, result) {
  return cellsOf(row, result).map((cells) => {
    const verdict = cells[6] === "missed" ? "**missed**" : cells[6];
    return `| ${[...cells.slice(0, 6), verdict, `[${name}](#${name})`].join(" | ")} |`;
  });
}

function sectionOf(name, row, { date, commit, machine, load, details }) {
  return sectionWith(name, row, `${date}, commit ${commit}, load ${load}; ${machine}.`, details);
}

function sectionWith(name, row, facts, details) {
  const text = [
    `<!-- row ${name} -->`,
    `## ${name}`,
    "",
    `**${row.title}.** \`npm run bench -- ${name}\`, ${facts}`,
    "",
    row.about.trim(),
  ];
  if (details) text.push("", "```", details, "```");
  return `${[...text, "<!-- end -->"].join("\n")}\n`;
}
