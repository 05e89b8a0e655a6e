/** Reads the text of `send` and `edit`, from the arguments or from stdin. */

import type { CliContext } from "./context.js";
import { type Flags, usageError } from "./table/arguments.js";

/** The limit of stdin, far above any message, so that endless input cannot fill the memory. */
const MAX_BYTES = 1_000_000;

/** @throws {CliError} when stdin is too long */
export async function typedText(context: CliContext, words: readonly string[], flags: Flags): Promise<string> {
  const text = words.length === 1 && words[0] === "-" ? await readAll(context) : words.join(" ");
  if (flags.fixed !== true) return text;
  const { fixedWidth } = await import("../protocol/markup/index.js");
  return fixedWidth(text);
}

/** Reads all of stdin, without trailing newlines. */
export async function readAll({ stdin, signal, isStdinTty, note }: CliContext): Promise<string> {
  if (isStdinTty) note("type the text, then press Ctrl-D:");
  const chunks: Buffer[] = [];
  let size = 0;
  const stop = (): void => void ("destroy" in stdin && typeof stdin.destroy === "function" && stdin.destroy());
  signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const chunk of stdin) {
      const piece = typeof chunk === "string" ? Buffer.from(chunk) : Buffer.from(chunk);
      size += piece.length;
      if (size > MAX_BYTES)
        throw usageError(`stdin is longer than ${MAX_BYTES} bytes, which is too long for a message`);
      chunks.push(piece);
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
  return Buffer.concat(chunks).toString("utf8").replace(/\r\n/g, "\n").replace(/\n+$/, "");
}
