/** A bot that ends with the process; test/signals.test.ts sends the signals. Logs its steps on stdout. */
import { Client } from "chatexchange-ts";

const { url, email, password, options } = JSON.parse(process.argv[2] ?? "");
const chat = new Client(url, { email, password });
const undo = chat.closeOnSignals(options.logout);
if (options.undo) undo();
if (options.ownHandler) process.on("SIGTERM", () => void console.log("own handler"));
const room = chat.getRoom(1);
await room.watch(() => {}).ready;
for (const text of ["first", "second"]) {
  room.sendMessage(text).then(
    () => console.log(`sent ${text}`),
    (error) => console.log(error.code),
  );
}
const alive = setInterval(() => {}, 60_000);
process.on("exit", (code) => console.log(`exit ${code}`));
if (options.ownHandler) chat.outbox.idle().then(() => setTimeout(() => clearInterval(alive), 500));
console.log("ready");
