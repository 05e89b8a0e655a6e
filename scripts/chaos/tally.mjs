// Counts the results of a run by fault: a problem is attributed to the last fault of its site before it.

const emptyRow = () => ({
  injected: 0,
  delivered: 0,
  lost: 0,
  doubled: 0,
  "out of order": 0,
  "gaps right": 0,
  "gaps wrong": 0,
  "sends lost": 0,
  "sends doubled": 0,
  "sends out of order": 0,
  "sends refused": 0,
});

/** The columns of the table, after that of the fault. */
export const COLUMNS = Object.keys(emptyRow());

const COLUMN_OF_KIND = { wrong: "gaps wrong" };

/** Builds the result of a run from the injected faults, the delivered events and the problems. */
export function tally({ seed, mode, seconds, kinds, injected, rooms, problems, sends }) {
  const rows = Object.fromEntries(["(none yet)", ...kinds].map((kind) => [kind, emptyRow()]));
  for (const { kind } of injected) rows[kind].injected++;
  let happened = 0;
  for (const { record, gaps } of rooms) {
    happened += record.happened.size;
    for (const { fault, gap } of record.delivered) if (!gap) rows[fault.kind].delivered++;
    for (const { fault } of gaps) rows[fault.kind]["gaps right"]++;
  }
  for (const { kind, text, fault } of problems) {
    const column = COLUMN_OF_KIND[kind] ?? kind;
    if (column in rows[fault.kind]) rows[fault.kind][column]++;
    if (kind === "wrong" && text.includes("the gap")) rows[fault.kind]["gaps right"]--;
  }
  const totals = emptyRow();
  for (const row of Object.values(rows)) for (const column of COLUMNS) totals[column] += row[column];
  return { seed, mode, seconds, happened, rows, totals, problems, sends: sendsOf(sends) };
}

/** Sums the outcomes of `sendMessage` over sites or runs. */
export function sendsOf(list) {
  const sum = { asked: 0, sent: 0, arrivedUnknown: 0, rejected: {} };
  for (const { asked, sent, arrivedUnknown, rejected } of list) {
    sum.asked += asked;
    sum.sent += sent;
    sum.arrivedUnknown += arrivedUnknown;
    for (const [code, count] of Object.entries(rejected)) sum.rejected[code] = (sum.rejected[code] ?? 0) + count;
  }
  return sum;
}

/** Formats these outcomes in one line. */
export function sendsText({ asked, sent, arrivedUnknown, rejected }) {
  const reasons = Object.entries(rejected).map(([code, count]) => `${count} ${code}`);
  const unknown = arrivedUnknown > 0 ? `, ${arrivedUnknown} of which had arrived` : "";
  return `${asked} messages to send, ${sent} sent, ${asked - sent} rejected${reasons.length > 0 ? ` (${reasons.join(", ")}${unknown})` : ""}`;
}

/** Sums results. */
export function sum(results) {
  const rows = {};
  const totals = emptyRow();
  for (const result of results) {
    for (const [kind, row] of Object.entries(result.rows)) {
      rows[kind] ??= emptyRow();
      for (const column of COLUMNS) rows[kind][column] += row[column];
    }
    for (const column of COLUMNS) totals[column] += result.totals[column];
  }
  return { rows, totals };
}

/** Formats the table as Markdown. */
export function tableOf({ rows, totals }) {
  const shown = Object.entries(rows).filter(([, row]) => row.injected > 0 || row.delivered > 0);
  const lines = [["fault", ...COLUMNS], ...shown.map(([kind, row]) => [kind, ...COLUMNS.map((name) => row[name])])];
  lines.push(["total", ...COLUMNS.map((name) => totals[name])]);
  const widths = lines[0].map((_, at) => Math.max(...lines.map((line) => String(line[at]).length)));
  const text = lines.map((line) => {
    const cells = line.map((cell, at) =>
      at === 0 ? String(cell).padEnd(widths[0]) : String(cell).padStart(widths[at]),
    );
    return `| ${cells.join(" | ")} |`;
  });
  const rule = `|${widths.map((width, at) => (at === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  return [text[0], rule, ...text.slice(1)].join("\n");
}
