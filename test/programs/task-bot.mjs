// A bot for the test that kills it: answers each task once, and keeps in a file what it must not forget.
import { Client, MessagePosted } from "chatexchange-ts";

const [url, email, password, folder] = process.argv.slice(2);
const chat = new Client(url, {
  email,
  password,
  sessionFile: `${folder}/session.json`,
  stateFile: `${folder}/state.jsonl`,
});
await chat.resume();
const room = chat.getRoom(1);
room.watch((event) => {
  const task = event instanceof MessagePosted && /^task (\d+)$/.exec(event.textContent ?? "");
  if (task) void room.sendMessage(`done ${task[1]}`);
});
