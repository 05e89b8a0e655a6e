// A bot that executes commands and is killed meanwhile: `npm run chaos -- --kills 200` (scripts/chaos/kills.mjs).
import { Client, MessagePosted } from "chatexchange-ts";

const [url, email, password, folder, ...rooms] = process.argv.slice(2);
const client = new Client(url, {
  email,
  password,
  sessionFile: `${folder}/session.json`,
  stateFile: `${folder}/state.jsonl`,
  onError: (error) => {
    if (error?.code !== "STORAGE") report(error);
  },
});
// The previous bot was killed a moment ago, and its lock may not look stale yet.
for (const send of await client.resume({ wait: true })) send.catch(report);
for (const id of rooms) {
  const room = client.getRoom(Number(id));
  room.watch(
    async (event) => {
      const command = event instanceof MessagePosted && /^do (\d+)$/.exec(event.textContent ?? "")?.[1];
      if (!command) return;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
      // A repeated message would have a different text, so only the key can prevent it.
      await room.sendMessage(`done ${command} by ${process.pid}`, { key: `command ${command}` });
    },
    { concurrency: 3 },
  );
}

function report(error) {
  console.error(`bot ${process.pid}: ${error?.message ?? error}`);
}
