/** Logs in, posts a message, and logs out. */
import { Client } from "chatexchange-ts";
import { place } from "./support/place.js";

await using here = await place();
await using chat = new Client(here.host, here.email, here.password);

const sandbox = chat.getRoom(here.roomId);
const message = await sandbox.sendMessage("hello, world");
console.log(`Posted: ${message.permalink}`);
