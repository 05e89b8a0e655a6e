/**
 * The common part of `edit`, `delete`, `star` and `pin`: performs an action on messages, one at a time, and prints the
 * results.
 */
import type { Client, Message } from "../index.js";
import type { CliContext } from "./context.js";
import { CliError, EXIT_CODES } from "./exit-codes.js";
import { hasNoAudience } from "./setup/target.js";
import { parseId } from "./table/arguments.js";

/** The client of a command that writes. @throws {CliError} when nobody would ever see the result */
export async function clientForAction(context: CliContext): Promise<Client> {
  if (await hasNoAudience(context.settings)) {
    throw new CliError("no local server is running; start one with chatexchange serve", EXIT_CODES.siteTrouble);
  }
  return context.client();
}

/** Performs an action on messages, after all ids have been validated. */
export async function forEachMessage(
  context: CliContext,
  ids: readonly string[],
  done: string,
  act: (message: Message) => Promise<void>,
): Promise<void> {
  const numbers = ids.map((id) => parseId("message", id));
  const client = await clientForAction(context);
  for (const number of numbers) {
    const message = client.getMessage(number);
    await act(message);
    const { id, permalink } = message;
    if (context.json) await context.printJson({ id, permalink });
    else await context.print(`${done} ${id}  ${permalink}`);
  }
}
