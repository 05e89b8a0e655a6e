#!/usr/bin/env node
/** The command `chatexchange`. Help is printed from the table of commands; everything else loads when it is needed. */
import { commandOf } from "./table/commands.js";

const [first, second] = process.argv.slice(2);
const wantsHelp = first === undefined || first === "--help" || first === "-h" || first === "help";
const topic = first === "help" && second !== undefined ? commandOf(second) : undefined;

/** Who reads the help through `| head` has read enough; what can't be written for another reason has failed. */
const print = (text: string): void => {
  process.stdout.on("error", async (error) => {
    if ("code" in error && error.code === "EPIPE") process.exit(0);
    const { fileReason } = await import("../storage/failures.js");
    process.stderr.write(`chatexchange: can not write the output: ${fileReason(error) ?? error.message}\n`);
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
