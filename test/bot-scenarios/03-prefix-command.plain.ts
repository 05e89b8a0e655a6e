/** The same without the bot layer. */
import { foldPings, isOnebox, moveNotice, type Room } from "../../src/index.js";

export async function start([room]: readonly [Room]): Promise<void> {
  const events = room.newEvents();
  await events.ready;
  void answer(events);
}

async function answer(events: ReturnType<Room["newEvents"]>): Promise<void> {
  for await (const { message, event, isForYou } of foldPings(events)) {
    if (event.byYou || event.user === null || event.user.id <= 0) continue;
    if (isOnebox(event.content ?? "") || moveNotice(event.content ?? "")) continue;
    const [, byPrefix, byMention, alone] =
      /^(?:!!\/|sdc )(\w+)$|^@Bot (\w+)$|^(\w+)$/.exec(event.textContent ?? "") ?? [];
    const command = byPrefix ?? (isForYou ? (byMention ?? alone) : undefined);
    if (command === "status") await message.reply("All is well.");
  }
}
