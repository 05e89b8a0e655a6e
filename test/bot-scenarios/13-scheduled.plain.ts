/** The same without the bot layer. */
import { MessagePosted, type Room } from "../../src/index.js";

const HOUR = 3_600_000;

export async function start([room]: readonly [Room]): Promise<void> {
  const { clock } = room.client;
  let spokenAt = clock.now();
  let isSaid = false;
  let day = Math.floor(clock.now() / (24 * HOUR));
  const watch = room.watch((event) => {
    if (!(event instanceof MessagePosted) || event.byYou) return;
    spokenAt = clock.now();
    isSaid = false;
  });
  await watch.ready;
  const look = async (): Promise<void> => {
    const today = Math.floor(clock.now() / (24 * HOUR));
    if (today > day) await room.sendMessage("Quote of the day");
    day = today;
    if (!isSaid && clock.now() - spokenAt >= 6 * HOUR) {
      isSaid = true;
      await room.sendMessage("So quiet here…");
    }
    if (clock.now() - spokenAt >= 72 * HOUR) return room.leave();
    clock.setTimeout(() => void look().catch(console.error), 60_000);
  };
  await look();
}
