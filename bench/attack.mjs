// Hostile requests of up to a megabyte: the CPU of the server for each, beside a post of plain words of the same size.
import { attackCosts } from "../scripts/attack/costs.mjs";

const { rows, bad } = await attackCosts({});
for (const { attack, bytes, "CPU ms": ms, times } of rows)
  console.log(
    `  ${attack.padEnd(38)} ${String(bytes).padStart(8)} bytes ${String(ms).padStart(6)} ms CPU ${times.padStart(6)} x`,
  );
for (const sentence of bad) console.log(`  too much: ${sentence}`);
