/** Prints the users in the room, and everybody who enters and leaves. */
import { Client, UserEntered, UserLeft } from "chatexchange-ts";
import { place } from "./support/place.js";

await using here = await place();
await using chat = new Client(here.host, here.email, here.password);

const sandbox = chat.getRoom(here.roomId);
await sandbox.join();
console.log(`Joined room ${await sandbox.name} (${await sandbox.description})`);

const users = await sandbox.getCurrentUsers();
console.log(`Users currently in room: ${(await Promise.all(users.map((user) => user.name))).join(", ")}`);

const events = sandbox.newEvents(UserEntered, UserLeft);
await events.ready;
await here.somebodyAnswers("I was only passing through.");
await sandbox.sendMessage("Is anybody there?");

for await (const event of events) {
  const name = await event.user?.name;
  if (event instanceof UserEntered) console.log(`A user entered: ${name}`);
  if (event instanceof UserLeft) {
    console.log(`A user left: ${name}`);
    break;
  }
}
