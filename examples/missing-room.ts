/** A room that does not exist is only found out when one of its values is asked for. */
import { Client, isChatError } from "chatexchange-ts";
import { place } from "./support/place.js";

await using here = await place();
await using chat = new Client(here.host, here.email, here.password);

// This id isn't valid…
const nonexistentRoom = chat.getRoom(99999999);

// …but no request has been made with it until here.
try {
  console.log(await nonexistentRoom.name);
} catch (error) {
  if (!isChatError(error, "NOT_FOUND")) throw error;
  console.log(`${error.name}: ${error.message}`);
}
