// Changes a store until it is killed, several changes at a time, and prints the number of each change that is
// acknowledged. Change n sets `value n`, counts in `count`, and deletes `value n - 100`.
import { openStore } from "chatexchange-ts/bot";

const [path, from, engine] = process.argv.slice(2);
process.stdin.on("end", () => process.exit()).resume();
const store = await openStore(path, engine ? { engine } : {});
async function change(n) {
  const changes = [
    store.set(`value ${n}`, { n, text: "x".repeat(n % 3_000) }),
    store.update("count", (count = 0) => count + 1),
    store.delete(`value ${n - 100}`),
  ];
  await Promise.all(changes);
  process.stdout.write(`${n}\n`);
}
for (let n = Number(from); ; n += 3) await Promise.all([change(n), change(n + 1), change(n + 2)]);
