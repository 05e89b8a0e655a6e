/** Reads the name of the system user Community, and whether the bot's own account is a moderator. */
import assert from "node:assert/strict";
import { Client } from "chatexchange-ts";
import { place } from "./support/place.js";

await using here = await place();
await using chat = new Client(here.host, here.email, here.password);

const communityBot = chat.getUser(-1);
assert.equal(await communityBot.name, "Community");

const me = await chat.getMe();
console.log((await me.isModerator) ? "Activating Self-Destruct Sequence" : "Access Denied");
