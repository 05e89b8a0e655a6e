/** What `edit`, `delete`, `star` and `pin` have in common: something is done to messages, one after the other, and told. */
import type { Message } from "../index.js";
import type { CliContext } from "./context.js";
import { idOf } from "./table/arguments.js";

/** Does something to messages; all ids are looked at before anything is done. */
export async function actOn(
  context: CliContext,
  ids: readonly string[],
  done: string,
  act: (message: Message) => Promise<void>,
): Promise<void> {
  const numbers = ids.map((id) => idOf("message", id));
  const client = await context.client();
  for (const number of numbers) {
    const message = client.getMessage(number);
    await act(message);
    const { id, permalink } = message;
    if (context.json) await context.printJson({ id, permalink });
    else await context.print(`${done} ${id}  ${permalink}`);
  }
}
