// Performs actions on a server with a journal until it is killed: prints the hash of the restored world, and then the
// number of each finished action.
import { setImmediate as turn } from "node:timers/promises";
import { ChatServer } from "chatexchange-ts/server";
import { act, digestOf, smallWorld } from "./journal-deeds.mjs";

const [journal] = process.argv.slice(2);
const { clock, options } = smallWorld();
const server = await ChatServer.start({ ...options, journal });
process.stdout.write(`${digestOf(server.site)}\n`);
const first = await new Promise((resolve) => process.stdin.once("data", (data) => resolve(Number(data))));
process.stdin.on("end", () => process.exit());
for (let number = first; ; number++) {
  await act(clock, server.site, number);
  process.stdout.write(`${number}\n`);
  await turn();
}
