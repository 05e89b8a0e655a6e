/** Where the REPL writes: results below the prompt, and what happens meanwhile above it. */
import { clearScreenDown, cursorTo, moveCursor } from "node:readline";
import type { REPLServer } from "node:repl";

/** Writes a text above the line that is being typed, which stays as it is; just writes it when there is no prompt. */
export function printAbove(server: REPLServer, isBusy: boolean, text: string): void {
  const { output } = server;
  if (!server.terminal || isBusy || isClosed(server)) {
    output.write(`${text}\n`);
    return;
  }
  const { rows } = server.getCursorPos();
  moveCursor(output, 0, -rows);
  cursorTo(output, 0);
  clearScreenDown(output);
  output.write(`${text}\n`);
  // The line starts on a fresh row now; without this a long one would be drawn over the text.
  Reflect.set(server, "prevRows", 0);
  server.prompt(true);
}

function isClosed(server: REPLServer): boolean {
  return Reflect.get(server, "closed") === true;
}
