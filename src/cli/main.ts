#!/usr/bin/env node
/** The command `chatexchange`. Help is printed from the table of commands; everything else loads when it is needed. */
import { commandOf } from "./table/commands.js";

const [first, second] = process.argv.slice(2);
const wantsHelp = first === undefined || first === "--help" || first === "-h" || first === "help";
const topic = first === "help" && second !== undefined ? commandOf(second) : undefined;

if (first === "--version") {
  const { version } = await import("./version.js");
  process.stdout.write(`${version()}\n`);
} else if (wantsHelp && (second === undefined || topic)) {
  const { helpOf, overview } = await import("./table/help.js");
  process.stdout.write(topic ? helpOf(topic) : overview());
} else {
  const { runProcess } = await import("./run.js");
  await runProcess(process.argv.slice(first === "help" ? 3 : 2));
}
