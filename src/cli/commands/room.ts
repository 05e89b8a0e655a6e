/** `chatexchange room`: prints the facts about a room. */

import type { CliContext } from "../context.js";
import { EXIT_CODES } from "../exit-codes.js";
import { grouped, printFacts } from "../output/facts.js";
import { oneLine } from "../output/text.js";
import { parseId } from "../table/arguments.js";

export async function run(context: CliContext, [id]: readonly string[]): Promise<number> {
  const room = (await context.client()).getRoom(parseId("room", id));
  const [name, description, tags] = await Promise.all([room.name, room.description, room.tags]);
  const owners = await room.owners;
  const [messageCount, userCount, parentSite] = [
    await room.messageCount,
    await room.userCount,
    await room.parentSiteName,
  ];
  const { access, frozen } = await room.state;
  const people = await Promise.all(owners.map(async (owner) => ({ id: owner.id, name: await owner.name })));
  if (context.json) {
    const facts = { name, description, tags, owners: people, access, frozen, messageCount, userCount, parentSite };
    await context.printJson({ id: room.id, ...facts });
    return EXIT_CODES.success;
  }
  await context.print(context.style("bold", `${oneLine(name)} (room ${room.id})`));
  await printFacts(context, [
    ["about", description],
    ["tags", tags.join(", ")],
    ["owners", people.map((owner) => `${oneLine(owner.name)} (${owner.id})`).join(", ")],
    ["access", `${access}${frozen ? ", frozen" : ""}`],
    ["messages", grouped(messageCount)],
    ["users", grouped(userCount)],
    ["site", parentSite],
    ["address", `${room.site.chatOrigin}/rooms/${room.id}`],
  ]);
  return EXIT_CODES.success;
}
