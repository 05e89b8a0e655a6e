#!/usr/bin/env node
/** The command `chatexchange`. Prints help from the table of commands; imports everything else on demand. */
import { commandOf } from "./table/commands.js";

const [first, second] = process.argv.slice(2);
const wantsHelp = first === undefined || first === "--help" || first === "-h" || first === "help";
const topic = first === "help" && second !== undefined ? commandOf(second) : undefined;

/** Prints help. A closed pipe, as with `| head`, is a success; any other write error is a failure. */
const print = (text: string): void => {
  process.stdout.on("error", async (error) => {
    if ("code" in error && error.code === "EPIPE") process.exit(0);
    const { fileReason } = await import("../storage/failures.js");
    process.stderr.write(`chatexchange: cannot write the output: ${fileReason(error) ?? error.message}\n`);
    process.exit(1);
  });
  process.stdout.write(text);
};

if (first === "--version") {
  const { version } = await import("./version.js");
  print(`${version()}\n`);
} else if (wantsHelp && (second === undefined || topic)) {
  const { helpOf, overview } = await import("./table/help.js");
  print(topic ? helpOf(topic) : overview());
} else {
  const { runProcess } = await import("./run.js");
  await runProcess(process.argv.slice(first === "help" ? 3 : 2));
}
