/** The text that `send` and `edit` get: what was typed, or what comes from stdin. */

import type { CliContext } from "./context.js";
import { type Flags, usage } from "./table/arguments.js";

/** More than any message can be; a program that never ends must not fill the memory. */
const longest = 1_000_000;

/** @throws {CliError} when stdin says nothing, or too much */
export async function typedText(context: CliContext, words: readonly string[], flags: Flags): Promise<string> {
  const text = words.length === 1 && words[0] === "-" ? await readAll(context) : words.join(" ");
  if (flags.fixed !== true) return text;
  const { fixedWidth } = await import("../protocol/markup/index.js");
  return fixedWidth(text);
}

/** All of stdin, without the line end that programs put there. */
export async function readAll({ stdin, signal, isStdinTty, note }: CliContext): Promise<string> {
  if (isStdinTty) note("type the text, then Ctrl-D:");
  const chunks: Buffer[] = [];
  let size = 0;
  const stop = (): void => void ("destroy" in stdin && typeof stdin.destroy === "function" && stdin.destroy());
  signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const chunk of stdin) {
      const piece = typeof chunk === "string" ? Buffer.from(chunk) : Buffer.from(chunk);
      size += piece.length;
      if (size > longest) throw usage(`stdin says more than ${longest} bytes; that is no message`);
      chunks.push(piece);
    }
  } finally {
    signal.removeEventListener("abort", stop);
  }
  return Buffer.concat(chunks).toString("utf8").replace(/\r\n/g, "\n").replace(/\n+$/, "");
}
