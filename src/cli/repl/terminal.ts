/** Prints what happens in the background above the REPL's prompt. */
import { clearScreenDown, cursorTo, moveCursor } from "node:readline";
import type { REPLServer } from "node:repl";

/** Prints a text above the line being typed, which stays intact; without a prompt, just prints it. */
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
  // The prompt now starts on a new row; without this, a long line would be drawn over the text.
  Reflect.set(server, "prevRows", 0);
  server.prompt(true);
}

function isClosed(server: REPLServer): boolean {
  return Reflect.get(server, "closed") === true;
}
