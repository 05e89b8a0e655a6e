/** The same without the bot layer. */
import { AccessLevelChanged, MessagePosted, type Room, type User, UserNameOrAvatarChanged } from "../../src/index.js";

export async function start([room]: readonly [Room]): Promise<void> {
  const told = new Set<User>();
  const watch = room.watch(async (event) => {
    if (event instanceof AccessLevelChanged || event instanceof UserNameOrAvatarChanged)
      await event.targetUser?.refresh();
    if (!(event instanceof MessagePosted) || event.byYou || !event.user || event.textContent !== "!!secret") return;
    if (await mayUse(room, event.user)) await event.message.reply("42");
    else if (!told.has(event.user)) {
      told.add(event.user);
      await event.message.reply("You may not do that here.");
    }
  });
  await watch.ready;
}

async function mayUse(room: Room, user: User): Promise<boolean> {
  const [isModerator, reputation] = await Promise.all([user.isModerator, user.reputation]);
  return isModerator || (reputation ?? 0) >= 200 || room.isOwner(user);
}
