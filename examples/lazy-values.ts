/** Values are fetched on first access, together with others that come in the same answer. */
import { Client } from "chatexchange-ts";
import { place } from "./support/place.js";

await using here = await place();
await using chat = new Client(here.host, here.email, here.password);

const sandbox = chat.getRoom(here.roomId);
console.log(`known before: ${sandbox.peek.name}`);

// This property makes a network request.
console.log(`name: ${await sandbox.name}`);

// This one does not: the request for the name also returned the description.
console.log(`description, known already: ${sandbox.peek.description}`);
console.log(`description: ${await sandbox.description}`);
