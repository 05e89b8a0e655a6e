// Measures one row, and sends its figures to the process that asked.
import { loadRow } from "./rows.mjs";

// The asking process is gone, so nobody reads the figures.
process.on("disconnect", () => process.exit(1));
const row = await loadRow(process.argv[2]);
const { figures, details } = await row.run();
for (const key of Object.keys(row.figures))
  if (!Number.isFinite(figures[key]?.ours)) throw new Error(`the row measured no "${key}"`);
process.removeAllListeners("disconnect");
process.send({ figures, details }, () => process.exit());
