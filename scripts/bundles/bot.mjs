// A typical bot to bundle: it logs in to the local server of its first argument, listens, sends, edits and logs out.
import { Client, isChatError, MessageEdited, MessagePosted } from "chatexchange-ts";

const [, , host, email, password] = process.argv;

async function main() {
  const chat = new Client(host, email, password);
  const said = [];
  try {
    const room = chat.getRoom(1);
    const events = room.newEvents(MessagePosted, MessageEdited);
    await events.ready;
    const message = await room.sendMessage("hello");
    await message.edit("hello, world");
    for await (const event of events) {
      said.push(`${event.toString().split(" ")[0]}: ${event.textContent}`);
      if (event instanceof MessageEdited) break;
    }
    const failure = await chat
      .getRoom(99_999)
      .name.catch((error) => (isChatError(error, "NOT_FOUND") ? "no such room" : error));
    console.log([await room.name, ...said, failure].join("\n"));
  } finally {
    await chat.logout();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
