// A bot that does what it is told and is killed while it does: `npm run chaos -- --kills 200` (scripts/chaos/kills.mjs).
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
// The one before was killed a moment ago, and its lock may not look like it yet.
for (const send of await client.resume({ wait: true })) send.catch(report);
for (const id of rooms) {
  const room = client.getRoom(Number(id));
  room.watch(
    async (event) => {
      const command = event instanceof MessagePosted && /^do (\d+)$/.exec(event.textContent ?? "")?.[1];
      if (!command) return;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 8));
      // Said again it would be another text, so that only the key can tell that it was said.
      await room.sendMessage(`done ${command} by ${process.pid}`, { key: `command ${command}` });
    },
    { concurrency: 3 },
  );
}

function report(error) {
  console.error(`bot ${process.pid}: ${error?.message ?? error}`);
}
