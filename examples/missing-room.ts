/** A room that does not exist fails only when one of its values is read. */
import { Client, isChatError } from "chatexchange-ts";
import { place } from "./support/place.js";

await using here = await place();
await using chat = new Client(here.host, here.email, here.password);

// There is no room with this id…
const nonexistentRoom = chat.getRoom(99999999);

// …but no request is made until here.
try {
  console.log(await nonexistentRoom.name);
} catch (error) {
  if (!isChatError(error, "NOT_FOUND")) throw error;
  console.log(`${error.name}: ${error.message}`);
}
