/** The demo's other person, who enters, pauses to type, makes a typo, corrects it, and leaves. */
import { Client, MessagePosted } from "../../index.js";
import type { ChatServer } from "../../server/index.js";
import { sleep, systemClock } from "../../util/clock.js";

/** A simulated person in a room. */
export interface DemoPerson extends AsyncDisposable {
  /** Resolves when the person has left. */
  readonly done: Promise<void>;
}

/** Lets Alice enter a room; resolves when she is there. */
export async function startPerson(server: ChatServer, roomId: number): Promise<DemoPerson> {
  const account = server.site.user("Alice");
  const client = new Client(server.url, account.email, account.password);
  const room = client.getRoom(roomId);
  const me = await client.getMe();
  const messages = room.listen([MessagePosted]);
  await messages.ready;

  const behave = async (): Promise<void> => {
    const [greeting] = await take(messages, (event) => event.user !== me);
    if (!greeting) return;
    await pause(1200);
    const answer = await room.sendMessage("Oh, hello! I wonder wether that will be mine.");
    await pause(900);
    await answer.edit("Oh, hello! I wonder whether that will be mine.");
    const [reply] = await take(messages, (event) => event.isReply && event.user !== me);
    if (!reply) return;
    await pause(1000);
    await reply.message.reply("It was! *Thank you*, I'll be back for more. :)");
    await pause(600);
    await client.logout();
  };
  const done = behave();
  return {
    done,
    async [Symbol.asyncDispose]() {
      await client.logout({ drain: false });
      await done.catch(() => {});
    },
  };
}

/** The next matching event; none if the stream ends first. */
async function take(
  events: AsyncIterator<MessagePosted>,
  fits: (event: MessagePosted) => boolean,
): Promise<MessagePosted[]> {
  for (;;) {
    const { done, value } = await events.next();
    if (done) return [];
    if (fits(value)) return [value];
  }
}

const pause = (ms: number): Promise<void> => sleep(systemClock, ms);
