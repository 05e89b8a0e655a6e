/** docs/performance.md is written by `npm run bench -- --write`; it has every row, each with a bar or the words "no bar". */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { loadRow, rowNames } from "../bench/support/rows.mjs";

const page = readFileSync(resolve(import.meta.dirname, "../docs/performance.md"), "utf8");

test("the benchmark has rows", () => {
  expect(rowNames().length).toBeGreaterThan(10);
});

test.each(rowNames())("docs/performance.md has the figures and the section of the row %s", async (name) => {
  const { title, about, figures } = await loadRow(name);
  expect(page).toContain(`<!-- row ${name} -->\n## ${name}\n\n**${title}.** \`npm run bench -- ${name}\``);
  expect(page).toContain(about.trim());
  const lines = page.split("\n").filter((line) => line.endsWith(`| [${name}](#${name}) |`));
  expect(lines.map(cells)).toEqual(
    Object.values(figures).map(({ what, against, bar }) => ({ what, against, bar: bar.text })),
  );
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) expect(cells(line).bar).toMatch(/^(?:no bar|(?:<|<=|>|>=) \d.*)$/);
});

function cells(line: string): { readonly what: string; readonly against: string; readonly bar: string } {
  const [, what = "", against = "", , , , bar = ""] = line.split("|").map((cell) => cell.trim());
  return { what, against, bar };
}
