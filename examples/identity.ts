/** Each id has exactly one object, so a value that is known once is known everywhere. */
import assert from "node:assert/strict";
import { Client } from "chatexchange-ts";
import { place } from "./support/place.js";

await using here = await place();
await using chat = new Client(here.host, here.email, here.password);

const me = await chat.getMe();
assert.equal(me, chat.getUser(me.id));
console.log(`I am ${await me.name}, and getUser(${me.id}) is the same object.`);
