/** `chatexchange users`: lists the users in a room. */

import type { CliContext } from "../context.js";
import { EXIT_CODES } from "../exit-codes.js";
import { oneLine } from "../output/text.js";
import { parseId } from "../table/arguments.js";

export async function run(context: CliContext, [id]: readonly string[]): Promise<number> {
  const room = (await context.client()).getRoom(parseId("room", id));
  const users = await room.currentUsers({ signal: context.signal });
  const people = await Promise.all(users.map(async (user) => ({ id: user.id, name: await user.name })));
  people.sort((a, b) => a.name.localeCompare(b.name, "en"));
  for (const { id: userId, name } of people) {
    if (context.json) await context.printJson({ id: userId, name });
    else await context.print(`${String(userId).padStart(8)}  ${oneLine(name)}`);
  }
  if (people.length === 0 && !context.json) context.note("nobody is in the room");
  return EXIT_CODES.success;
}
