/** `chatexchange user`: prints a user's profile. */

import type { CliContext } from "../context.js";
import { EXIT_CODES } from "../exit-codes.js";
import { grouped, printFacts } from "../output/facts.js";
import { oneLine } from "../output/text.js";
import { parseId } from "../table/arguments.js";
import { timeAgo } from "../times.js";

export async function run(context: CliContext, [id]: readonly string[]): Promise<number> {
  const user = (await context.client()).getUser(parseId("user", id));
  const [name, reputation, isModerator] = await Promise.all([user.name, user.reputation, user.isModerator]);
  const about = await user.about;
  const [messageCount, roomCount, profile] = [
    await user.messageCount,
    await user.roomCount,
    await user.parentProfileUrl,
  ];
  const [lastSeen, lastMessage] = await Promise.all([user.lastSeen, user.lastMessage]);
  const rooms = await Promise.all((await user.rooms).map(async (room) => `${oneLine(await room.name)} (${room.id})`));
  if (context.json) {
    const facts = { name, about, reputation, isModerator, messageCount, roomCount, profile };
    await context.printJson({ id: user.id, ...facts });
    return EXIT_CODES.success;
  }
  await context.print(context.style("bold", `${oneLine(name)} (user ${user.id})${isModerator ? " ♦" : ""}`));
  await printFacts(context, [
    ["about", about],
    ["reputation", grouped(reputation)],
    ["messages", grouped(messageCount)],
    ["rooms", rooms.length > 0 ? rooms.join(", ") : grouped(roomCount)],
    ["seen", lastSeen === null ? null : timeAgo(lastSeen)],
    ["talked", lastMessage === null ? null : timeAgo(lastMessage)],
    ["profile", profile],
  ]);
  return EXIT_CODES.success;
}
