// A bot for the step that kills it: answers each task once, and says when it is ready.
import { Client, MessagePosted } from "chatexchange-ts";

const [url, email, password] = process.argv.slice(2);
const chat = new Client(url, { email, password, sessionFile: "bot.session", stateFile: "bot.state" });
await chat.resume();
const watch = chat.getRoom(1).watch((event) => {
  const task = event instanceof MessagePosted && /^task (\d+)$/.exec(event.textContent ?? "");
  if (task) void chat.getRoom(1).sendMessage(`done ${task[1]}`, { key: `task ${task[1]}` });
});
await watch.ready;
console.log("ready");
