/** Formats a Markdown table with aligned columns. */
export function table(head, rows) {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column].length)));
  const line = (cells, fill = " ") =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column], fill)).join(" | ")} |`;
  return [
    line(head),
    line(
      head.map(() => "---"),
      "-",
    ),
    ...rows.map((row) => line(row)),
  ].join("\n");
}

/** Runs `work` for each item with limited concurrency. Resolves to the results in the order of the items. */
export async function inTurns(most, items, work) {
  const results = [];
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) results[index] = await work(items[index]);
  };
  await Promise.all(Array.from({ length: most }, worker));
  return results;
}
