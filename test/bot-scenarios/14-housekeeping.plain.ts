/** The same without the bot layer. */
import { AccessLevelChanged, type Message, MessagePosted, type Room } from "../../src/index.js";

const WEEK = 7 * 86_400_000;
/** The first Monday at 8. */
const FIRST = Date.UTC(1970, 0, 5, 8);

export async function start([room]: readonly [Room]): Promise<void> {
  const { clock } = room.client;
  const watch = room.watch(async (event) => {
    if (event instanceof AccessLevelChanged && event.requester) await room.setAccess(event.requester, "read-write");
    if (!(event instanceof MessagePosted) || event.byYou || !event.user) return;
    const [, name, minutes = "10"] = /^!!trash (\w+)(?: (\d+))?$/.exec(event.textContent ?? "") ?? [];
    if (name === undefined || !(await room.isOwner(event.user))) return;
    const user = (await room.currentUsers()).find(({ peek }) => peek.name === name);
    if (!user) return void (await event.message.reply(`There is no ${name} here.`));
    const messages: Message[] = [];
    const after = new Date(clock.now() - Number(minutes) * 60_000);
    for await (const message of room.history({ after, user })) messages.push(message);
    await event.message.reply(`${await room.moveMessages(messages, 2)} moved.`);
  });
  await watch.ready;
  const arm = (): void => {
    const next = FIRST + Math.ceil((clock.now() + 1 - FIRST) / WEEK) * WEEK;
    clock.setTimeout(() => void repin(room).then(arm), next - clock.now());
  };
  arm();
}

async function repin(room: Room): Promise<void> {
  const [weekly] = await room.pinned();
  await weekly?.pin(false);
  await weekly?.pin();
}
