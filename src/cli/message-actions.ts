/** What `edit`, `delete`, `star` and `pin` have in common: something is done to messages, one after the other, and told. */
import type { Client, Message } from "../index.js";
import type { CliContext } from "./context.js";
import { CliError, exitCodes } from "./exit-codes.js";
import { isForNobody } from "./setup/target.js";
import { idOf } from "./table/arguments.js";

/** The client of a command that says or changes something. @throws {CliError} where nobody would ever see it */
export async function clientToTalk(context: CliContext): Promise<Client> {
  if (await isForNobody(context.settings)) {
    throw new CliError(
      "no local server is running, and nobody would see it in one of its own; start one with chatexchange serve",
      exitCodes.siteTrouble,
    );
  }
  return context.client();
}

/** Does something to messages; all ids are looked at before anything is done. */
export async function actOn(
  context: CliContext,
  ids: readonly string[],
  done: string,
  act: (message: Message) => Promise<void>,
): Promise<void> {
  const numbers = ids.map((id) => idOf("message", id));
  const client = await clientToTalk(context);
  for (const number of numbers) {
    const message = client.getMessage(number);
    await act(message);
    const { id, permalink } = message;
    if (context.json) await context.printJson({ id, permalink });
    else await context.print(`${done} ${id}  ${permalink}`);
  }
}
