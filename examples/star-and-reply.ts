/** Stars the next message by somebody else, and replies to it. */
import { Client } from "chatexchange-ts";
import { place } from "./support/place.js";

await using here = await place();
await using chat = new Client(here.host, here.email, here.password);

const me = await chat.getMe();
const sandbox = chat.getRoom(here.roomId);
await sandbox.join();

const messages = sandbox.newMessages();
await messages.ready;
await here.somebodyAnswers("Then let it be mine.");
await sandbox.sendMessage("I'm going to star the next message I see!");

for await (const message of messages) {
  if ((await message.owner) === me) continue;
  await message.reply("You're the lucky one today!");
  await message.star();
  console.log(
    `Starred "${await message.textContent}" by ${await (await message.owner)?.name}: ${await message.stars} star`,
  );
  break;
}
